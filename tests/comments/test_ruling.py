"""Rules in the inbox: silence, reports, and taking back what they did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from lambdas.comments.acting.undoing import UNDER_WAY
from lambdas.comments.records import ActionKind, ActionState, ItemState
from lambdas.comments.sweep import MAX_ENTRIES
from lambdas.comments.updates import CommentWritten
from lambdas.graph.transport import Request
from lambdas.kit.errors import Conflict
from lambdas.storage.packing import packed
from local.graph.data import ACCOUNT_ID
from tests.comments.inbox_parts import OTHER, PERSON, Killed, dropped
from tests.comments.inbox_world import World

PRICE: dict[str, object] = {
    "name": "Price",
    "when": {"keywords": ["price"]},
    "then": "reply",
    "template": "The price is here",
}
SPAM: dict[str, object] = {"name": "Spam", "when": {"keywords": ["followers"]}, "then": "hide"}
HELP: dict[str, object] = {"name": "Help", "when": {"keywords": ["help"]}, "then": "escalate"}
PRIVATE = PRICE | {"name": "Private", "then": "private_reply"}


def asked(world: World, text: str = "The price?", author: str = PERSON) -> CommentWritten:
    update = world.comment(text, author)
    world.webhook(update)
    world.run(1)
    return update


def test_dry_run_only_notes() -> None:
    world = World(1, PRICE | {"dry_run": True})
    item = world.item(asked(world).comment_id)

    assert (item.state, world.actions()) == (ItemState.OPEN, [])
    assert item.decision
    assert item.decision.rule is None
    assert item.decision.passed


def test_long_words_do_not_fill_the_row() -> None:
    trials = [
        PRICE | {"name": f"Trial {number}", "when": {"keywords": ["wedding*"]}, "dry_run": True}
        for number in range(100)
    ]
    world = World(1, *trials)

    item = world.item(asked(world, "wedding" + "x" * 9000).comment_id)

    assert item.checked
    assert len(packed(item)) < 100_000


def test_escalation_is_reported_once() -> None:
    world = World(1, HELP)
    asked(world, "help")
    world.run(20)

    assert len(world.reports.escalations) == 1


def test_interrupted_report_is_made_up_for() -> None:
    world = World(1, HELP)

    def around(point: str) -> None:
        if point == "after write" and any(one.escalation for one in world.ledger.rows.values()):
            world.ledger.around = lambda _: None
            raise Killed

    world.ledger.around = around
    item_id = asked(world, "help").comment_id
    assert world.reports.escalations == []
    world.run(10)
    assert [one for one, _ in world.reports.escalations] == [item_id]


def test_broken_promise_is_reported_once_and_counted() -> None:
    world = World(1, HELP | {"promise_minutes": 20})
    item_id = asked(world, "help").comment_id
    world.run(40)
    assert (world.reports.broken, world.reports.last("InboxOverdue")) == ([item_id], 1)
    world.dependencies.operations.set_state(item_id, ItemState.DONE, "anna")
    world.run(10)

    assert (world.reports.broken, world.reports.last("InboxOverdue")) == ([item_id], 0)


def test_many_broken_promises_keep_nothing_waiting() -> None:
    world = World(1, HELP, SPAM)
    item = world.item(asked(world, "help").comment_id)
    world.run(60)
    reported = world.item(item.id)
    for number in range(MAX_ENTRIES + 1):
        world.ledger.rows[f"{number}"] = replace(reported, id=f"{number}")
    world.lose_messages = 1.0
    last = asked(world, "followers")
    world.lose_messages = 0.0
    world.run(6)

    assert world.item(last.comment_id).hidden
    assert world.reports.last("InboxOverdue") > MAX_ENTRIES


def test_one_bad_entry_stops_no_other() -> None:
    world = World(1, HELP)
    for author in (PERSON, OTHER):
        world.take(world.comment("help", author))
    world.run(29)

    def broken(item: object) -> None:
        world.reports.broken.append("tried")
        if len(world.reports.broken) == 1:
            raise OSError(str(item))

    world.reports.overdue = broken  # type: ignore[method-assign]
    world.clock.advance(timedelta(minutes=5))
    with pytest.raises(RuntimeError, match="1 entries"):
        world.dependencies.inbox_sweep.run()
    assert len(world.reports.broken) == 2


def test_lost_messages_of_the_queue_are_made_up_for() -> None:
    world = World(1, PRICE | {"then": ["reply"]}, SPAM)
    world.lose_messages = 1.0
    item_id = asked(world, "followers").comment_id
    world.lose_messages = 0.0
    world.run(6)

    assert world.item(item_id).hidden


def test_undo_shows_what_was_hidden() -> None:
    world = World(1, SPAM)
    item_id = asked(world, "followers").comment_id
    world.clock.advance(timedelta(seconds=1))
    undone = world.dependencies.undoing.undo(item_id, "anna")

    assert not world.instagram.comments[item_id]["hidden"]
    assert (undone.item.state, undone.item.hidden) == (ItemState.OPEN, False)
    assert world.dependencies.undoing.undo(item_id, "anna").actions == ()


def test_undo_deletes_the_reply_alone() -> None:
    world = World(1, PRICE)
    item_id = asked(world).comment_id
    world.dependencies.undoing.undo(item_id, "anna")

    assert (world.own_comments(), item_id in world.instagram.comments) == ([], True)
    assert world.item(item_id).state is ItemState.OPEN
    assert world.item(item_id).deleted_at is None


def test_undo_says_what_stays() -> None:
    world = World(1, PRIVATE)
    undone = world.dependencies.undoing.undo(asked(world).comment_id, "anna")

    assert (undone.actions, len(undone.stays)) == ((), 1)
    assert "private reply was sent" in undone.stays[0]


def test_undo_of_nothing_is_refused() -> None:
    world = World(1, PRICE)
    with pytest.raises(Conflict, match="No rule did anything"):
        world.dependencies.undoing.undo(asked(world, "Hello").comment_id, "anna")


def test_undo_stops_what_was_not_begun() -> None:
    world = World(1, PRICE)
    world.take(update := world.comment("The price?"))
    world.dependencies.undoing.undo(update.comment_id, "anna")
    world.run(10)

    assert (world.states(), world.own_comments()) == ([ActionState.FAILED], [])
    assert world.item(update.comment_id).state is ItemState.OPEN
    assert world.reports.escalations == []


def test_undo_of_what_is_under_way_is_finished_later() -> None:
    world = World(1, PRICE)

    def around(request: Request, point: str) -> None:
        if request.method == "POST" and point == "after call":
            world.around_call = lambda _, __: None
            raise dropped()

    world.around_call = around
    world.webhook(update := world.comment("The price?"))
    item_id = update.comment_id
    world.run(0.1)
    undone = world.dependencies.undoing.undo(item_id, "anna")
    assert undone.stays == (UNDER_WAY,)
    assert undone.item.decision
    assert undone.item.decision.undone_at is None
    world.run(10)

    again = world.dependencies.undoing.undo(item_id, "anna")
    assert (len(again.actions), world.own_comments()) == (1, [])


def test_half_undone_is_finished() -> None:
    world = World(1, SPAM)
    item_id = asked(world, "followers").comment_id
    world.clock.advance(timedelta(seconds=1))
    world.fail(method="POST", status=403, code=10)
    undoing = world.dependencies.undoing
    assert undoing.undo(item_id, "anna").actions[0].state is ActionState.FAILED
    world.clock.advance(timedelta(seconds=1))

    assert undoing.undo(item_id, "anna").actions[0].state is ActionState.DONE
    assert not world.instagram.comments[item_id]["hidden"]


def test_interrupted_undo_is_finished() -> None:
    world = World(1, SPAM)
    item_id = asked(world, "followers").comment_id
    world.clock.advance(timedelta(seconds=1))

    def around(request: Request, point: str) -> None:
        if request.method == "POST" and point == "before call":
            world.around_call = lambda _, __: None
            raise Killed

    world.around_call = around
    with pytest.raises(Killed):
        world.dependencies.undoing.undo(item_id, "anna")
    world.run(10)
    world.dependencies.undoing.undo(item_id, "anna")

    assert not world.instagram.comments[item_id]["hidden"]
    assert len(world.actions(ActionKind.UNHIDE)) == 1


def test_rule_is_undone_in_parts() -> None:
    world = World(1, SPAM)
    start = world.clock.now()
    for number in range(30):
        asked(world, "followers", f"26000000000001{number:03}")
    undoing = world.dependencies.undoing
    first = undoing.undo_rule(ACCOUNT_ID, "Spam", start - timedelta(hours=1), "anna")
    second = undoing.undo_rule(ACCOUNT_ID, "Spam", start - timedelta(hours=1), "anna")

    assert (first.items, first.more, second.items, second.more) == (25, True, 5, False)
    assert not any(one["hidden"] for one in world.instagram.comments.values())
