"""The Graph emulator in a thread, for code that calls it over the network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from local.graph.app import create_app
from local.graph.emulator import Emulator


@dataclass(frozen=True)
class GraphServer:
    """A running emulator and its address."""

    url: str
    emulator: Emulator


@contextmanager
def graph_server() -> Iterator[GraphServer]:
    """Serve an emulator on a free port until the context ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = create_app(url)
    server = uvicorn.Server(
        uvicorn.Config(app, "127.0.0.1", port, log_level="error", access_log=False)
    )
    thread, pause = threading.Thread(target=server.run, daemon=True), threading.Event()
    thread.start()
    while not server.started:
        pause.wait(0.01)
    yield GraphServer(url, app.state.emulator)
    server.should_exit = True
    thread.join()
