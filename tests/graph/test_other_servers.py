"""What another server than the emulator showed: answers that are allowed, and seldom."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lambdas.graph.budget import MemoryBudgetStore
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Account, Graph
from lambdas.graph.errors import GraphError, RequestRefused, RetryLater, Throttled, UnknownOutcome
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import LOGIN_TYPES, Addresses
from lambdas.graph.media import Media
from lambdas.graph.signed_request import parse_signed_request
from lambdas.graph.transport import (
    Answer,
    FakeTransport,
    Request,
    RequestsTransport,
    TransportFailed,
)
from lambdas.instagram.coalescing_store import DynamoCoalescingStore
from lambdas.kit.clock import FixedClock
from tests.conftest import NOW, Aws
from tests.graph.conftest import Log

TOKEN = "IGAAsecret"
Script = Callable[[Request], tuple[int, Any] | tuple[int, Any, dict[str, str]]]


class Scripted:
    """A client whose server is a function of the test."""

    def __init__(self, script: Script, login_type: str = "instagram", reads: Any = None) -> None:
        self.clock = FixedClock(NOW)
        self.transport = FakeTransport(self._answer)
        self._script = script
        self.budget = MemoryBudgetStore()
        sleep = lambda seconds: self.clock.advance(timedelta(seconds=seconds))
        deps = ClientDependencies(self.transport, self.clock, Log(), sleep=sleep)
        self.graph = Graph(
            LOGIN_TYPES[login_type],
            AppCredentials("1", "s"),
            Addresses("v25.0"),
            deps,
            self.budget,
            reads,
        )

    def _answer(self, request: Request) -> Answer:
        status, body, *headers = self._script(request)
        return Answer(
            status,
            headers[0] if headers else {},
            body if isinstance(body, bytes) else json.dumps(body).encode(),
        )

    @property
    def account(self) -> Account:
        return self.graph.account("17", TOKEN)


def page(request: Request, count: int = 2) -> Any:
    after = int(request.query.get("after", "0"))
    body: dict[str, Any] = {"data": [{"id": str(after * 10 + n)} for n in range(count)]}
    if after < 2:
        body["paging"] = {
            "cursors": {"after": str(after + 1)},
            "next": f"https://graph.instagram.com/x?access_token={TOKEN}&after={after + 1}",
        }
    return body


def test_no_address_of_a_next_page_is_kept_for_others(fake_aws: Aws) -> None:
    kept: list[Any] = []

    class Keeping(DynamoCoalescingStore):
        def put(self, key: str, body: Any) -> None:
            kept.append(body)
            super().put(key, body)

    scripted = Scripted(
        lambda request: (200, page(request)), reads=Keeping(fake_aws.table, FixedClock(NOW))
    )

    assert len(list(scripted.account.library.media())) == 6
    assert len(kept) == 3
    assert TOKEN not in repr(kept)


def test_no_address_of_a_next_page_comes_out_of_a_batch() -> None:
    part = {
        "code": 200,
        "body": json.dumps(
            {"data": [], "paging": {"next": f"https://x/?access_token={TOKEN}&after=A"}}
        ),
    }

    [answer] = Scripted(lambda _: (200, [part]), "facebook").account.batches.read(["1/media"])

    assert answer == {"data": [], "paging": {"cursors": {"after": "A"}, "next": True}}


def test_who_reads_after_an_answer_reads_anew(fake_aws: Aws) -> None:
    store = DynamoCoalescingStore(fake_aws.table, FixedClock(NOW))
    calls: list[str] = []

    def script(request: Request) -> tuple[int, Any]:
        calls.append(request.method)
        return 200, {"data": [{"id": str(len(calls))}]}

    for expected in ("1", "2"):
        assert [one.id for one in Scripted(script, reads=store).account.comments.of_media("5")] == [
            expected
        ]


def test_media_without_a_type_teach_nothing_about_others() -> None:
    def script(request: Request) -> tuple[int, Any]:
        metrics = request.query["metric"].split(",")
        if "/story/" in request.url and "saved" in metrics:
            return 400, {"error": {"code": 100, "message": "not for stories"}}
        return 200, {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": 1}]} for name in metrics
            ]
        }

    account = Scripted(script).account
    typeless = account.insights.of_media(Media("story", "IMAGE", None, None))
    feed = account.insights.of_media(Media("post", "IMAGE", None, None, "FEED"))

    assert typeless["saved"].missing == "not_supported"
    assert feed["saved"].value == 1


def test_what_depends_on_one_media_is_asked_of_the_next() -> None:
    def script(request: Request) -> tuple[int, Any]:
        metrics = request.query["metric"].split(",")
        if "/1/" in request.url and "crossposted_views" in metrics:
            return 400, {"error": {"code": 100, "error_subcode": 2207086}}
        return 200, {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": 1}]} for name in metrics
            ]
        }

    insights = Scripted(script, "facebook").account.insights
    wanted = ["views", "crossposted_views"]

    assert (
        insights.of_media(Media("1", "VIDEO", None, None, "REELS"), wanted)[
            "crossposted_views"
        ].missing
        == "not_supported"
    )
    assert (
        insights.of_media(Media("2", "VIDEO", None, None, "REELS"), wanted)[
            "crossposted_views"
        ].value
        == 1
    )


def test_of_many_who_meet_a_refused_metric_one_finds_out_which() -> None:
    def script(request: Request) -> tuple[int, Any]:
        metrics = request.query["metric"].split(",")
        if "reach" in metrics:
            return 400, {"error": {"code": 100}}
        return 200, {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": 1}]} for name in metrics
            ]
        }

    scripted = Scripted(script)
    with ThreadPoolExecutor(20) as pool:
        media = [Media(str(n), "IMAGE", None, None, "FEED") for n in range(20)]
        found = list(pool.map(lambda one: scripted.account.insights.of_media(one), media))

    assert {metrics["reach"].missing for metrics in found} == {"not_supported"}
    assert {metrics["views"].value for metrics in found} == {1}
    assert len(scripted.transport.requests) <= 20 + 7 + 20


def test_a_burst_of_throttles_is_one_block() -> None:
    scripted = Scripted(lambda _: (400, {"error": {"code": 80002}}))

    for number in range(20):
        budget = scripted.account.library._caller._budget
        error = budget.throttled(scripted.clock.now(), Throttled())
        assert error.retry_after is not None
        assert error.retry_after <= timedelta(minutes=1), number


def test_who_slept_asks_again_before_calling() -> None:
    scripted = Scripted(
        lambda _: (200, {"id": "1", "user_id": "17"}, {"x-app-usage": '{"call_count": 94}'})
    )
    scripted.account.library.profile()
    real_sleep = scripted.graph._deps.sleep

    def sleep(seconds: float) -> None:
        real_sleep(seconds)
        scripted.graph._caller("17", TOKEN).block(Throttled(retry_after=timedelta(minutes=19)))

    deps = ClientDependencies(scripted.transport, scripted.clock, Log(), sleep=sleep)
    other = Graph(
        LOGIN_TYPES["instagram"],
        AppCredentials("1", "s"),
        Addresses("v25.0"),
        deps,
        scripted.budget,
    )
    with pytest.raises(Throttled):
        other.account("17", TOKEN).library.profile()
    assert len(scripted.transport.requests) == 1


@pytest.mark.parametrize("kind", ["pages", "messenger", "instagram"])
def test_the_wait_of_a_throttle_is_taken_from_any_entry(kind: str) -> None:
    usage = {
        "17": [{"type": "instagram", "estimated_time_to_regain_access": 0}],
        "900": [{"type": kind, "estimated_time_to_regain_access": 19}],
    }
    scripted = Scripted(
        lambda _: (400, {"error": {"code": 32}}, {"x-business-use-case-usage": json.dumps(usage)}),
        "facebook",
    )

    with pytest.raises(Throttled) as throttled:
        scripted.account.library.profile()
    assert throttled.value.retry_after == timedelta(minutes=19)


def test_a_throttled_answer_tells_of_the_app_too() -> None:
    scripted = Scripted(
        lambda _: (400, {"error": {"code": 80002}}, {"x-app-usage": '{"call_count": 97}'})
    )
    with pytest.raises(Throttled):
        scripted.account.library.profile()
    with pytest.raises(Throttled):
        scripted.graph.account("18", "another").library.profile()

    assert len(scripted.transport.requests) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"code": 1},
        {"code": 2},
        {"code": -1},
        {"code": 100},
        {"is_transient": True},
        {"code": 80007},
    ],
)
def test_too_many_calls_is_never_called_again(error: dict[str, Any]) -> None:
    status = 400 if error.get("code") == 80007 else 429
    scripted = Scripted(lambda _: (status, {"error": error}))

    with pytest.raises(Throttled):
        scripted.account.library.profile()
    assert len(scripted.transport.requests) == 1


def test_ten_thousand_media_in_pages_of_five() -> None:
    def script(request: Request) -> tuple[int, Any]:
        start = int(request.query.get("after", "0"))
        more = (
            {"paging": {"cursors": {"after": str(start + 5)}, "next": "https://x"}}
            if start < 9995
            else {}
        )
        return 200, {"data": [{"id": str(start + n)} for n in range(5)], **more}

    assert sum(1 for _ in Scripted(script).account.library.media()) == 10_000


def test_an_empty_page_of_another_accounts_media_is_not_the_end() -> None:
    def script(request: Request) -> tuple[int, Any]:
        fields = request.query["fields"]
        if ".after(B)" in fields:
            media: dict[str, Any] = {"data": [{"id": "2"}]}
        elif ".after(A)" in fields:
            media = {"data": [], "paging": {"cursors": {"after": "B"}}}
        else:
            media = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "A"}}}
        return 200, {"business_discovery": {"media": media}, "id": "17"}

    assert [one.id for one in Scripted(script, "facebook").account.discovery.media_of("maker")] == [
        "1",
        "2",
    ]
    with pytest.raises(RetryLater):
        list(
            Scripted(lambda _: (200, {"id": "17"}), "facebook").account.discovery.media_of("maker")
        )


def test_a_business_that_is_closed_hides_no_other() -> None:
    def script(request: Request) -> tuple[int, Any]:
        if request.url.endswith("me/accounts"):
            return 200, {"data": [{"id": "1"}]}
        if request.url.endswith("me/businesses"):
            return 200, {"data": [{"id": "501"}, {"id": "502"}]}
        if "501" in request.url:
            return 403, {"error": {"code": 200}}
        return 200, {"data": [{"id": "2"}]}

    assert {one.id for one in Scripted(script, "facebook").account.pages.shared()} == {"1", "2"}


def test_a_proxy_that_lets_nobody_through_is_no_dead_token() -> None:
    with pytest.raises(RetryLater):
        Scripted(lambda _: (401, b"<html>who are you?</html>")).account.library.profile()


def test_the_limits_of_an_account_hold_for_its_refresh() -> None:
    scripted = Scripted(lambda _: (400, {"error": {"code": 80002}}))
    with pytest.raises(Throttled):
        scripted.account.library.profile()
    with pytest.raises(Throttled):
        scripted.graph.login.refresh(TOKEN, "17")

    assert len(scripted.transport.requests) == 1


@pytest.mark.parametrize("body", [{}, {"data": []}, [], True])
def test_an_answer_without_an_account_is_no_profile(body: Any) -> None:
    with pytest.raises(RetryLater):
        Scripted(lambda _: (200, body)).account.library.profile()


def test_strange_numbers_are_no_errors_of_another_kind() -> None:
    strange: list[Any] = ["²", "9" * 5000, -1, True, None, [], {}]
    for value in strange:
        answer = {"access_token": "x", "expires_in": value}
        assert (
            Scripted(lambda _, answer=answer: (200, answer))  # type: ignore[misc]
            .graph.login.refresh("t")
            .expires_in
            is None
        )


def test_dates_of_a_token_may_be_text() -> None:
    info = {
        "data": {
            "is_valid": True,
            "expires_at": "1796169600",
            "data_access_expires_at": 1798761600.0,
        }
    }
    found = Scripted(lambda _: (200, info), "facebook").graph.login.debug_token("t")

    assert found.expires_at is not None
    assert found.data_access_expires_at is not None


def test_a_message_without_an_id_is_an_unknown_outcome() -> None:
    with pytest.raises(UnknownOutcome):
        Scripted(lambda _: (200, {})).account.comments.private_reply("1", "Hello")


def test_what_a_login_type_lacks_is_refused_in_the_tree() -> None:
    scripted = Scripted(lambda _: (200, {}))
    calls: list[Callable[[], object]] = [
        lambda: scripted.graph.login.authorize_url("https://x/cb", "s", ("webhooks",)),
        lambda: scripted.account.insights.media_breakdown(Media("1", "IMAGE", None, None), "reach"),
        scripted.account.pages.shared,
        scripted.account.pages.permissions,
        scripted.account.pages.revoke,
    ]
    for call in calls:
        with pytest.raises(RequestRefused):
            call()
    assert scripted.transport.requests == []


def test_an_empty_secret_signs_nothing() -> None:
    import base64
    import hashlib
    import hmac

    payload = (
        base64.urlsafe_b64encode(b'{"algorithm":"HMAC-SHA256","user_id":"1"}').decode().rstrip("=")
    )
    signature = (
        base64.urlsafe_b64encode(hmac.new(b"", payload.encode(), hashlib.sha256).digest())
        .decode()
        .rstrip("=")
    )

    with pytest.raises(GraphError):
        parse_signed_request(f"{signature}.{payload}", ["real", ""])


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
def dripping() -> Any:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_answer_that_drips_is_cut(dripping: str) -> None:
    with pytest.raises(TransportFailed, match="too long"):
        RequestsTransport().send(Request("GET", dripping, max_seconds=1))


def test_a_large_body_may_take_longer_than_a_connection(dripping: str) -> None:
    answer = RequestsTransport().send(Request("POST", dripping, content=b"x" * 40 * 1024 * 1024))

    assert answer.status == 200


def test_a_logging_configuration_that_comes_later_shows_no_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    import logging.config

    transport = RequestsTransport()
    logging.config.dictConfig(
        {"version": 1, "disable_existing_loggers": False, "root": {"level": "DEBUG"}}
    )
    caplog.set_level(logging.DEBUG)
    with pytest.raises(TransportFailed):
        transport.send(Request("GET", "http://127.0.0.1:1/refresh", {"access_token": TOKEN}))

    assert TOKEN not in caplog.text
