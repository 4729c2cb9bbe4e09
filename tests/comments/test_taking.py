"""Updates become items once, in whatever order they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.comments import keys
from lambdas.comments.records import ActionState, Item, ItemKind, ItemState, Origin
from lambdas.comments.taking.own_activity import IN_APP
from lambdas.comments.updates import (
    CommentWritten,
    Foreign,
    Ignored,
    Mentioned,
    MessageEdited,
    MessageReaction,
    MessageUnsent,
    MessageWritten,
)
from lambdas.graph.transport import Request
from lambdas.kit.login_type import LoginType
from local.graph.data import ACCOUNT_ID
from local.graph.sample import CREATOR_ID
from tests.comments.inbox_parts import OTHER, PERSON, Killed
from tests.comments.inbox_world import World

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OPEN, ITEM_DONE, ESCALATED = ItemState.OPEN, ItemState.DONE, ItemState.ESCALATED
PRICE: dict[str, object] = {
    "name": "Price",
    "when": {"keywords": ["price"]},
    "then": "reply",
    "template": "The price is here",
}


@pytest.fixture
def world() -> World:
    return World(1, PRICE)


def message_of(world: World, update: MessageWritten) -> Item:
    return world.item(keys.message_id(update.account_id, update.mid))


def edit(message: MessageWritten, text: str, edits: int = 1) -> MessageEdited:
    return MessageEdited(
        account_id=message.account_id,
        at=message.at,
        mid=message.mid,
        person_id=message.person_id,
        text=text,
        edits=edits,
    )


def unsend(message: MessageWritten) -> MessageUnsent:
    return MessageUnsent(
        account_id=message.account_id, at=message.at, mid=message.mid, person_id=message.person_id
    )


def react(message: MessageWritten, emoji: str | None, seconds: int = 0) -> MessageReaction:
    return MessageReaction(
        account_id=message.account_id,
        at=message.at + timedelta(seconds=seconds),
        mid=message.mid,
        person_id=message.person_id,
        author_id=message.person_id,
        emoji=emoji,
    )


def test_reactions_are_bounded(world: World) -> None:
    message = world.message("Hello")
    world.take(message)
    for number in range(150):
        world.take(replace(react(message, "❤️", seconds=number), author_id=f"26{number}"))

    kept = message_of(world, message).reactions
    assert (len(kept), kept[-1].author_id) == (100, "26149")


def test_comment_is_new_once(world: World) -> None:
    update = world.comment("Hello")

    assert [world.take(update), world.take(update)] == [True, False]
    assert (world.item(update.comment_id).state, world.actions()) == (OPEN, [])


def test_backfill_before_webhook_is_one_item(world: World) -> None:
    update = world.comment("The price?")
    world.take(update, Origin.BACKFILL)
    world.webhook(update)
    world.run(5)

    assert world.item(update.comment_id).origin is Origin.BACKFILL
    assert len(world.own_comments()) == 1


def test_account_that_is_not_connected_keeps_nothing(world: World) -> None:
    update = replace(world.comment("Hello"), account_id="17841400000000099")

    assert not world.take(update)
    assert (world.ledger.rows, world.reports.total("WebhookHomeless")) == ({}, 1)


def test_ignored_and_foreign_updates_are_no_items(world: World) -> None:
    now = world.clock.now()
    foreign = Foreign(account_id=ACCOUNT_ID, at=now, field="story", value={}, why="unknown")

    assert not world.take(foreign)
    assert not world.take(Ignored(account_id=ACCOUNT_ID, field="messaging_seen"))
    assert (world.kept.updates, world.ledger.rows) == (["story"], {})


@pytest.mark.parametrize("first", ["reply", "comment"])
def test_own_reply_in_the_app_settles_the_comment(world: World, first: str) -> None:
    asked = world.comment("The price?")
    answered = world.comment("10 dollars", ACCOUNT_ID, asked.comment_id)
    for update in (answered, asked) if first == "reply" else (asked, answered):
        world.webhook(update)
    world.run(5, echoes=False)

    item = world.item(asked.comment_id)
    if first == "reply":
        assert [one["text"] for one in world.own_comments()] == ["10 dollars"]
        assert (item.state, item.done_by) == (ITEM_DONE, IN_APP)
    assert item.state is ITEM_DONE


@pytest.mark.parametrize("first", ["answer", "question"])
def test_own_message_in_the_app_settles_earlier_ones(world: World, first: str) -> None:
    asked = world.message("What is the price?")
    answered = world.message("10 dollars", is_own=True)
    world.clock.advance(SECOND)
    later = world.message("And the size?")
    order = (answered, asked) if first == "answer" else (asked, later, answered)
    world.rules.rules = () if first == "question" else world.rules.rules
    for update in (*order, later):
        world.take(update)

    assert message_of(world, asked).done_by == IN_APP
    assert (message_of(world, later).state, world.actions()) == (OPEN, [])


def test_second_copy_of_an_own_reply_settles_nothing(world: World) -> None:
    asked = world.comment("Hello")
    answered = world.comment("Hi", ACCOUNT_ID, asked.comment_id)
    for update in (asked, answered):
        world.take(update)
    world.dependencies.operations.set_state(asked.comment_id, OPEN, "anna")
    world.take(answered)

    assert world.item(asked.comment_id).state is OPEN


def test_interrupted_own_reply_still_settles(world: World) -> None:
    asked = world.comment("Hello")
    answered = world.comment("Hi", ACCOUNT_ID, asked.comment_id)
    world.take(asked)
    kill_at_write(world, 3)
    with pytest.raises(Killed):
        world.take(answered)
    world.ledger.around = lambda _: None
    world.take(answered)

    assert world.item(asked.comment_id).done_by == IN_APP


def test_question_beside_an_interrupted_own_reply_is_settled(world: World) -> None:
    world.rules.rules = ()
    asked = world.comment("Hello")
    answered = world.comment("Hi", ACCOUNT_ID, asked.comment_id)
    points: list[str] = []

    def around(point: str) -> None:
        points.append(point)
        if len(points) == 1:
            world.take(asked)
        if world.ledger.item(answered.comment_id):
            raise Killed

    world.ledger.around = around
    with pytest.raises(Killed):
        world.take(answered)
    world.ledger.around = lambda _: None
    assert world.item(asked.comment_id).state is OPEN
    world.run(10)

    assert world.item(asked.comment_id).done_by == IN_APP
    assert world.item(answered.comment_id).checked


def kill_at_write(world: World, number: int) -> None:
    points: list[str] = []

    def around(point: str) -> None:
        points.append(point)
        if len(points) == number:
            raise Killed

    world.ledger.around = around


def test_echo_of_a_rule_settles_no_other_comment(world: World) -> None:
    """It arrives before the answer of the call, and names the comment on top only."""
    top = world.comment("Is it red?")
    asked = world.comment("The price?", OTHER, top.comment_id)
    world.take(top)
    world.webhook(asked)

    def around(request: Request, point: str) -> None:
        if request.method == "POST" and point == "after call":
            for comment_id, one in world.instagram.comments.items():
                if one["author"]["id"] == world.instagram.scoped_id:
                    world.take(world.comment_update(comment_id))

    world.around_call = around
    world.run(5, echoes=False)
    assert (world.states(), world.item(top.comment_id).state) == ([ActionState.DONE], OPEN)


def test_echo_of_a_rule_settles_no_other_message(world: World) -> None:
    world.take(other := world.message("Is it red?"))
    world.webhook(asked := world.message("The price?"))
    world.run(5)

    assert message_of(world, asked).state is ITEM_DONE
    assert message_of(world, other).state is OPEN


def test_reply_of_a_rule_starts_no_rule(world: World) -> None:
    world.webhook(world.comment("The price?"))
    world.run(30)

    assert (len(world.own_comments()), len(world.actions())) == (1, 1)


def test_mention_of_two_accounts_is_two_items(world: World) -> None:
    update = world.comment("@example_shop @example_maker")
    world.take(update)
    world.take(replace(update, account_id=CREATOR_ID))

    kinds = {one.account_id: one.kind for one in world.ledger.rows.values()}
    assert kinds == {ACCOUNT_ID: ItemKind.COMMENT, CREATOR_ID: ItemKind.MENTION}


def test_comment_is_not_lost_to_a_mention(world: World) -> None:
    """While it cannot be read whose media it is below, it is taken for a comment."""
    update = world.comment("@example_maker")
    world.fail(status=400, code=4, count=10)
    world.take(replace(update, account_id=CREATOR_ID))
    world.bench.emulator_state.faults.clear()
    assert world.take(update)

    assert {one.account_id for one in world.ledger.rows.values()} == {ACCOUNT_ID, CREATOR_ID}


def test_reaction_before_the_message_is_kept(world: World) -> None:
    message = world.message("The price?")
    world.take(react(message, "❤️"))
    assert world.take(message)
    world.run(1)

    item = message_of(world, message)
    assert ([one.emoji for one in item.reactions], item.text) == (["❤️"], "The price?")
    assert world.sent_messages() == ["The price is here"]


def test_late_reaction_does_not_return(world: World) -> None:
    world.take(message := world.message("Hello"))
    world.take(react(message, None, seconds=2))
    assert not world.take(react(message, "❤️", seconds=1))

    assert [one.emoji for one in message_of(world, message).reactions] == [None]


def test_edit_before_the_message_wins(world: World) -> None:
    message = world.message("Helo")
    world.take(edit(message, "Hello", 1))
    world.take(message)
    world.take(edit(message, "Hello!", 2))
    assert not world.take(edit(message, "Hello", 1))

    assert message_of(world, message).text == "Hello!"


def test_message_that_was_taken_back_stays_away(world: World) -> None:
    message = world.message("The price?")
    world.take(unsend(message))
    assert not world.take(message)
    world.take(edit(message, "The price??"))
    world.run(5)

    item = message_of(world, message)
    assert (item.text, item.state, world.actions()) == (None, ITEM_DONE, [])


def test_message_fills_its_place_against_another_worker(world: World) -> None:
    message = world.message("The price?")
    world.take(react(message, "❤️"))
    left = ["once"]

    def around(point: str) -> None:
        if point == "before write" and world.ledger.rows and left:
            left.clear()
            world.take(react(message, None, seconds=1))

    world.ledger.around = around
    world.take(message)
    assert message_of(world, message).text == "The price?"


def test_item_before_the_connection_is_for_the_record(world: World) -> None:
    connected_at = world.accounts.known[ACCOUNT_ID].connected_at
    assert connected_at
    fresh = replace(world.comment("The price?"), at=connected_at - SECOND)
    world.take(fresh)

    item = world.item(fresh.comment_id)
    assert (item.state, item.checked, world.actions()) == (ITEM_DONE, True, [])


@pytest.mark.parametrize("hours", [0, 26])
def test_rules_are_silent_and_ask_a_person(world: World, hours: int) -> None:
    """Below live video, and about what is older than a day."""
    update = world.comment("The price?")
    update = replace(update, at=update.at - timedelta(hours=hours), is_live=not hours)
    world.take(update)

    item = world.item(update.comment_id)
    assert (item.state, world.actions()) == (ESCALATED, [])
    assert item.decision
    assert "no answer was sent" in item.decision.passed[0]


def test_conversation_of_another_app_is_left_alone(world: World) -> None:
    message = replace(world.message("The price?"), is_standby=True)
    world.take(message)

    assert (message_of(world, message).state, world.actions()) == (ESCALATED, [])


def test_connected_author_gets_no_answer(world: World) -> None:
    update = replace(world.comment("The price?"), author_id="9", username="example_maker")
    world.take(update)

    assert (world.item(update.comment_id).state, world.actions()) == (OPEN, [])


@pytest.mark.parametrize("number", range(1, 9))
def test_interrupted_item_is_finished_by_the_sweep(world: World, number: int) -> None:
    update: CommentWritten = world.comment("The price?")
    kill_at_write(world, number)
    world.webhook(update)
    world.run(1)
    world.waiting.clear()
    stored = update.comment_id in world.ledger.rows
    world.run(30)

    assert len(world.own_comments()) == (1 if stored else 0)


def test_mention_is_one_item(world: World) -> None:
    account = world.accounts.known[ACCOUNT_ID]
    world.accounts.known[ACCOUNT_ID] = replace(account, login_type=LoginType.FACEBOOK)
    now = world.clock.now()
    update = Mentioned(account_id=ACCOUNT_ID, at=now, media_id="17900000000070001")

    assert world.take(update)
    assert not world.take(update)
    (item,) = world.ledger.rows.values()
    assert (item.kind, item.thread) == (ItemKind.MENTION, "17900000000070001")


def test_message_opens_the_window(world: World) -> None:
    world.take(message := world.message("Hello"))
    person = world.people.get(ACCOUNT_ID, PERSON)

    assert person
    assert (person.wrote_at, person.username) == (message.at, "guest_1")
