"""When work on an account is refused, so that its messages do not multiply."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.graph.data import ACCOUNT_ID
from tests.comments.reading.site import ReadingSite


@pytest.fixture
def throttled(site: ReadingSite) -> ReadingSite:
    """Provide a site whose daily check is due while Meta allows no calls for an hour."""
    site.run()
    site.later(hours=25)
    site.throttle(minutes=60)
    assert site.work.run(ACCOUNT_ID) is None
    return site


def test_throttled_check_is_queued_once(throttled: ReadingSite) -> None:
    for _ in range(6):
        throttled.later(minutes=9)
        throttled.scheduling.put_due([throttled.account])

    assert len(throttled.queue.sent) == 1


def test_message_that_is_early_is_dropped(throttled: ReadingSite) -> None:
    calls = throttled.calls()
    throttled.later(minutes=15)

    assert throttled.work.run(ACCOUNT_ID) is None
    assert (len(throttled.queue.sent), throttled.calls()) == (1, calls)


def test_sweep_asks_again_in_time(throttled: ReadingSite) -> None:
    throttled.later(minutes=61)
    throttled.bench.control("throttle", account=ACCOUNT_ID)

    assert throttled.scheduling.put_due([throttled.account]) == 1
    assert throttled.run().continue_after is None


def test_renewal_that_is_throttled_is_due_later(site: ReadingSite) -> None:
    site.run()
    site.later(minutes=1)
    site.throttle(minutes=60)
    assert site.work.run(ACCOUNT_ID, renew=True) is None
    site.later(minutes=61)

    assert site.scheduling.put_due([site.account]) == 1
    assert site.subscriptions.is_due(site.account)


def test_unfinished_run_goes_on_in_time(site: ReadingSite) -> None:
    site.run()
    site.later(minutes=15)
    site.throttle(minutes=30)
    assert site.run().continue_after == timedelta(minutes=30)
    site.later(minutes=15)
    assert site.work.run(ACCOUNT_ID) is None
    site.later(minutes=15)

    assert site.work.run(ACCOUNT_ID)


def test_renewal_waits_for_the_run_under_way(site: ReadingSite) -> None:
    site.run()
    lease = site.states.lease(ACCOUNT_ID, "another function")
    assert lease.acquire(site.clock.now(), timedelta(minutes=6))

    assert site.work.run(ACCOUNT_ID) is None
    assert site.queue.sent == []
    assert site.work.run(ACCOUNT_ID, renew=True) is None
    assert site.queue.renewals == [ACCOUNT_ID]
    lease.release()
    checked = site.state.subscription.checked_at
    site.later(seconds=20)
    site.run(renew=True)

    assert checked
    assert site.state.subscription.checked_at == checked + timedelta(seconds=20)
