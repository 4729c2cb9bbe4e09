"""The real transport, against a server on the loopback interface that misbehaves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lambdas.graph.transport import Request, RequestsTransport, TransportFailed

SECRET = "IGAAsecret"


class Misbehaving(BaseHTTPRequestHandler):
    """Redirects, cuts off, sends too much, or answers."""

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/cut":
            self.connection.close()
            return
        if path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/ok")
            self.end_headers()
            return
        body = b"x" * 5000 if path == "/large" else b'{"ok": true}'
        self.send_response(200)
        self.send_header("X-App-Usage", "{}")
        self.send_header("Content-Length", str(len(body) + (10 if path == "/short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def transport() -> Iterator[RequestsTransport]:
    transport = RequestsTransport()
    yield transport
    transport.close()


def test_header_names_are_lower_case(address: str, transport: RequestsTransport) -> None:
    answer = transport.send(Request("GET", f"{address}/ok"))

    assert (answer.status, answer.json(), answer.headers["x-app-usage"]) == (
        200,
        {"ok": True},
        "{}",
    )


def test_redirect_is_not_followed(address: str, transport: RequestsTransport) -> None:
    assert transport.send(Request("GET", f"{address}/redirect")).status == 302


@pytest.mark.parametrize("path", ["/cut", "/short", "/large"])
def test_failure_shows_no_address(address: str, transport: RequestsTransport, path: str) -> None:
    with pytest.raises(TransportFailed) as failed:
        transport.send(Request("GET", address + path, {"access_token": SECRET}), max_bytes=1000)

    assert SECRET not in repr(failed.value)
    assert failed.value.__cause__ is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "not a url", "http://[::1", "file:///etc/passwd"]
)
def test_invalid_address_fails(transport: RequestsTransport, url: str) -> None:
    with pytest.raises(TransportFailed):
        transport.send(Request("GET", url))


def test_connections_go_to_the_given_address(transport: RequestsTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as threads:
        greeting = threads.submit(_greeting, server)
        url = f"https://a.cdninstagram.com:{server.getsockname()[1]}/a.jpg"
        with pytest.raises(TransportFailed):
            transport.send(Request("GET", url, address="127.0.0.1"))

        # The name of the host is what the certificate must be for.
        assert b"a.cdninstagram.com" in greeting.result()


def _greeting(server: socket.socket) -> bytes:
    """Return what a client says first, and end the connection."""
    connection, _ = server.accept()
    with connection:
        return connection.recv(4096)
