"""What is known of subscriptions, from the records of those who check them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lambdas.comments.operating.subscription_lists import SubscriptionFacts
from lambdas.comments.reading.account_state import AccountStates
from lambdas.comments.reading.app_webhooks import AppWebhook
from lambdas.comments.reading.scheduling import Accounts
from lambdas.comments.reading.wanted import APP_FIELDS
from lambdas.kit.login_type import LoginType


@dataclass(frozen=True)
class KnownSubscriptions:
    """Reads the states of accounts; `app` returns that of the app of a login type, or None."""

    states: AccountStates
    app: Callable[[LoginType], AppWebhook | None]

    def of(self, account_id: str) -> SubscriptionFacts | None:
        """Return what is known of an account's subscription."""
        state = self.states.get(account_id)
        known, reading = state.subscription, state.reading
        lacking = reading.error.message if reading.error and reading.lacks_permission else None
        return SubscriptionFacts(
            wanted=known.wanted,
            subscribed=known.fields,
            since=known.since,
            checked_at=known.checked_at,
            last_event_at=state.last_event_at,
            last_backfill_at=reading.last_at,
            missed=reading.missed if reading.silent_since else 0,
            silent_since=reading.silent_since,
            read_to_end_at=reading.last_whole_at,
            problem=known.error.message if known.error else lacking,
            reading_problem=reading.error.message if reading.error else None,
        )

    def of_app(self) -> SubscriptionFacts | None:
        """Return what is known of the app's own subscription: of two, the one with a problem."""
        known = [one for one in map(self.app, LoginType) if one]
        chosen = next((one for one in known if one.error), known[0] if known else None)
        return _of_app(chosen) if chosen else None


@dataclass(frozen=True)
class QueuedRenewals:
    """Puts accounts into the queue of those that are read."""

    queue: Accounts

    def put(self, account_id: str) -> None:
        """Put an account into the queue: its subscription is made again, then it is read."""
        self.queue.put(account_id, renew=True)


def _of_app(known: AppWebhook) -> SubscriptionFacts:
    return SubscriptionFacts(
        wanted=APP_FIELDS,
        subscribed=known.fields,
        checked_at=known.checked_at,
        problem=known.error,
        callback_url=known.callback_url,
    )
