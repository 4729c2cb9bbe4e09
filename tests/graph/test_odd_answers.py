"""Answers that are valid, and rare."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest

from lambdas.graph import parsing
from lambdas.graph.errors import (
    GraphError,
    ReconnectRequired,
    RequestRefused,
    RetryLater,
    UnknownOutcome,
)
from lambdas.graph.library import whole_entries
from lambdas.graph.login_type import LoginType
from lambdas.graph.media import Media
from lambdas.graph.pages import page_of
from lambdas.graph.signed_request import parse_signed_request
from tests.graph.answers import graph_of, says
from tests.graph.scripted import Scripted
from tests.json_types import JsonObject


def test_proxy_refusal_ends_no_token() -> None:
    with pytest.raises(RetryLater):
        Scripted(lambda _: (401, b"<html>who are you?</html>")).account.library.profile()


@pytest.mark.parametrize("body", [{}, {"data": []}, [], True])
def test_profile_needs_an_account(body: object) -> None:
    with pytest.raises(RetryLater):
        Scripted(lambda _: (200, body)).account.library.profile()


def test_names_are_of_one_line() -> None:
    answer = {"id": "1", "username": "maker\r\nBcc: all\u2028", "name": "N" * 500_000}
    profile = Scripted(lambda _: (200, answer)).account.library.profile()

    assert profile.username == "makerBcc: all"
    assert len(profile.name or "") == 200


def test_names_of_pages_are_cut() -> None:
    answer = {"id": "1", "name": "N" * 500_000}

    assert len(page_of(answer).label) == 100


@pytest.mark.parametrize("total", [0, -1, "50", None, 10**19])
def test_odd_quota_stops_no_post(total: object) -> None:
    answer = {"data": [{"quota_usage": 3, "config": {"quota_total": total}}]}

    limit = Scripted(lambda _: (200, answer)).account.publishing.limit()

    assert (limit.used, limit.total) == (3, None)


@pytest.mark.parametrize("value", [10**15, -(10**15), 1e300, True, "7", None, {}])
def test_impossible_numbers_are_none(value: object) -> None:
    assert parsing.amount({"value": value}, "value") is None


def test_lists_of_names_are_bounded() -> None:
    fields = ["comments", "x" * 500_000, None, 5, *(f"field{number}" for number in range(90_000))]
    answer = {"data": [{"subscribed_fields": fields}]}

    found = Scripted(lambda _: (200, answer)).account.subscriptions.fields("1")

    assert (found[0], len(found), max(map(len, found)) < 20) == ("comments", 200, True)


@pytest.mark.parametrize("media_id", [None, "", {}, [], True])
def test_others_media_without_an_id_are_left_out(media_id: object) -> None:
    found = {"media": {"data": [{"id": media_id}, {"id": "2"}]}}
    scripted = Scripted(lambda _: (200, {"business_discovery": found}), LoginType.FACEBOOK)

    account = scripted.account.discovery.account("maker")

    assert [one.id for one in account.media] == ["2"]


def test_odd_expiry_is_unknown() -> None:
    strange: list[object] = ["²", "9" * 5000, -1, True, None, [], {}]
    for value in strange:
        answer = {"access_token": "x", "expires_in": value}
        assert (
            Scripted(lambda _, answer=answer: (200, answer))  # type: ignore[misc]
            .graph.login.refresh("t")
            .expires_in
            is None
        )


def test_token_dates_may_be_text() -> None:
    info = {
        "data": {
            "is_valid": True,
            "expires_at": "1796169600",
            "data_access_expires_at": 1798761600.0,
        }
    }
    found = Scripted(lambda _: (200, info), LoginType.FACEBOOK).graph.login.debug_token("t")

    assert found.expires_at is not None
    assert found.data_access_expires_at is not None


def test_message_without_id_is_unknown() -> None:
    with pytest.raises(UnknownOutcome):
        Scripted(lambda _: (200, {})).account.comments.private_reply("1", "Hello")


def test_missing_feature_makes_no_call() -> None:
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


def test_empty_secret_signs_nothing() -> None:
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


def test_codes_may_be_text() -> None:
    graph, _ = graph_of(lambda _: says({"error": {"code": "190", "error_subcode": "460"}}, 400))

    with pytest.raises(ReconnectRequired) as dead:
        graph.account("1", "t").library.profile()

    assert dead.value.cause.subcode == 460


def test_proof_is_sent_with_every_account_call() -> None:
    scripted = Scripted(lambda _: (200, {"id": "1"}), prove_secret=True)

    scripted.account.library.profile()

    assert len(scripted.transport.requests[0].query["appsecret_proof"]) == 64


@pytest.mark.parametrize("odd", [{}, {"id": ""}, {"id": None}, {"id": {}}, {"id": 1.5}])
def test_media_without_an_id_lose_no_others(odd: JsonObject) -> None:
    account = Scripted(lambda _: (200, {"data": [odd, {"id": "1"}, odd]})).account

    media, complete = whole_entries(account.library.media())
    [page] = account.numbered.media(numbers=lambda: False)

    assert ([one.id for one in media], complete) == (["1"], False)
    assert [one.media.id for one in page.media] == ["1"]
