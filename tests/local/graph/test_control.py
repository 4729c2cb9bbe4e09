"""The knobs, the journal and signed webhooks."""

from __future__ import annotations

import hashlib
import hmac
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local.graph.data import TOKEN
from tests.local.graph.conftest import GraphClient


def test_journal_hides_secrets(graph: GraphClient) -> None:
    query = {"grant_type": "ig_refresh_token", "access_token": TOKEN, "appsecret_proof": "secret"}
    graph.http.get("/graph.instagram.com/refresh_access_token", params=query)

    journal = graph.http.get("/_control/journal")

    assert len(journal.json()) == 1
    assert TOKEN not in journal.text
    assert "secret" not in journal.json()[0]["query"].values()


def test_faults_have_common_headers(graph: GraphClient) -> None:
    graph.control("usage", **{"X-App-Usage": '{"call_count":12}'})
    graph.control("fail", count=1, status=400, code=2, transient=True)

    answer = graph.http.get(
        "/graph.instagram.com/v25.0/me", headers={"Authorization": f"Bearer {TOKEN}"}
    )

    assert answer.json()["error"]["is_transient"] is True
    assert answer.headers["X-App-Usage"] == '{"call_count":12}'
    assert answer.headers["facebook-api-version"] == "v25.0"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("nothing", {}),
        ("token", {"token": "unknown"}),
        ("fail", {"count": 1, "drop": "sometimes"}),
        ("envelope", {"shape": "round"}),
    ],
)
def test_invalid_knob_is_refused(graph: GraphClient, name: str, body: dict[str, object]) -> None:
    assert graph.control(name, **body).status_code == 400


class Receiver(HTTPServer):
    """A webhook endpoint that keeps the bodies and signatures of its calls."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        super().__init__(("127.0.0.1", 0), ReceiverHandler)


class ReceiverHandler(BaseHTTPRequestHandler):
    """Accepts every call."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep the call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((body, self.headers["X-Hub-Signature-256"]))
        self.send_response(200)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write no log."""


def test_webhooks_are_signed(graph: GraphClient) -> None:
    payload = {"object": "instagram", "text": "ä"}
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{receiver.server_port}/"
        sent = graph.control("webhook", url=url, payload=payload, secret="s")
        graph.control("webhook", url=url, payload=payload, secret="s", broken=True)
        receiver.shutdown()
        thread.join()

    assert sent.json() == {"status": 200}
    assert [
        f"sha256={hmac.new(b's', body, hashlib.sha256).hexdigest()}" == signature
        for body, signature in receiver.received
    ] == [True, False]
    assert b"\\u00e4" in receiver.received[0][0], "Meta signs the escaped text that it sends"
