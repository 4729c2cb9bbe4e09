"""Slow servers, and log lines that must hold no address."""

from __future__ import annotations

import logging
import logging.config
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lambdas.graph.transport import (
    Request,
    RequestsTransport,
    TransportFailed,
)
from tests.graph.scripted import TOKEN


class Dripping(BaseHTTPRequestHandler):
    """A server that sends a byte at a time, or takes a large body slowly."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "120")
        self.end_headers()
        stop = threading.Event()
        try:
            for _ in range(120):
                self.wfile.write(b" ")
                self.wfile.flush()
                stop.wait(0.05)
        except OSError:
            return

    def do_POST(self) -> None:
        left = int(self.headers["Content-Length"])
        stop = threading.Event()
        while left > 0:
            left -= len(self.rfile.read(min(left, 4 * 1024 * 1024)))
            stop.wait(0.4)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def dripping() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_slow_answer_is_cut(dripping: str) -> None:
    with pytest.raises(TransportFailed, match="too long"):
        RequestsTransport().send(Request("GET", dripping, max_seconds=1))


def test_large_body_may_take_longer(dripping: str) -> None:
    answer = RequestsTransport().send(Request("POST", dripping, content=b"x" * 40 * 1024 * 1024))

    assert answer.status == 200


def test_later_logging_shows_no_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    transport = RequestsTransport()
    logging.config.dictConfig(
        {"version": 1, "disable_existing_loggers": False, "root": {"level": "DEBUG"}}
    )
    caplog.set_level(logging.DEBUG)
    with pytest.raises(TransportFailed):
        transport.send(Request("GET", "http://127.0.0.1:1/refresh", {"access_token": TOKEN}))

    assert TOKEN not in caplog.text


def test_library_logs_no_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def misbehave() -> None:
        connection, _ = server.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\n{}")
        connection.close()

    thread = threading.Thread(target=misbehave)
    thread.start()
    transport = RequestsTransport()
    with caplog.at_level(logging.DEBUG):
        transport.send(
            Request(
                "GET",
                f"http://127.0.0.1:{server.getsockname()[1]}/",
                {"access_token": "IGAAsecret"},
            )
        )
    thread.join()
    transport.close()
    server.close()

    assert "IGAAsecret" not in caplog.text


def test_failure_chains_no_address() -> None:
    transport = RequestsTransport()
    with pytest.raises(TransportFailed) as failed:
        transport.send(Request("GET", "http://127.0.0.1:1/", {"access_token": "IGAAsecret"}))
    transport.close()

    assert failed.value.__context__ is None
