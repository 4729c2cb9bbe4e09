"""The knobs, the journal and signed webhooks."""

from __future__ import annotations

import pytest

from local.graph.data import TOKEN
from tests.local.graph.conftest import GraphClient
from tests.local.graph.receiver import receiving


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


def test_faults_match_whole_paths_until_healed(graph: GraphClient) -> None:
    graph.control("fail", exact_path="me", status=400)
    headers = {"Authorization": f"Bearer {TOKEN}"}

    def status(path: str) -> int:
        return graph.http.get(f"/graph.instagram.com/v25.0/{path}", headers=headers).status_code

    assert [status("me/media"), status("me"), status("me")] == [200, 400, 400]
    graph.control("heal")
    assert status("me") == 200


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


def test_webhooks_are_signed(graph: GraphClient) -> None:
    payload = {"object": "instagram", "text": "ä"}
    with receiving() as receiver:
        sent = graph.control("webhook", url=receiver.url, payload=payload, secret="s")
        graph.control("webhook", url=receiver.url, payload=payload, secret="s", broken=True)

    assert sent.json() == {"status": 200}
    assert receiver.signed_with("s") == [True, False]
    assert b"\\u00e4" in receiver.received[0][0], "Meta signs the escaped text that it sends"
