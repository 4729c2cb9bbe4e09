"""Reading what webhooks did not bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from lambdas.comments.reading.account_state import Health
from lambdas.comments.records import ItemState
from lambdas.comments.updates import CommentWritten, MessageWritten
from local.graph.data import ACCOUNT_ID
from tests.comments.reading.site import ReadingSite


def test_comments_and_replies_are_found(site: ReadingSite) -> None:
    top = site.comment("m1")
    reply = site.comment("m1", "Yes", parent=top)

    done = site.run()

    assert (done.found, site.item(reply).parent_id) == (2, top)
    assert site.item(top).at == site.clock.now()


def test_replies_beyond_the_first_page_are_followed(site: ReadingSite) -> None:
    top = site.comment("m1")
    for _ in range(60):
        site.comment("m1", "Yes", parent=top)

    assert site.run().found == 61


def test_many_replies_are_read_in_several_runs(site: ReadingSite) -> None:
    site.post("m1", "m2")
    first, top = site.comment("m1"), site.comment("m1")
    for parent in (first, top):
        for _ in range(230):
            site.comment("m1", "Me", parent=parent)
    other = site.comment("m2")
    site.work = replace(site.work, backfill=replace(site.backfill, max_calls=5))

    found = [site.go_on().found for _ in range(5)]

    assert (sum(found), site.go_on().found) == (463, 0)
    assert site.item(other).media_id == "m2"
    assert site.item(top).id == top
    assert site.state.reading.initial_done


def test_messages_are_read_beside_many_comments(site: ReadingSite) -> None:
    site.allow_messages()
    for _ in range(400):
        site.comment("m1")
    site.bench.control("message", account=ACCOUNT_ID, sender="26000000000000009", text="Hello")
    site.work = replace(site.work, backfill=replace(site.backfill, max_calls=8))

    assert site.run().found == 251


def test_replies_of_a_deleted_comment_stop_no_other(site: ReadingSite) -> None:
    other = site.comment("m1")
    top = site.comment("m1")
    for _ in range(30):
        site.comment("m1", "Yes", parent=top)
    site.bench.control("fail", path=f"{top}/replies", status=400, code=100, subcode=33, count=9)

    assert site.run().found == 27
    assert site.item(other).id == other


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


def test_nothing_new_costs_one_call(site: ReadingSite) -> None:
    site.post(*(f"m{number}" for number in range(30)))
    for number in range(30):
        site.comment(f"m{number}")
    site.run()
    site.later(minutes=15)

    assert site.run().calls == 1


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


def test_webhook_ends_the_silence(site: ReadingSite) -> None:
    test_cut_webhook_is_noticed(site)
    site.later(minutes=3)
    site.states.note_event(ACCOUNT_ID, site.clock.now())
    site.later(minutes=2)

    site.run()

    assert site.health is Health.OK


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


def test_thousand_missed_comments_are_read_in_pages(site: ReadingSite) -> None:
    site.run()
    site.later(minutes=1)
    for _ in range(1000):
        site.comment("m1")
    site.later(minutes=30)

    done = site.run()

    assert (done.missed, done.calls) == (1000, 21)


def test_interrupted_reading_continues(site: ReadingSite) -> None:
    for _ in range(400):
        site.comment("m1")
    site.work = replace(site.work, backfill=replace(site.backfill, max_calls=4))

    found = [site.go_on().found for _ in range(3)]

    assert found == [150, 150, 100]
    assert len(site.queue.sent) == 2
    assert site.state.reading.initial_done


def test_unanswered_page_is_read_later(site: ReadingSite) -> None:
    site.comment("m1")
    site.bench.control("fail", path="/comments", status=500, code=2)
    assert site.run().found == 0
    site.later(minutes=20)
    site.bench.emulator_state.faults.clear()

    assert site.run().found == 1


def test_bad_media_stops_no_other(site: ReadingSite) -> None:
    site.post("m1", "m2")
    site.comment("m1")
    other = site.comment("m2")
    site.bench.control("fail", path="/m1/comments", status=400, code=100, count=9)

    site.run()

    assert site.item(other).media_id == "m2"


def test_reply_to_an_old_comment_is_found(site: ReadingSite) -> None:
    old = site.comment("m1")
    for _ in range(120):
        site.comment("m1")
    site.run()
    site.later(minutes=15)
    reply = site.comment("m1", parent=old)

    site.run()

    assert site.item(reply).parent_id == old


class TestDeleted:
    def test_deleted_comment_is_marked(self, site: ReadingSite) -> None:
        gone, kept = site.comment("m1"), site.comment("m1")
        site.run()
        site.bench.control("delete_comment", account=ACCOUNT_ID, id=gone)
        site.later(hours=25)

        assert site.run().deleted == 1
        assert site.item(gone).deleted_at == site.clock.now()
        assert (site.item(gone).state, site.item(kept).deleted_at) == (ItemState.DONE, None)

    def test_comment_that_is_listed_again_is_open(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.run()
        stored = site.bench.emulator_state.accounts[ACCOUNT_ID].comments
        row = stored.pop(comment)
        site.later(hours=25)
        assert site.run().deleted == 1
        stored[comment] = row
        site.later(hours=25)

        site.run()

        assert (site.item(comment).deleted_at, site.item(comment).state) == (None, ItemState.OPEN)

    def test_comment_that_a_person_settled_stays_done(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.run()
        gone = {"deleted_at": site.clock.now(), "state": ItemState.DONE, "done_by": "Ana"}
        site.store.save(changed(site.item(comment), **gone))
        site.later(hours=25)

        site.run()

        assert (site.item(comment).deleted_at, site.item(comment).state) == (None, ItemState.DONE)

    def test_comment_that_is_only_not_listed_stays(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.comment("m1")
        site.run()
        stored = site.bench.emulator_state.accounts[ACCOUNT_ID].comments
        stored[comment]["media"] = "m2"
        site.later(hours=25)

        assert site.run().deleted == 0

    def test_refused_list_deletes_nothing(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.run()
        site.later(hours=25)
        site.bench.control("fail", status=400, code=100, subcode=33, path="/m1/comments")

        site.run()

        assert site.item(comment).deleted_at is None


class TestHidden:
    def test_hidden_in_the_app_is_hidden_here(self, site: ReadingSite) -> None:
        comment = site.comment("m1")
        site.run()
        site.bench.emulator_state.accounts[ACCOUNT_ID].comments[comment]["hidden"] = True
        site.later(hours=25)

        site.run()

        assert (site.item(comment).hidden, site.item(comment).state) == (True, ItemState.HIDDEN)


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


def test_throttled_reading_waits(site: ReadingSite) -> None:
    site.run()
    site.later(minutes=15)
    site.bench.control("throttle", account=ACCOUNT_ID, code=80002, minutes=30)

    done = site.run()

    assert done.continue_after == timedelta(minutes=30)


def test_messages_are_found(site: ReadingSite) -> None:
    site.allow_messages()
    site.run()
    site.later(minutes=1)
    site.bench._follow_clock()
    site.bench.control("message", account=ACCOUNT_ID, sender="26000000000000009", text="Hello")
    site.later(minutes=15)

    done = site.run()

    (message,) = [one for one in site.taker.taken if isinstance(one, MessageWritten)]
    assert (message.text, message.is_own, done.found, done.missed) == ("Hello", False, 1, 1)


def test_known_conversation_costs_one_call(site: ReadingSite) -> None:
    test_messages_are_found(site)
    site.later(hours=1)

    assert site.run().calls == 2


def test_answers_are_taken_before_what_they_answer(site: ReadingSite) -> None:
    top = site.comment("m1")
    reply = site.comment("m1", "Thanks", parent=top, author_id=ACCOUNT_ID)

    site.run()

    comments = [one for one in site.taker.taken if isinstance(one, CommentWritten)]
    assert [one.comment_id for one in comments] == [reply, top]


def test_comment_that_was_hidden_meanwhile_starts_no_rule(site: ReadingSite) -> None:
    comment = site.comment("m1")
    site.bench.emulator_state.accounts[ACCOUNT_ID].comments[comment]["hidden"] = True

    site.run()

    item = site.item(comment)
    assert (item.hidden, item.state, item.checked) == (True, ItemState.HIDDEN, True)
