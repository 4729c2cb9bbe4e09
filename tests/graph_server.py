"""The Graph emulator in a thread, for code that calls it over the network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn

from local.graph.app import create_app
from local.graph.emulator import Emulator
from local.graph.fetch import Fetch, Fetched, fetch


@dataclass(frozen=True)
class GraphServer:
    """A running emulator and its address. Of `files`, it fetches its own without a network."""

    url: str
    emulator: Emulator
    files: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def graph_server() -> Iterator[GraphServer]:
    """Serve an emulator on a free port until the context ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    files: dict[str, bytes] = {}
    app = create_app(url, _fetch_from(f"{url}/files/", files))
    server = uvicorn.Server(
        uvicorn.Config(app, "127.0.0.1", port, log_level="error", access_log=False)
    )
    thread, pause = threading.Thread(target=server.run, daemon=True), threading.Event()
    thread.start()
    while not server.started:
        pause.wait(0.01)
    yield GraphServer(url, app.state.emulator, files)
    server.should_exit = True
    thread.join()


def _fetch_from(prefix: str, files: dict[str, bytes]) -> Fetch:
    def fetch_file(url: str) -> Fetched:
        if not url.startswith(prefix):
            return fetch(url)
        name = url.removeprefix(prefix)
        if name not in files:
            raise OSError(name)
        return Fetched(files[name], "video/mp4")

    return fetch_file
