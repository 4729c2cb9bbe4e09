"""Test clocks and the texts of times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.kit.clock import FixedClock, SystemClock, from_rfc3339, to_rfc3339


@given(st.datetimes(timezones=st.timezones()))
def test_times_survive_a_round_trip(moment: datetime) -> None:
    try:
        text = to_rfc3339(moment)
    except OverflowError:
        return
    assert from_rfc3339(text) == moment.astimezone(UTC)
    assert text.endswith("Z")


def test_times_without_offset_are_refused() -> None:
    with pytest.raises(ValueError, match="no offset"):
        from_rfc3339("2026-04-29T00:00:00")


def test_clocks_return_utc() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(timedelta(hours=-1))

    assert clock.now() == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert SystemClock().now().tzinfo is UTC
