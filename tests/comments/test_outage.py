"""Updates that come while Instagram cannot be read: stored at once, answered once it can."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.comments.records import ItemKind, ItemState, Origin
from lambdas.comments.taking.mentions import LATER, UNREADABLE
from lambdas.comments.updates import Mentioned
from lambdas.graph.transport import Request
from lambdas.kit.login_type import LoginType
from local.graph.data import ACCOUNT_ID
from local.graph.sample import CREATOR_ID
from tests.comments.inbox_world import World

PRICE: dict[str, object] = {
    "name": "Price",
    "when": {"keywords": ["price"]},
    "then": "reply",
    "template": "The price is here",
    "limits": {"per_author": 100},
}


@pytest.fixture
def world() -> World:
    return World(1, PRICE)


@pytest.fixture
def calls(world: World) -> list[Request]:
    made: list[Request] = []

    def note(request: Request, when: str) -> None:
        if when == "before call":
            made.append(request)

    world.around_call = note
    return made


def test_outage_costs_one_call_a_minute(world: World, calls: list[Request]) -> None:
    updates = [world.comment(f"The price? {number}") for number in range(30)]
    calls.clear()
    world.fail(count=1000, status=503)

    for update in updates:
        assert world.take(update)

    one_read_with_its_retries = 8
    assert len(calls) <= one_read_with_its_retries
    assert len(world.ledger.rows) == 30


def test_questions_are_answered_after_the_outage(world: World) -> None:
    updates = [world.comment(f"The price? {number}") for number in range(5)]
    world.fail(count=1000, status=503)
    for update in updates:
        world.take(update)
    world.bench.emulator_state.faults.clear()

    world.run(15)

    assert len(world.own_comments()) == 5


def test_comment_that_is_a_mention_stays_one_item(world: World) -> None:
    update = replace(world.comment("The price? @example_maker"), account_id=CREATOR_ID)
    world.fail(count=1000, status=503)
    world.take(update)
    world.bench.emulator_state.faults.clear()
    world.run(10)

    assert not world.take(update)

    (item,) = world.ledger.rows.values()
    assert (item.kind, item.checked) == (ItemKind.MENTION, True)
    assert len(world.actions()) == 1


def test_mention_that_is_not_shown_is_left_to_people(world: World) -> None:
    account = world.accounts.known[ACCOUNT_ID]
    world.accounts.known[ACCOUNT_ID] = replace(account, login_type=LoginType.FACEBOOK)
    world.connections.login_type = "facebook"
    unknown = "17999999999999999"
    world.take(Mentioned(account_id=ACCOUNT_ID, at=world.clock.now(), media_id=unknown))
    (item,) = world.ledger.rows.values()
    assert (item.state, item.unread) == (ItemState.OPEN, LATER)

    world.run(25 * 60)

    (item,) = world.ledger.rows.values()
    assert (item.state, item.checked, item.unread) == (ItemState.OPEN, True, UNREADABLE)


def test_new_login_files_no_question_as_done(world: World) -> None:
    now, account = world.clock.now(), world.accounts.known[ACCOUNT_ID]
    world.accounts.known[ACCOUNT_ID] = replace(account, connected_at=now, since=now - 30 * DAY)
    update = replace(world.comment("The price?"), at=now - 3 * DAY)

    world.take(update, Origin.BACKFILL)

    assert world.item(update.comment_id).state is not ItemState.DONE


DAY = timedelta(days=1)


def test_answer_in_the_app_is_found_below_a_busy_post(world: World) -> None:
    asked = world.comment("The price?")
    own = world.knob(
        "comment",
        media=asked.media_id,
        text="It is on the label",
        author_id=ACCOUNT_ID,
        parent=asked.comment_id,
    )
    others = [world.comment(f"Lovely {number}") for number in range(150)]
    world.take(world.comment_update(own["id"]), Origin.BACKFILL)
    for update in (*others, asked):
        world.take(update, Origin.BACKFILL)

    world.run(10)

    assert world.actions() == []
    assert world.item(asked.comment_id).state is ItemState.DONE
