"""Subscriptions, as operators see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lambdas.comments.operating.subscription_lists import SubscriptionFacts
from tests.comments.operating.inbox import CAFE, NOON, SHOP, Inbox, account

FIELDS = ("comments", "messages")
FINE = {"wanted": FIELDS, "subscribed": FIELDS, "checked_at": NOON, "last_event_at": NOON}


class States:
    """What is known; `renewed` are the accounts that were put into the queue."""

    def __init__(self, **known: Any) -> None:
        self.facts = SubscriptionFacts(**known) if known else None
        self.renewed: list[str] = []

    def of(self, _: str) -> SubscriptionFacts | None:
        """Return what is known."""
        return self.facts

    def of_app(self) -> SubscriptionFacts | None:
        """Return what is known."""
        return self.facts

    def put(self, account_id: str) -> None:
        """Put an account into the queue."""
        self.renewed.append(account_id)


def inbox_of(states: States, **changes: Any) -> Inbox:
    accounts = [account(SHOP, **changes), account(CAFE)]
    return Inbox(accounts, subscription_states=states, renewals=states)


@pytest.mark.parametrize(
    ("known", "health"),
    [
        (FINE, "ok"),
        ({}, "waiting"),
        ({**FINE, "subscribed": ("comments",)}, "missing"),
        ({**FINE, "missed": 3}, "silent"),
        ({**FINE, "problem": "The permission is missing."}, "failed"),
        ({**FINE, "checked_at": NOON - timedelta(hours=37)}, "failed"),
    ],
)
def test_health_is_said(known: dict[str, Any], health: str) -> None:
    shown = inbox_of(States(**known)).get("subscriptions").json

    assert shown["accounts"][0]["health"] == health
    assert shown["accounts"][0]["sentence"].endswith(".")


def test_missing_fields_are_named() -> None:
    states = States(**{**FINE, "subscribed": ("comments",)})

    shown = inbox_of(states).get("subscriptions").json["accounts"][0]

    assert shown["missing"] == ["messages"]
    assert "messages" in shown["sentence"]


def test_account_without_login_fails() -> None:
    shown = inbox_of(States(**FINE), needs_login=True).get("subscriptions").json

    assert [one["health"] for one in shown["accounts"]] == ["failed", "ok"]


def test_app_is_shown_if_known() -> None:
    known = {**FINE, "callback_url": "https://a.example/webhooks/instagram"}

    assert inbox_of(States()).get("subscriptions").json["app"] is None
    app = inbox_of(States(**known)).get("subscriptions").json["app"]
    assert app["callback_url"] == "https://a.example/webhooks/instagram"


def test_renewal_is_put_into_the_queue() -> None:
    states = States()
    inbox = inbox_of(states)

    one = inbox.send("POST", "subscriptions/renew", account=CAFE)
    both = inbox.send("POST", "subscriptions/renew")

    assert (one.status, one.json["accounts"]) == (202, [CAFE])
    assert both.json["accounts"] == [SHOP, CAFE]
    assert states.renewed == [CAFE, SHOP, CAFE]
    assert inbox.send("POST", "subscriptions/renew", account="9").status == 404
