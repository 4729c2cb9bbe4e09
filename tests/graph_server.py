"""The Graph emulator as a server of its own, in a thread, for handlers that reach it over the network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from local.graph.app import create_app
from local.graph.emulator import Emulator


class GraphServer:
    """A running emulator."""

    def __init__(self, url: str, emulator: Emulator) -> None:
        self.url = url
        self.emulator = emulator


@contextmanager
def graph_server() -> Iterator[GraphServer]:
    """Starts it on a port of its own, and stops it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = create_app(url)
    server = uvicorn.Server(
        uvicorn.Config(app, "127.0.0.1", port, log_level="error", access_log=False)
    )
    ready = threading.Event()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        ready.wait(0.01)
    yield GraphServer(url, app.state.emulator)
    server.should_exit = True
    thread.join()
