"""Reading what webhooks did not bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lambdas.comments.updates import CommentWritten
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


def test_replies_of_a_deleted_comment_stop_no_other(site: ReadingSite) -> None:
    other = site.comment("m1")
    top = site.comment("m1")
    for _ in range(30):
        site.comment("m1", "Yes", parent=top)
    site.bench.control("fail", path=f"{top}/replies", status=400, code=100, subcode=33, count=9)

    assert site.run().found == 27
    assert site.item(other).id == other


def test_nothing_new_costs_one_call(site: ReadingSite) -> None:
    site.post(*(f"m{number}" for number in range(30)))
    for number in range(30):
        site.comment(f"m{number}")
    site.run()
    site.later(minutes=15)

    assert site.run().calls == 1


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


def test_throttled_reading_waits(site: ReadingSite) -> None:
    site.run()
    site.later(minutes=15)
    site.bench.control("throttle", account=ACCOUNT_ID, code=80002, minutes=30)

    done = site.run()

    assert done.continue_after == timedelta(minutes=30)


def test_answers_are_taken_before_what_they_answer(site: ReadingSite) -> None:
    top = site.comment("m1")
    reply = site.comment("m1", "Thanks", parent=top, author_id=ACCOUNT_ID)

    site.run()

    comments = [one for one in site.taker.taken if isinstance(one, CommentWritten)]
    assert [one.comment_id for one in comments] == [reply, top]
