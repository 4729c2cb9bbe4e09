"""A webhook endpoint that keeps what arrives."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.json_types import JsonObject


class Receiver(ThreadingHTTPServer):
    """Keeps the bodies and signatures of its calls, and answers them with the statuses in turn."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        self.headers: list[dict[str, str]] = []
        self.statuses: list[int] = []
        super().__init__(("127.0.0.1", 0), ReceiverHandler)

    @property
    def url(self) -> str:
        """The address of the endpoint."""
        return f"http://127.0.0.1:{self.server_port}/"

    def entries(self) -> list[JsonObject]:
        """Return the entries of all bodies, in the order of their arrival."""
        return [entry for body, _ in self.received for entry in json.loads(body)["entry"]]

    def values(self) -> list[JsonObject]:
        """Return the values of all changes."""
        return [change["value"] for entry in self.entries() for change in entry["changes"]]

    def events(self) -> list[JsonObject]:
        """Return all messaging events."""
        return [event for entry in self.entries() for event in entry["messaging"]]

    def signed_with(self, secret: str) -> list[bool]:
        """Return which bodies are signed with the secret."""
        return [
            f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}" == signature
            for body, signature in self.received
        ]


class ReceiverHandler(BaseHTTPRequestHandler):
    """Keeps every call, and answers the handshake."""

    server: Receiver

    def do_GET(self) -> None:
        """Answer with the challenge."""
        challenge = parse_qs(urlsplit(self.path).query)["hub.challenge"][0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(challenge)))
        self.end_headers()
        self.wfile.write(challenge)

    def do_POST(self) -> None:
        """Keep the call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((body, self.headers["X-Hub-Signature-256"]))
        self.server.headers.append(dict(self.headers))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write no log."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve an endpoint until the context ends."""
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.shutdown()
            thread.join()
