"""Webhook subscriptions of accounts, Pages and the app, against the emulator."""

from __future__ import annotations

import pytest

from lambdas.graph.errors import PermissionMissing, ReconnectRequired, RequestRefused
from lambdas.graph.login import AppCredentials
from local.graph.data import ACCOUNT_ID
from tests.graph.conftest import APPS, TOKENS, Bench

HOOK = "https://api.example.com/webhooks/instagram"


def test_account_subscription(bench: Bench) -> None:
    subscriptions = bench.account().subscriptions

    assert subscriptions.fields("me") == ()
    subscriptions.subscribe("me", ["comments", "messages"])
    assert subscriptions.fields("me") == ("comments", "messages")
    subscriptions.unsubscribe("me")
    assert subscriptions.fields("me") == ()


def test_unknown_fields_are_refused(bench: Bench) -> None:
    with pytest.raises(RequestRefused):
        bench.account().subscriptions.subscribe("me", ["story_insights"])


def test_page_needs_its_token(bench: Bench) -> None:
    person = bench.account("facebook")
    page = next(page for page in person.pages.shared() if page.instagram_id == ACCOUNT_ID)
    assert page.token
    subscriptions = bench.account("facebook", token=page.token).subscriptions

    subscriptions.subscribe(page.id, ["feed"])

    assert subscriptions.fields(page.id) == ("feed",)
    with pytest.raises(RequestRefused):
        subscriptions.subscribe(page.id, ["messaging_seen"])
    with pytest.raises(PermissionMissing):
        person.subscriptions.fields(page.id)


def test_app_subscription_needs_handshake(bench: Bench, login_type: str) -> None:
    subscriptions = bench.graph(login_type).app_subscriptions
    with pytest.raises(RequestRefused):
        subscriptions.subscribe(HOOK, "verify-me", ["comments", "mentions"])
    bench.answer_challenges_at(HOOK)

    subscriptions.subscribe(HOOK, "verify-me", ["comments", "mentions"])

    [found] = subscriptions.all()
    assert (found.object, found.callback_url, found.fields, found.active) == (
        "instagram",
        HOOK,
        ("comments", "mentions"),
        True,
    )
    subscriptions.unsubscribe()
    assert subscriptions.all() == []


def test_app_needs_its_secret(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(APPS, "instagram", AppCredentials(APPS["instagram"].id, "another"))

    with pytest.raises((ReconnectRequired, RequestRefused)):
        bench.graph().app_subscriptions.all()
    assert TOKENS["instagram"] not in repr(bench.transport.requests)
