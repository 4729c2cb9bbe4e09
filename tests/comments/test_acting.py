"""What happens to an action, whatever Instagram says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.comments.records import ActionState, ItemState
from lambdas.kit.errors import Conflict
from local.graph.comments import remove_comment
from local.graph.data import ACCOUNT_ID
from tests.comments.acting import PRICE, known, reply
from tests.comments.inbox_parts import MEDIA_ID, PERSON, Killed
from tests.comments.inbox_world import World

DONE, FAILED, UNCERTAIN = ActionState.DONE, ActionState.FAILED, ActionState.UNCERTAIN
SECOND = timedelta(seconds=1)
RECORDED = ActionState.RECORDED


@pytest.fixture
def world() -> World:
    return World(1, PRICE)


class Bus:
    """Records domain events."""

    def __init__(self, sent: list[object]) -> None:
        self.publish = sent.append


def test_reply_is_done_at_once(world: World) -> None:
    action = reply(world, known(world))

    assert (action.state, len(world.own_comments())) == (DONE, 1)
    assert world.item(str(action.item_id)).done_by == "answered by anna"


def test_repeated_request_makes_one_action(world: World) -> None:
    item_id = known(world)
    first, second = reply(world, item_id, "one"), reply(world, item_id, "one")

    assert (first.id, len(world.own_comments())) == (second.id, 1)


def test_request_id_is_for_one_request(world: World) -> None:
    item_id = known(world)
    reply(world, item_id, "one")

    with pytest.raises(Conflict, match="another request"):
        world.dependencies.operations.reply(item_id, "Other", "anna", "one")


def test_private_reply_is_sent_once(world: World) -> None:
    item_id, operations = known(world), world.dependencies.operations
    operations.reply_privately(item_id, "Hello", "anna", None)

    with pytest.raises(Conflict, match="has had it"):
        operations.reply_privately(item_id, "Again", "anna", None)
    assert world.sent_messages() == ["Hello"]


def test_hiding_twice_is_hidden(world: World) -> None:
    item_id, operations = known(world), world.dependencies.operations
    for _ in range(2):
        assert operations.set_hidden(item_id, True, "anna", None).action.state is DONE

    assert world.item(item_id).state is ItemState.HIDDEN
    assert world.instagram.comments[item_id]["hidden"]


def test_last_wish_counts(world: World) -> None:
    item_id, operations = known(world), world.dependencies.operations
    world.fail(method="POST", status=400, code=4)
    operations.set_hidden(item_id, True, "anna", None)
    world.clock.advance(SECOND)
    operations.set_hidden(item_id, False, "ben", None)
    world.run(60)

    assert [one.state for one in world.actions()] == [FAILED, DONE]
    assert not world.instagram.comments[item_id]["hidden"]
    assert not world.item(item_id).hidden


def test_reply_to_deleted_comment_says_so(world: World) -> None:
    item_id = known(world)
    remove_comment(world.instagram, item_id)
    reply(world, item_id)
    world.run(5)

    failure = world.actions()[0].failure
    assert failure
    assert (failure.code, world.item(item_id).state) == ("gone", ItemState.DONE)


def test_deleted_comment_is_marked_though_the_action_was_cut_off(world: World) -> None:
    item_id = known(world)
    remove_comment(world.instagram, item_id)
    reply(world, item_id)

    def kill(point: str) -> None:
        if point == "after write" and world.states() == [FAILED]:
            world.ledger.around = lambda _: None
            raise Killed

    world.ledger.around = kill
    world.run(5)

    assert world.item(item_id).deleted_at


@pytest.mark.parametrize("times", [1, 2, 4])
def test_missing_comment_that_is_there_is_answered(world: World, times: int) -> None:
    """Instagram says so of comments that are there: row 17 of the known faults."""
    item_id = known(world)
    world.fail(method="POST", status=400, code=100, subcode=33, count=times)
    reply(world, item_id)
    world.run(20)

    assert (world.states(), world.item(item_id).deleted_at) == ([DONE], None)


def test_delete_is_done_if_the_comment_is_gone(world: World) -> None:
    item_id = known(world)
    remove_comment(world.instagram, item_id)
    world.dependencies.operations.delete(item_id, "anna", None)

    assert world.states() == [DONE]


def test_delete_is_not_done_while_the_comment_is_there(world: World) -> None:
    item_id = known(world)
    world.fail(method="DELETE", status=400, code=100, subcode=33)
    world.dependencies.operations.delete(item_id, "anna", None)
    assert item_id in world.instagram.comments
    world.run(5)

    assert (world.states(), item_id in world.instagram.comments) == ([DONE], False)


def test_comments_are_closed_and_opened(world: World) -> None:
    operations = world.dependencies.operations
    operations.set_comments_enabled(ACCOUNT_ID, MEDIA_ID, False, "anna", None)
    assert MEDIA_ID in world.instagram.comments_closed
    world.clock.advance(SECOND)
    operations.set_comments_enabled(ACCOUNT_ID, MEDIA_ID, True, "anna", None)

    assert world.instagram.comments_closed == set()


def test_comments_that_are_closed_later_are_shown_as_closed(world: World) -> None:
    known(world)
    world.fail(method="POST", status=400, code=4)
    world.dependencies.operations.set_comments_enabled(ACCOUNT_ID, MEDIA_ID, False, "anna", None)
    assert world.states() == [RECORDED]
    world.run(30)

    assert world.states() == [DONE]
    assert world.media.rows[ACCOUNT_ID, MEDIA_ID].comments_enabled is False


def test_message_needs_an_open_window(world: World) -> None:
    world.take(world.message("Hello"))
    world.clock.advance(timedelta(hours=25))

    with pytest.raises(Conflict, match="within 24 hours"):
        world.dependencies.operations.message(ACCOUNT_ID, PERSON, "Hi", "anna", None)


def test_throttled_action_waits(world: World) -> None:
    item_id = known(world)
    world.fail(status=400, code=4)
    assert reply(world, item_id).state is RECORDED
    world.run(30)

    assert world.states() == [DONE]


def test_refused_token_is_reported(world: World) -> None:
    item_id = known(world)
    sent: list[object] = []
    world.dependencies.__dict__["bus"] = Bus(sent)
    world.fail(method="POST", status=400, code=190, subcode=463)

    failure = reply(world, item_id).failure
    assert failure
    assert (failure.code, len(sent)) == ("reconnect_required", 1)


def test_account_without_login_fails(world: World) -> None:
    item_id = known(world)
    world.connections.needs_login = True

    failure = reply(world, item_id).failure
    assert failure
    assert failure.code == "reconnect_required"


def test_block_pauses_rules_only(world: World) -> None:
    item_id = known(world)
    world.fail(method="POST", status=400, code=368)
    assert reply(world, item_id).state is FAILED
    world.take(asked := world.comment("The price?"))
    assert reply(world, item_id).state is DONE
    world.run(1)

    assert world.reports.stopped == [ACCOUNT_ID]
    assert world.item(asked.comment_id).state is ItemState.ESCALATED
    assert len(world.own_comments(asked.comment_id)) == 0


def test_block_is_heard_though_its_report_was_cut_off(world: World) -> None:
    item_id = known(world)
    world.reports.kill_next = True
    world.fail(method="POST", status=400, code=368, count=2)
    with pytest.raises(Killed):
        reply(world, item_id)

    world.run(20)

    assert world.reports.stopped == [ACCOUNT_ID]
    assert world.pauses.until(ACCOUNT_ID, world.clock.now())


def test_failed_answer_of_a_rule_asks_a_person_at_once(world: World) -> None:
    world.webhook(asked := world.comment("The price?"))
    world.fail(method="POST", status=400, code=100)
    world.run(1)

    assert world.item(asked.comment_id).state is ItemState.ESCALATED
    assert [one for one, _ in world.reports.escalations] == [asked.comment_id]


def test_rule_does_not_answer_what_a_person_answered(world: World) -> None:
    world.fail(method="POST", status=400, code=4)
    world.webhook(asked := world.comment("The price?"))
    world.run(0.1)
    reply(world, asked.comment_id)
    world.run(20)

    assert [one["text"] for one in world.own_comments()] == ["Hi"]
    assert world.item(asked.comment_id).done_by == "answered by anna"


def test_account_that_returned_can_write(world: World) -> None:
    world.ledger.deleted[ACCOUNT_ID] = world.clock.now() - timedelta(days=40)
    world.take(world.message("Hello"))
    done = world.dependencies.operations.message(ACCOUNT_ID, PERSON, "Hi", "anna", None)

    assert done.action.state is DONE
