"""What happens to an action whose answer is lost, or which others meet under way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.comments.acting.calls import MAX_READ
from lambdas.comments.records import ActionState, Item, ItemKind, ItemState
from lambdas.graph.transport import Request
from local.graph.data import ACCOUNT_ID
from local.graph.sample import CREATOR_ID
from tests.comments.acting import PRICE, known, lose_answer, reply
from tests.comments.inbox_parts import PERSON, Killed
from tests.comments.inbox_world import World

DONE, FAILED, UNCERTAIN = ActionState.DONE, ActionState.FAILED, ActionState.UNCERTAIN
SECOND = timedelta(seconds=1)
RECORDED = ActionState.RECORDED


@pytest.fixture
def world() -> World:
    return World(1, PRICE)


@pytest.mark.parametrize("effect", [True, False])
def test_lost_answer_is_read_back(world: World, effect: bool) -> None:
    item_id = known(world)
    lose_answer(world, effect=effect)

    assert reply(world, item_id).state is RECORDED
    world.run(10)
    assert (world.states(), len(world.own_comments())) == ([DONE], 1)
    assert world.actions()[0].result_id in world.instagram.comments


@pytest.mark.parametrize("effect", [True, False])
def test_killed_call_is_read_back(world: World, effect: bool) -> None:
    item_id = known(world)
    lose_answer(world, effect=effect, kill=True)

    with pytest.raises(Killed):
        reply(world, item_id)
    world.run(15)
    assert (world.states(), len(world.own_comments())) == ([DONE], 1)


def test_two_lost_answers_are_uncertain(world: World) -> None:
    item_id = known(world)
    lose_answer(world, effect=False, times=2)
    reply(world, item_id)
    world.run(20)

    assert (world.states(), world.actions()[0].lost) == ([UNCERTAIN], 1)
    assert world.item(item_id).state is ItemState.OPEN


@pytest.mark.parametrize("error", [{"status": 403, "code": 10}, {"status": 400, "code": 100}])
def test_refusal_after_lost_answer_is_uncertain(world: World, error: dict[str, object]) -> None:
    item_id = known(world)
    lose_answer(world, effect=False)
    reply(world, item_id)
    world.fail(method="POST", **error)
    world.run(20)

    assert world.states() == [UNCERTAIN]


def test_same_reply_by_two_operators_is_made_twice(world: World) -> None:
    item_id = known(world)
    lose_answer(world, effect=True)
    reply(world, item_id, "one")
    world.clock.advance(SECOND)
    assert reply(world, item_id, "two").state is RECORDED
    world.run(10)

    assert (world.states(), len(world.own_comments())) == ([DONE, DONE], 2)
    assert len({one.result_id for one in world.actions()}) == 2


def test_second_worker_waits_for_the_first(world: World) -> None:
    item_id = known(world)

    def around(request: Request, point: str) -> None:
        if request.method == "POST" and point == "after call":
            world.dependencies.performer.perform(world.actions()[0].id)

    world.around_call = around
    assert reply(world, item_id).state is DONE
    assert len(world.own_comments()) == 1


def test_lost_private_reply_that_cannot_be_seen_is_done(world: World) -> None:
    """The person has another id in conversations than in comments."""
    item_id = known(world)
    lose_answer(world, effect=True)
    world.dependencies.operations.reply_privately(item_id, "Hello", "anna", None)
    world.instagram.conversations["77"] = world.instagram.conversations.pop(PERSON)
    world.run(20)

    assert (world.states(), world.sent_messages("77")) == ([DONE], ["Hello"])


@pytest.mark.parametrize("effect", [True, False])
def test_lost_message_is_sent_once(world: World, effect: bool) -> None:
    world.take(world.message("Hello"))
    lose_answer(world, effect=effect)
    world.dependencies.operations.message(ACCOUNT_ID, PERSON, "Hi", "anna", None)
    world.run(10)

    assert (world.states(), world.sent_messages()) == ([DONE], ["Hi"])


def test_answer_does_not_settle_what_came_later(world: World) -> None:
    first, second = world.message("First"), world.message("Second")
    world.take(first)
    world.clock.advance(SECOND)
    lose_answer(world, effect=True)
    world.dependencies.operations.message(ACCOUNT_ID, PERSON, "Hi", "anna", None)
    world.clock.advance(SECOND)
    world.take(second)
    world.run(10)

    states = {one.text: one.state for one in world.ledger.rows.values() if not one.is_own}
    assert states == {"First": ItemState.DONE, "Second": ItemState.OPEN}


def test_rule_answers_in_five_minutes_or_a_person_does(world: World) -> None:
    start = world.clock.now()
    world.webhook(asked := world.comment("The price?"))
    lose_answer(world, effect=False)
    world.fail(method="GET", path="replies", status=400, code=4, count=100)
    world.run(30)

    (item_id, at), *more = world.reports.escalations
    assert (item_id, more, world.states()) == (asked.comment_id, [], [UNCERTAIN])
    assert at - start <= timedelta(minutes=5)


def test_deleted_account_ends_the_action(world: World) -> None:
    item_id = known(world)

    def around(request: Request, point: str) -> None:
        if request.method == "POST" and point == "before call":
            world.ledger.deleted[ACCOUNT_ID] = world.clock.now()

    world.around_call = around
    assert reply(world, item_id).state is RECORDED


def test_reply_that_appears_late_is_found(world: World) -> None:
    """Lists lag: what is not there at first may still appear."""
    item_id = known(world)
    lose_answer(world, effect=True)
    world.fail(method="GET", path="replies", status=200, body='{"data": []}', count=3)
    reply(world, item_id)
    world.run(10)

    assert (world.states(), len(world.own_comments())) == ([DONE], 1)


def test_answer_to_a_mention_is_never_repeated(world: World) -> None:
    """Comments below other accounts' media cannot be listed."""
    now = world.clock.now()
    mention = Item(
        id=f"m{ACCOUNT_ID}.17900000000070001",
        account_id=ACCOUNT_ID,
        kind=ItemKind.MENTION,
        at=now,
        received_at=now,
        thread="17900000000070001",
        media_id="17900000000070001",
        checked=True,
    )
    world.ledger.add(mention)
    lose_answer(world, effect=True)
    world.dependencies.operations.reply_to_mention(mention.id, "Thanks", "anna", None)
    world.run(10)

    creator = world.bench.emulator_state.accounts[CREATOR_ID]
    assert (world.states(), len(creator.comments)) == ([UNCERTAIN], 1)


def test_reply_among_too_many_is_uncertain(world: World) -> None:
    item_id = known(world)
    lose_answer(world, effect=False)
    reply(world, item_id)
    for _ in range(MAX_READ):
        world.comment("And I", PERSON, item_id)
    world.run(10)

    assert world.states() == [UNCERTAIN]
