"""When a token is refreshed: early, spread, and never more than twice in 24 hours."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from lambdas.storage.accounts.token_record import State, TokenRecord

MAX_AGE = timedelta(days=30)
MIN_LEFT = timedelta(days=20)
# Meta refuses to refresh a younger token. Source: D:/IP/reference/refresh_access_token.
MIN_AGE = timedelta(hours=24)
# Added to it, so that a clock that differs a little from Meta's does not meet the refusal.
MARGIN = timedelta(minutes=10)
SPREAD = timedelta(days=2)
RETRIES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
DAY = timedelta(hours=24)
# At most two attempts in 24 hours, even if the clock is set forward by hours in between.
TWO_ATTEMPTS = timedelta(hours=30)


def next_refresh(record: TokenRecord, lead: timedelta, rng: random.Random) -> datetime:
    """Return when to refresh a new token.

    This is the earlier of 30 days after its issue and 20 days (or `lead`, if longer) before its
    expiry, minus up to two days of jitter, but never before it is 24 hours old.
    """
    wanted = record.issued_at + MAX_AGE
    if record.expires_at:
        wanted = min(wanted, record.expires_at - max(MIN_LEFT, lead))
    earliest = record.issued_at + MIN_AGE + MARGIN
    return max(wanted - SPREAD * rng.random(), earliest).replace(microsecond=0)


def next_try(
    held: TokenRecord, now: datetime, rng: random.Random, *, unanswered: bool = False
) -> datetime:
    """Return when to try again after a failure: 1 hour, 6 hours, then daily.

    No more than two attempts fall into 24 hours. A call without an answer (`unanswered`) may have
    been a refresh, and refreshes are a day apart.
    """
    delay = TWO_ATTEMPTS if unanswered else RETRIES[min(held.failures, len(RETRIES) - 1)]
    earliest = now
    if held.attempted_before and held.attempted_before <= now:
        earliest = held.attempted_before + TWO_ATTEMPTS
    # Rows hold whole seconds; one more, so that it is never too early.
    jittered = now + delay * rng.uniform(1, 1.1)
    return (max(jittered, earliest) + timedelta(seconds=1)).replace(microsecond=0)


def is_due(record: TokenRecord, now: datetime, lead: timedelta = timedelta()) -> bool:
    """Return whether a refresh is due, by the schedule or by a longer `lead`.

    False if the two attempts of the last 24 hours are used up.
    """
    if record.state is not State.ACTIVE or record.next_refresh_at is None:
        return False
    # A retry that was scheduled after a failure is not moved forward by the lead.
    within_lead = (
        record.expires_at is not None and record.expires_at - now < lead and not record.failures
    )
    if record.next_refresh_at > now and not within_lead:
        return False
    return may_attempt(record, now)


def may_attempt(record: TokenRecord, now: datetime) -> bool:
    """Return whether fewer than two attempts were made in the last 24 hours."""
    # A time in the future comes from a clock that was wrong.
    before = record.attempted_before
    return before is None or not timedelta() <= now - before < TWO_ATTEMPTS


def is_too_young(record: TokenRecord, now: datetime) -> bool:
    """Return whether Meta would refuse to refresh the token because of its age."""
    return timedelta() <= now - record.issued_at < MIN_AGE


def days_left(record: TokenRecord, now: datetime) -> float | None:
    """Return the days until the token or its data access ends (negative: since), if known."""
    return (record.ends_at - now).total_seconds() / DAY.total_seconds() if record.ends_at else None
