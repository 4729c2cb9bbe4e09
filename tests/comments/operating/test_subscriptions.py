"""Subscriptions, as operators see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lambdas.comments.operating.known_subscriptions import KnownSubscriptions, QueuedRenewals
from lambdas.comments.operating.subscription_lists import SubscriptionFacts
from lambdas.comments.reading.account_state import AccountState, Reading, Subscription
from lambdas.comments.reading.app_webhooks import AppWebhook
from lambdas.comments.records import Failure
from lambdas.kit.login_type import LoginType
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
        ({**FINE, "silent_since": NOON}, "silent"),
        ({**FINE, "read_to_end_at": NOON - timedelta(hours=7)}, "failed"),
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


def test_app_does_not_say_what_came() -> None:
    known = {**FINE, "last_event_at": None}

    shown = inbox_of(States(**known)).get("subscriptions").json

    assert shown["app"]["sentence"].startswith("The app is subscribed.")
    assert shown["accounts"][0]["sentence"] == "No webhook has come yet."


def test_renewal_is_put_into_the_queue() -> None:
    states = States()
    inbox = inbox_of(states)

    one = inbox.send("POST", "subscriptions/renew", account=CAFE)
    both = inbox.send("POST", "subscriptions/renew")

    assert (one.status, one.json["accounts"]) == (202, [CAFE])
    assert both.json["accounts"] == [SHOP, CAFE]
    assert states.renewed == [CAFE, SHOP, CAFE]
    assert inbox.send("POST", "subscriptions/renew", account="9").status == 404


class Stored:
    """The state of an account, as those store it who check and read."""

    def __init__(self, reading: Reading, **subscription: Any) -> None:
        self.state = AccountState(
            account_id=SHOP, subscription=Subscription(**subscription), reading=reading
        )

    def get(self, _: str) -> AccountState:
        """Return the state."""
        return self.state


@pytest.mark.parametrize(("silent_since", "missed"), [(NOON, 4), (None, 0)])
def test_stored_state_is_read(silent_since: datetime | None, missed: int) -> None:
    reading = Reading(last_at=NOON, missed=4, silent_since=silent_since)
    stored: Any = Stored(reading, wanted=FIELDS, fields=("comments",), checked_at=NOON)

    found = KnownSubscriptions(stored, lambda _: None).of(SHOP)

    assert found
    assert (found.missing, found.missed, found.last_backfill_at) == (("messages",), missed, NOON)


def test_lost_permission_is_said() -> None:
    failure = Failure(code="permission_missing", message="Comments are refused.", at=NOON)
    stored: Any = Stored(Reading(last_at=NOON, error=failure), checked_at=NOON)

    found = KnownSubscriptions(stored, lambda _: None).of(SHOP)

    assert found
    assert (found.problem, found.read_to_end_at) == ("Comments are refused.", NOON)


def test_app_with_a_problem_is_shown() -> None:
    apps = {
        LoginType.INSTAGRAM: AppWebhook(checked_at=NOON, due_at=NOON),
        LoginType.FACEBOOK: AppWebhook(checked_at=NOON, due_at=NOON, error="Set it by hand."),
    }
    stored: Any = Stored(Reading())

    found = KnownSubscriptions(stored, apps.get).of_app()

    assert found
    assert found.problem == "Set it by hand."


def test_renewal_renews() -> None:
    put: list[tuple[str, bool]] = []

    class Queue:
        def put(
            self, account_id: str, delay: timedelta = timedelta(), *, renew: bool = False
        ) -> None:
            del delay
            put.append((account_id, renew))

    QueuedRenewals(Queue()).put(SHOP)

    assert put == [(SHOP, True)]
