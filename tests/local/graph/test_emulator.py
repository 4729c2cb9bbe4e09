"""The emulator by itself: strict where Meta is strict, and of Meta's shapes."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from local.deployment import ROOT
from local.graph.app import create_app
from local.graph.data import ACCOUNT_ID, TOKEN

GRAPH = "http://graph.test"
PERSON = "EAAlocalpersontoken"
SAMPLES = ROOT.parent / "shared" / "graph-samples"


@pytest.fixture
def http() -> Iterator[TestClient]:
    with TestClient(create_app(GRAPH), base_url=GRAPH) as client:
        yield client


def get(
    http: TestClient, path: str, token: str = TOKEN, host: str = "graph.instagram.com", **query: str
) -> Any:
    return http.get(
        f"/{host}/v25.0/{path}", params=query, headers={"Authorization": f"Bearer {token}"}
    ).json()


REFUSED: list[tuple[str, dict[str, str], int, int | None]] = [
    ("me", {"fields": "id,shoe_size"}, 100, None),
    ("me", {"fields": "id,children{id"}, 100, None),
    ("me/media", {"fields": "viewz"}, 100, None),
    ("me/media", {"limit": "0"}, 100, None),
    ("me/media", {"after": "nonsense"}, 100, None),
    ("me/media", {"pretty": "1"}, 100, None),
    ("123456", {}, 100, 33),
    ("me/nothing", {}, 100, None),
    ("me/insights", {"metric": "reach"}, 100, None),
    ("me/insights", {"metric": "impressions", "period": "day"}, 100, None),
    ("me/insights", {"metric": "likes", "period": "day"}, 100, None),
    (
        "me/insights",
        {"metric": "reach,plays", "period": "day", "metric_type": "total_value"},
        100,
        None,
    ),
    (
        "me/insights",
        {"metric": "reach", "period": "day", "since": "0", "until": "9999999"},
        100,
        None,
    ),
    ("17900000000000020/insights", {"fields": "views"}, 100, None),
    ("17900000000000020/insights", {"metric": "views,navigation"}, 100, None),
    ("17900000000000020/insights", {"metric": "impressions"}, 100, None),
]


@pytest.mark.parametrize(("path", "query", "code", "subcode"), REFUSED)
def test_what_meta_refuses_is_refused(
    http: TestClient, path: str, query: dict[str, str], code: int, subcode: int | None
) -> None:
    error = get(http, path, **query)["error"]

    assert (error["code"], error.get("error_subcode")) == (code, subcode)


def test_tokens_belong_to_their_host_and_are_needed(http: TestClient) -> None:
    assert get(http, "me", token=PERSON)["error"]["code"] == 190
    assert get(http, ACCOUNT_ID, host="graph.facebook.com")["error"]["code"] == 190
    assert http.get("/graph.instagram.com/v25.0/me").json()["error"]["code"] == 2500
    assert http.get("/example.com/v25.0/me").status_code == 404
    assert (
        http.put(
            "/graph.instagram.com/v25.0/me", headers={"Authorization": f"Bearer {TOKEN}"}
        ).json()["error"]["code"]
        == 100
    )


def test_an_expired_version_is_served_as_the_oldest(http: TestClient) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}

    for asked, served in (("v18.0", "v21.0"), ("v99.0", "v21.0"), ("v25.0", "v25.0")):
        assert (
            http.get(f"/graph.instagram.com/{asked}/me", headers=headers).headers[
                "facebook-api-version"
            ]
            == served
        )


def test_me_is_the_person_on_the_other_host(http: TestClient) -> None:
    assert get(http, "me", token=PERSON, host="graph.facebook.com")["name"] == "A Person"


def test_a_change_that_asks_for_fields_is_made_and_fails(http: TestClient) -> None:
    answer = http.post(
        "/graph.instagram.com/v25.0/17900000000000020/comments",
        data={"message": "x", "fields": "id"},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )

    assert (answer.json()["error"]["code"], answer.json()["error"]["error_subcode"]) == (
        20,
        1772107,
    )


def test_consent_refuses_foreign_addresses_and_scopes(http: TestClient) -> None:
    good = {
        "client_id": "1000000001",
        "redirect_uri": "http://localhost:4570/instagram/callback",
        "response_type": "code",
        "scope": "instagram_business_basic",
        "state": "s",
    }
    page = http.get("/www.instagram.com/oauth/authorize", params=good)

    assert (page.status_code, page.text.count("checkbox")) == (200, 1)
    assert (
        http.get(
            "/www.instagram.com/oauth/authorize",
            params=good | {"redirect_uri": "https://evil.test"},
        ).status_code
        == 400
    )
    wrong = http.get(
        "/www.instagram.com/oauth/authorize", params=good | {"scope": "instagram_basic"}
    )
    assert "Invalid Scopes" in wrong.text


def test_the_journal_shows_no_secret(http: TestClient) -> None:
    http.get(
        "/graph.instagram.com/refresh_access_token",
        params={"grant_type": "ig_refresh_token", "access_token": TOKEN},
    )

    assert TOKEN not in http.get("/_control/journal").text
    assert len(http.get("/_control/journal").json()) == 1


def test_faults_carry_the_headers_of_every_answer(http: TestClient) -> None:
    http.post("/_control/usage", json={"X-App-Usage": '{"call_count":12}'})
    http.post("/_control/fail", json={"count": 1, "status": 400, "code": 2, "transient": True})

    answer = http.get("/graph.instagram.com/v25.0/me", headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.json()["error"]["is_transient"] is True
    assert answer.headers["X-App-Usage"] == '{"call_count":12}'
    assert answer.headers["facebook-api-version"] == "v25.0"


def test_pages_that_do_not_exist_show_no_consent(http: TestClient) -> None:
    query = {
        "client_id": "1000000001",
        "redirect_uri": "http://localhost:4570/instagram/callback",
        "scope": "instagram_business_basic",
    }

    assert http.get("/www.instagram.com/oauth/authorize", params=query).status_code == 200
    assert http.get("/www.instagram.com/oauth/login", params=query).status_code == 404


def test_an_unknown_knob_is_refused(http: TestClient) -> None:
    assert http.post("/_control/nothing", json={}).status_code == 400
    assert http.post("/_control/token", json={"token": "unknown"}).status_code == 400


def test_webhooks_are_signed_or_not() -> None:
    received: list[tuple[bytes, str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(
                (
                    self.rfile.read(int(self.headers["Content-Length"])),
                    self.headers["X-Hub-Signature-256"],
                )
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with (
        HTTPServer(("127.0.0.1", 0), Receiver) as server,
        TestClient(create_app(GRAPH), base_url=GRAPH) as http,
    ):
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        body = {
            "url": f"http://127.0.0.1:{server.server_port}/",
            "payload": {"object": "instagram", "text": "ä"},
            "secret": "s",
        }
        assert http.post("/_control/webhook", json=body).json() == {"status": 200}
        http.post("/_control/webhook", json=body | {"broken": True})
        server.shutdown()
        thread.join()

    signatures = [
        f"sha256={hmac.new(b's', raw, hashlib.sha256).hexdigest()}" == signature
        for raw, signature in received
    ]
    assert signatures == [True, False]
    assert b"\\u00e4" in received[0][0], "Meta signs the escaped text that it sends"


def shape_of(value: Any) -> Any:
    """The shape of a value: types by name, lists by their first entry."""
    if isinstance(value, dict):
        return {name: shape_of(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    return (
        "number"
        if isinstance(value, int | float) and not isinstance(value, bool)
        else type(value).__name__
    )


def assert_fits(found: Any, sample: Any, where: str) -> None:
    """Whatever both have is of the same type, and the emulator invents nothing that the sample lacks."""
    if isinstance(found, dict) and isinstance(sample, dict):
        assert set(found) <= set(sample), (where, set(found) - set(sample))
        for name in found:
            assert_fits(found[name], sample[name], f"{where}.{name}")
    elif isinstance(found, list) and isinstance(sample, list):
        if found and sample:
            assert_fits(found[0], sample[0], f"{where}[]")
    else:
        assert found == sample, where


MEDIA_FIELDS = "id,permalink,shortcode,timestamp,username,comments_count,like_count,caption,media_type,media_product_type,media_url"
SHAPES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "media-page.json": (
        "graph.instagram.com",
        TOKEN,
        "me/media",
        {"fields": MEDIA_FIELDS, "limit": "2"},
    ),
    "media-insights.feed.json": (
        "graph.instagram.com",
        TOKEN,
        "17900000000000020/insights",
        {"metric": "views,reach,saved"},
    ),
    "media-insights.story.json": (
        "graph.instagram.com",
        TOKEN,
        "17900000000009001/insights",
        {"metric": "views,replies"},
    ),
    "account-insights.total-value.json": (
        "graph.instagram.com",
        TOKEN,
        "me/insights",
        {
            "metric": "reach",
            "period": "day",
            "metric_type": "total_value",
            "breakdown": "media_product_type",
        },
    ),
    "account-insights.time-series.json": (
        "graph.instagram.com",
        TOKEN,
        "me/insights",
        {"metric": "reach", "period": "day"},
    ),
    "content-publishing-limit.json": (
        "graph.instagram.com",
        TOKEN,
        "me/content_publishing_limit",
        {},
    ),
    "me.instagram-login.observed.json": (
        "graph.instagram.com",
        TOKEN,
        "me",
        {"fields": "id,user_id,username,name,account_type,media_count"},
    ),
    "me-accounts.facebook-login.json": (
        "graph.facebook.com",
        PERSON,
        "me/accounts",
        {"fields": "id,name,access_token,tasks,instagram_business_account"},
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_answers_have_the_shapes_of_the_samples(http: TestClient, name: str) -> None:
    host, token, path, query = SHAPES[name]
    found = get(http, path, token, host, **query)
    assert "error" not in found
    shapes: dict[str, Any] = json.loads((Path(__file__).parent / "shapes.json").read_text())

    assert_fits(shape_of(found), shapes[name], name)
    if (SAMPLES / name).is_file():
        assert shapes[name] == shape_of(json.loads((SAMPLES / name).read_text())), (
            "the stored shape is not that of the sample"
        )


def test_it_starts_by_itself() -> None:
    process = subprocess.Popen([sys.executable, "-m", "local.graph", "--port", "4599"], cwd=ROOT)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                with urllib.request.urlopen(
                    "http://127.0.0.1:4599/_control/clock", timeout=1
                ) as answer:
                    assert json.load(answer)["now"]
                    return
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    finally:
        process.terminate()
        process.wait(10)
