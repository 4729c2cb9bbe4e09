"""Which webhooks the accounts are subscribed to, whether they arrive, and asking for it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.operating.action_view import moment
from lambdas.comments.reading.account_state import READ_WITHIN
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import NotFound

# Subscriptions are looked at daily: later than this, the check itself has failed.
CHECKED_WITHIN = timedelta(hours=36)
# Webhooks are counted for accounts; of the app, only the subscription is known.
APP_IS_FINE = "The app is subscribed. When webhooks last came is said for each account."


@dataclass(frozen=True, kw_only=True)
class SubscriptionFacts:
    """What is known of a subscription.

    `missed` is how much the last backfill found that no webhook had brought. `silent_since`: no
    webhook has come although one was due. `problem` is a sentence about the last check, if it
    failed, or about a permission that is lacking. `read_to_end_at` is when everything was last
    read, `reading_problem` a sentence about the last reading, if that failed.
    """

    wanted: tuple[str, ...] = ()
    subscribed: tuple[str, ...] = ()
    since: datetime | None = None
    checked_at: datetime | None = None
    last_event_at: datetime | None = None
    last_backfill_at: datetime | None = None
    missed: int = 0
    silent_since: datetime | None = None
    read_to_end_at: datetime | None = None
    problem: str | None = None
    reading_problem: str | None = None
    callback_url: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the fields that are wanted and not subscribed to."""
        return tuple(one for one in self.wanted if one not in self.subscribed)


class SubscriptionStates(Protocol):
    """Knows the subscriptions."""

    def of(self, account_id: str) -> SubscriptionFacts | None:
        """Return what is known of an account's subscription; None before the first check."""

    def of_app(self) -> SubscriptionFacts | None:
        """Return what is known of the app's own subscription; None before the first check."""


class Renewals(Protocol):
    """Takes accounts whose subscription is made again, and which are then read."""

    def put(self, account_id: str) -> None:
        """Put an account into the queue."""


class SubscriptionJson(msgspec.Struct, kw_only=True):
    """A subscription. `health` is `ok`, `waiting` (for a check), `missing`, `silent` or `failed`,
    and `sentence` says it in words. `missed`: found by the last backfill, brought by no webhook.
    """

    health: str
    sentence: str
    wanted: list[str]
    subscribed: list[str]
    missing: list[str]
    since: str | None
    checked_at: str | None
    last_event_at: str | None
    last_backfill_at: str | None
    missed: int


class AccountSubscriptionJson(SubscriptionJson, kw_only=True):
    """The subscription of an account."""

    account: str
    username: str | None


class AppSubscriptionJson(SubscriptionJson, kw_only=True):
    """The app's own subscription, and where it sends webhooks to."""

    callback_url: str | None


class SubscriptionsJson(msgspec.Struct, kw_only=True):
    """The subscriptions of all connected accounts, and of the app; null if it is not known."""

    accounts: list[AccountSubscriptionJson]
    app: AppSubscriptionJson | None


class RenewalJson(msgspec.Struct, kw_only=True):
    """The accounts that are subscribed again and read, within a minute or so."""

    accounts: list[str]


@dataclass(frozen=True, kw_only=True)
class SubscriptionLists:
    """Shows subscriptions, and renews them."""

    states: SubscriptionStates
    accounts: InboxAccounts
    renewals: Renewals
    clock: Clock

    def show(self) -> SubscriptionsJson:
        """Return the subscriptions of all connected accounts."""
        app = self.states.of_app()
        return SubscriptionsJson(
            accounts=[self._account(one) for one in self._connected()],
            app=self._app(app) if app else None,
        )

    def renew(self, account_id: str | None) -> RenewalJson:
        """Ask for the subscriptions of one account or of all. Raises NotFound."""
        chosen = [one.id for one in self._connected() if account_id in (None, one.id)]
        if account_id is not None and not chosen:
            raise NotFound(
                "No Instagram account with this id is connected.", code="unknown_account"
            )
        for one in chosen:
            self.renewals.put(one)
        return RenewalJson(accounts=chosen)

    def _connected(self) -> list[InboxAccount]:
        return [one for one in self.accounts.all().values() if one.is_connected]

    def _account(self, account: InboxAccount) -> AccountSubscriptionJson:
        facts = self.states.of(account.id) or SubscriptionFacts()
        health, sentence = self._health(facts)
        if account.needs_login:
            health, sentence = "failed", "The account must be connected again."
        return AccountSubscriptionJson(
            account=account.id,
            username=account.username,
            health=health,
            sentence=sentence,
            wanted=list(facts.wanted),
            subscribed=list(facts.subscribed),
            missing=list(facts.missing),
            since=moment(facts.since),
            checked_at=moment(facts.checked_at),
            last_event_at=moment(facts.last_event_at),
            last_backfill_at=moment(facts.last_backfill_at),
            missed=facts.missed,
        )

    def _app(self, facts: SubscriptionFacts) -> AppSubscriptionJson:
        health, sentence = self._health(facts)
        if health == "ok":
            sentence = APP_IS_FINE
        return AppSubscriptionJson(
            health=health,
            sentence=sentence,
            wanted=list(facts.wanted),
            subscribed=list(facts.subscribed),
            missing=list(facts.missing),
            since=moment(facts.since),
            checked_at=moment(facts.checked_at),
            last_event_at=moment(facts.last_event_at),
            last_backfill_at=moment(facts.last_backfill_at),
            missed=facts.missed,
            callback_url=facts.callback_url,
        )

    def _health(self, facts: SubscriptionFacts) -> tuple[str, str]:
        """Return how a subscription is, as a word and as a sentence."""
        checked_at = facts.checked_at
        if facts.problem:
            return "failed", facts.problem
        if checked_at is None:
            return "waiting", "The subscription has not been checked yet."
        if facts.missing:
            names = ", ".join(facts.missing)
            return "missing", f"Not subscribed to {names}. Renew the subscription."
        if self.clock.now() - checked_at > CHECKED_WITHIN:
            return "failed", f"The last check was at {to_rfc3339(checked_at)}; it is made daily."
        if facts.read_to_end_at and self.clock.now() - facts.read_to_end_at > READ_WITHIN:
            late = f"The last complete reading was at {to_rfc3339(facts.read_to_end_at)}."
            return "failed", " ".join(filter(None, (late, facts.reading_problem)))
        if facts.missed:
            what = "1 item" if facts.missed == 1 else f"{facts.missed} items"
            return "silent", f"The last backfill found {what} that no webhook had brought."
        if facts.silent_since:
            lost_at = to_rfc3339(facts.silent_since)
            return "silent", f"It was not subscribed until {lost_at}; nothing has come since."
        return "ok", "Webhooks arrive." if facts.last_event_at else "No webhook has come yet."
