"""When a token is refreshed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.tokens import schedule
from tests.conftest import NOW

DAY = timedelta(days=1)
LEAD = timedelta(days=10)


def record(**values: object) -> TokenRecord:
    parts: dict[str, object] = {"issued_at": NOW, "expires_at": NOW + 60 * DAY, **values}
    return TokenRecord("main", "17", LoginType.INSTAGRAM, "1", **parts)  # type: ignore[arg-type]


def test_first_refresh_is_after_thirty_days() -> None:
    due = schedule.next_refresh(record(), LEAD, random.Random(1))

    assert NOW + 28 * DAY <= due <= NOW + 30 * DAY


def test_longer_lead_refreshes_earlier() -> None:
    assert schedule.next_refresh(record(), timedelta(days=45), random.Random(1)) <= NOW + 15 * DAY
    assert schedule.next_refresh(record(), timedelta(days=1), random.Random(1)) <= NOW + 30 * DAY


@given(st.integers(1, 90), st.integers(1, 58), st.integers())
def test_refresh_is_within_bounds(days: int, lead: int, seed: int) -> None:
    due = schedule.next_refresh(
        record(expires_at=NOW + days * DAY), lead * DAY, random.Random(seed)
    )

    assert due >= NOW + DAY
    assert due <= max(NOW + DAY + schedule.MARGIN, NOW + days * DAY - schedule.MIN_LEFT)


def test_refreshes_are_spread() -> None:
    rng = random.Random(1)
    due = [schedule.next_refresh(record(), LEAD, rng) for _ in range(1000)]

    busiest = max(
        sum(one <= other < one + timedelta(hours=1) for other in due) for one in due[:100]
    )
    assert busiest < 60


@given(st.integers(0, 50), st.integers(0, 48), st.integers())
def test_never_three_attempts_in_a_day(failures: int, hours_before: int, seed: int) -> None:
    before = NOW - timedelta(hours=hours_before)
    held = record(failures=failures, attempted_at=NOW, attempted_before=before)

    again = schedule.next_try(held, NOW, random.Random(seed))

    assert again >= NOW + timedelta(hours=1)
    assert again - before >= DAY
    assert again <= NOW + timedelta(hours=31)


def test_unanswered_call_waits_a_day() -> None:
    assert (
        schedule.next_try(record(attempted_at=NOW), NOW, random.Random(1), unanswered=True)
        >= NOW + DAY
    )


def test_wrong_clock_blocks_nothing() -> None:
    def is_due(attempted_before: datetime | None) -> bool:
        return schedule.is_due(record(next_refresh_at=NOW, attempted_before=attempted_before), NOW)

    assert is_due(None)
    assert is_due(NOW - timedelta(hours=30))
    assert not is_due(NOW - timedelta(hours=29))
    assert is_due(NOW + timedelta(days=300)), "from a clock that ran ahead"


def test_inactive_account_is_never_due() -> None:
    for state in (State.RECONNECT_REQUIRED, State.DISCONNECTED):
        assert not schedule.is_due(record(next_refresh_at=NOW, state=state), NOW)


def test_nearest_expiry_counts() -> None:
    assert schedule.days_left(record(data_access_expires_at=NOW + 5 * DAY), NOW) == 5
    assert schedule.days_left(record(expires_at=None), NOW) is None
