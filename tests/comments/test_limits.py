"""Limits of rules in the inbox, and who answers what they hold back."""

from __future__ import annotations

import dataclasses

import pytest

from lambdas.comments.records import ItemState
from tests.comments.inbox_parts import OTHER, PERSON, Killed
from tests.comments.inbox_world import World
from tests.comments.test_ruling import HELP, PRICE, SPAM, asked


def test_limit_of_an_author_is_kept() -> None:
    world = World(1, PRICE | {"limits": {"per_author": 2}})
    for _ in range(4):
        asked(world)
    asked(world, author=OTHER)

    assert len(world.own_comments()) == 3


@pytest.mark.parametrize("limit", ["per_media", "per_hour"])
def test_person_answers_what_a_limit_holds_back(limit: str) -> None:
    world = World(1, PRICE | {"limits": {limit: 1}})
    asked(world)
    item = world.item(asked(world, author=OTHER).comment_id)

    assert (len(world.own_comments()), item.state) == (1, ItemState.ESCALATED)
    assert item.escalation
    assert item.escalation.by == "the limit of the rule Price"
    assert [one for one, _ in world.reports.escalations] == [item.id]


def test_chatty_author_calls_no_person() -> None:
    world = World(1, PRICE | {"limits": {"per_author": 1, "per_hour": 1}})
    for _ in range(3):
        asked(world)

    assert (len(world.own_comments()), world.reports.escalations) == (1, [])


def test_later_rule_decides_instead_of_a_person() -> None:
    world = World(1, PRICE | {"limits": {"per_hour": 1}}, HELP | {"then": "done"})
    for _ in range(2):
        asked(world, "price, help")

    assert world.reports.escalations == []


def test_hiding_that_is_held_back_calls_no_person() -> None:
    world = World(1, SPAM | {"limits": {"per_hour": 1}})
    for author in (PERSON, OTHER):
        asked(world, "followers", author)

    assert world.reports.escalations == []


def test_unknown_authors_of_a_media_get_one_answer() -> None:
    world = World(1, PRICE)
    for _ in range(3):
        update = world.comment("The price?")
        world.webhook(dataclasses.replace(update, author_id=None, username=None))
        world.run(1)

    assert len(world.own_comments()) == 1


def test_kill_between_counting_and_saving_counts_once() -> None:
    world = World(1, PRICE | {"limits": {"per_author": 1}})
    kills = ["once"]

    def around(point: str) -> None:
        if point == "after count" and kills:
            kills.clear()
            raise Killed

    world.ledger.around = around
    asked(world)
    world.run(10)
    assert len(world.own_comments()) == 1


def test_rule_without_limits_stops_talking_to_a_program() -> None:
    world = World(1, PRICE)
    for _ in range(6):
        asked(world)

    assert len(world.own_comments()) == 3
