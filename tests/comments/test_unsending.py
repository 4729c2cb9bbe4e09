"""Messages that are taken back: nothing of what they said stays."""

from __future__ import annotations

import pytest

from lambdas.comments import keys
from lambdas.comments.records import Item
from lambdas.comments.updates import MessageUnsent
from tests.comments.inbox_world import World
from tests.comments.test_ruling import PRICE


def taken_back(world: World, text: str) -> Item:
    message = world.message(text)
    world.webhook(message)
    world.run(1)
    world.take(
        MessageUnsent(
            account_id=message.account_id,
            at=message.at,
            mid=message.mid,
            person_id=message.person_id,
        )
    )
    return world.item(keys.message_id(message.account_id, message.mid))


def test_decision_quotes_nothing_of_it() -> None:
    item = taken_back(World(1, PRICE | {"when": {"regex": "price.*"}}), "The price of my secret?")

    assert item.decision
    assert (item.decision.why, item.decision.passed) == ("the rule Price", ())
    assert item.decision.actions
    assert "secret" not in str(item)


@pytest.mark.parametrize("change", [{"dry_run": True}, {"limits": {"per_hour": 1}}])
def test_rules_that_did_nothing_quote_nothing_of_it(change: dict[str, object]) -> None:
    world = World(1, PRICE | {"when": {"regex": "price.*"}} | change)
    taken_back(world, "The price?")

    assert "secret" not in str(taken_back(world, "The price of my secret?"))
