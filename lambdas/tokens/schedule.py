"""When a token is to be refreshed: early, spread, and never more than twice in 24 hours."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from lambdas.storage.accounts.token_record import State, TokenRecord

OLDEST = timedelta(days=30)
MIN_LEFT = timedelta(days=20)
# Meta refuses to refresh a token that is younger. Source: D:/IP/reference/refresh_access_token.
YOUNGEST = timedelta(hours=24)
# Beyond it, so that a clock that differs a little from Meta's does not run into the refusal.
MARGIN = timedelta(minutes=10)
SPREAD = timedelta(days=2)
RETRIES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
DAY = timedelta(hours=24)
# Two attempts in 24 hours are the most, also if the clock is set forward by hours in between.
TWO_ATTEMPTS = timedelta(hours=30)


def next_refresh(record: TokenRecord, lead: timedelta, rng: random.Random) -> datetime:
    """The earlier of 30 days after the token was made and 20 days (or `lead`, if that is more) before its end; up to two days earlier.

    Never before it is 24 hours old.
    """
    wanted = record.issued_at + OLDEST
    if record.expires_at:
        wanted = min(wanted, record.expires_at - max(MIN_LEFT, lead))
    return max(wanted - SPREAD * rng.random(), record.issued_at + YOUNGEST + MARGIN).replace(
        microsecond=0
    )


def next_try(
    held: TokenRecord, now: datetime, rng: random.Random, *, unheard: bool = False
) -> datetime:
    """When to try again after a failure: after 1 hour, 6 hours, then daily, and no more than two attempts in 24 hours.

    A call that nobody answered (`unheard`) may have been a refresh, and those lie a day apart.
    """
    delay = (
        TWO_ATTEMPTS if unheard else RETRIES[min(held.failures, len(RETRIES) - 1)]
    ) * rng.uniform(1, 1.1)
    earliest = (
        held.attempted_before + TWO_ATTEMPTS
        if held.attempted_before and held.attempted_before <= now
        else now
    )
    # Rows keep whole seconds; the next one is not too early.
    return (max(now + delay, earliest) + timedelta(seconds=1)).replace(microsecond=0)


def is_due(record: TokenRecord, now: datetime, lead: timedelta = timedelta()) -> bool:
    """Whether the schedule, or a `lead` that is longer by now, asks for a refresh, and the day's two attempts leave feature for it."""
    if record.state is not State.ACTIVE or record.next_refresh_at is None:
        return False
    # A try that is put off after a failure stays put off.
    within_lead = (
        record.expires_at is not None and record.expires_at - now < lead and not record.failures
    )
    if record.next_refresh_at > now and not within_lead:
        return False
    # A time that lies ahead comes from a clock that was wrong.
    return (
        record.attempted_before is None
        or not timedelta() <= now - record.attempted_before < TWO_ATTEMPTS
    )


def is_too_young(record: TokenRecord, now: datetime) -> bool:
    """Whether Meta would refuse to refresh it."""
    return timedelta() <= now - record.issued_at < YOUNGEST


def days_left(record: TokenRecord, now: datetime) -> float | None:
    """Days until the token or the data access ends; negative after it, None if neither has a date."""
    return (record.ends_at - now).total_seconds() / DAY.total_seconds() if record.ends_at else None
