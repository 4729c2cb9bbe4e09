"""When accounts are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from lambdas.comments.reading.account_state import AccountState, Reading
from lambdas.comments.reading.scheduling import interval_of, is_due
from local.graph.data import ACCOUNT_ID
from tests.comments.reading.site import ReadingSite
from tests.conftest import NOW
from tests.tokens.conftest import MAKER

HOUR = timedelta(hours=1)


def test_new_account_is_due_once(site: ReadingSite) -> None:
    assert site.scheduling.put_due([site.account]) == 1
    assert site.scheduling.put_due([site.account]) == 0
    assert site.queue.sent == [(ACCOUNT_ID, timedelta())]


def test_lost_message_is_replaced(site: ReadingSite) -> None:
    site.scheduling.put_due([site.account])
    site.later(minutes=11)

    assert site.scheduling.put_due([site.account]) == 1


def test_new_connection_is_due(site: ReadingSite) -> None:
    site.run()
    again = replace(site.account, connected_at=site.clock.now() + HOUR)

    assert site.scheduling.put_due([site.account]) == 0
    assert site.scheduling.put_due([again]) == 1


def test_account_that_needs_a_login_is_skipped(site: ReadingSite) -> None:
    assert site.scheduling.put_due([replace(site.account, needs_login=True)]) == 0


def test_bad_account_stops_no_other(site: ReadingSite) -> None:
    site.queue.broken_for = MAKER
    accounts = [replace(site.account, id=MAKER), site.account]

    assert site.scheduling.put_due(accounts) == 1


@pytest.mark.parametrize(
    ("reading", "event_ago", "minutes"),
    [
        (Reading(), None, 120),
        (Reading(), HOUR, 15),
        (Reading(), 30 * HOUR, 120),
        (Reading(active_at=NOW - HOUR), None, 15),
        (Reading(newest_media_at=NOW - 40 * HOUR), None, 15),
        (Reading(quick_until=NOW + HOUR), None, 5),
    ],
)
def test_interval_follows_activity(
    reading: Reading, event_ago: timedelta | None, minutes: int
) -> None:
    event = NOW - event_ago if event_ago else None
    state = AccountState(account_id=ACCOUNT_ID, reading=reading, last_event_at=event)

    assert interval_of(state, NOW) == timedelta(minutes=minutes)


def test_throttled_account_waits(site: ReadingSite) -> None:
    site.run()
    state = changed(site.state, not_before=site.clock.now() + 3 * HOUR)

    assert not is_due(state, site.account, site.clock.now() + 2 * HOUR)
    assert is_due(state, site.account, site.clock.now() + 3 * HOUR)
