"""Whether webhooks bring what they should."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.comments.reading.account_state import Health
from lambdas.comments.records import Origin
from lambdas.comments.updates import Update
from local.graph.data import ACCOUNT_ID
from tests.comments.inbox_parts import Killed
from tests.comments.reading.site import ReadingSite, StoringTaker


def test_comment_that_a_deletion_hides_is_found_while_silent(site: ReadingSite) -> None:
    gone = site.comment("m1")
    site.run()
    site.later(minutes=15)
    site.comment("m1")
    site.later(minutes=15)
    assert site.run().missed == 1
    site.bench.control("delete_comment", account=ACCOUNT_ID, id=gone)
    site.comment("m1")
    site.later(minutes=5)

    assert site.run().found == 1


def test_cut_webhook_is_noticed(site: ReadingSite) -> None:
    site.run()
    site.later(minutes=15)
    missed = site.comment("m1")
    site.later(minutes=15)

    done = site.run()

    assert (done.found, done.missed) == (1, 1)
    assert site.item(missed).origin == "backfill"
    assert site.health is Health.SILENT
    assert site.subscriptions.silent_accounts([site.account]) == [ACCOUNT_ID]
    assert site.emitted[-1] == {"BackfillFound": 1, "BackfillMissed": 1}


class DeadlyTaker(StoringTaker):
    """A taker whose function is killed once the second comment is stored."""

    def take(self, update: Update, origin: Origin = Origin.WEBHOOK) -> bool:
        is_new = super().take(update, origin)
        if len(self.taken) == 2:
            raise Killed
        return is_new


def test_cut_webhook_is_noticed_though_the_run_was_killed(site: ReadingSite) -> None:
    site.run()
    work, whole = site.work, site.backfill
    deadly = replace(whole.comments, taker=DeadlyTaker(site.store, site.accounts))
    site.later(minutes=15)
    site.comment("m1")
    site.comment("m1")
    site.later(minutes=15)
    with pytest.raises(Killed):
        replace(work, backfill=replace(whole, comments=deadly)).run(ACCOUNT_ID)
    site.later(minutes=5)

    assert site.run().found == 0
    assert site.health is Health.SILENT


def test_webhook_ends_the_silence(site: ReadingSite) -> None:
    test_cut_webhook_is_noticed(site)
    site.later(minutes=3)
    site.states.note_event(ACCOUNT_ID, site.clock.now())
    site.later(minutes=2)

    site.run()

    assert site.health is Health.OK


def test_webhook_before_a_loss_does_not_end_its_silence(site: ReadingSite) -> None:
    test_cut_webhook_is_noticed(site)
    site.later(minutes=3)
    site.states.note_event(ACCOUNT_ID, site.clock.now())
    site.later(minutes=2)
    site.bench.account().subscriptions.unsubscribe(ACCOUNT_ID)
    site.work.run(ACCOUNT_ID, renew=True)
    site.later(minutes=1)

    site.work.run(ACCOUNT_ID, renew=True)

    assert site.health is Health.SILENT
    assert site.state.reading.silent_since == site.state.subscription.lost_at


def test_half_an_hour_without_comments_ends_the_silence(site: ReadingSite) -> None:
    test_cut_webhook_is_noticed(site)

    health = []
    for _ in range(9):
        site.later(minutes=5)
        site.run()
        health.append(site.health)

    assert health == [Health.SILENT] * 7 + [Health.OK] * 2


def test_young_finds_do_not_end_the_silence(site: ReadingSite) -> None:
    test_cut_webhook_is_noticed(site)
    began = site.clock.now()

    for _ in range(10):
        site.later(minutes=1)
        site.comment("m1")
        site.later(minutes=4)
        site.run()

    assert site.health is Health.SILENT
    assert site.state.reading.silent_since == began
    assert site.state.reading.quick_until == site.clock.now() + timedelta(hours=1)


@pytest.mark.parametrize(("came", "missed"), [(True, 0), (False, 1)])
def test_young_finds_are_counted_later(site: ReadingSite, came: bool, missed: int) -> None:
    test_fresh_comments_were_not_missed(site)
    if came:
        site.states.note_event(ACCOUNT_ID, site.clock.now())
    site.later(minutes=10)

    assert site.run().missed == missed
    site.later(minutes=10)
    assert site.run().missed == 0


def test_comments_before_the_connection_were_not_missed(site: ReadingSite) -> None:
    site.comment("m1", at=(site.clock.now() - timedelta(hours=5)).isoformat())

    assert (site.run().missed, site.health) == (0, Health.OK)


def test_fresh_comments_were_not_missed(site: ReadingSite) -> None:
    site.run()
    site.later(minutes=15)
    site.comment("m1")
    site.later(minutes=5)

    assert (site.run().missed, site.health) == (0, Health.OK)


def test_lost_permission_is_a_failure(site: ReadingSite) -> None:
    site.run()
    site.comment("m1")
    site.bench.control("fail", path="/comments", status=403, code=10)
    site.later(minutes=15)

    site.run()

    assert site.health is Health.FAILED
    assert site.subscriptions.silent_accounts([site.account]) == [ACCOUNT_ID]


def test_account_that_is_not_read_for_hours_is_a_failure(site: ReadingSite) -> None:
    site.run()
    site.bench.control("throttle", account=ACCOUNT_ID, code=80002, minutes=600)

    health = []
    for _ in range(4):
        site.later(hours=2)
        site.work.run(ACCOUNT_ID)
        health.append(site.health)

    assert health == [Health.OK] * 3 + [Health.FAILED]
