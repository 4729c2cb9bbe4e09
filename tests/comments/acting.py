"""Helpers of tests that act in the world."""

from __future__ import annotations

from lambdas.comments.records import Action
from lambdas.graph.transport import Request
from tests.comments.inbox_parts import Killed, dropped
from tests.comments.inbox_world import World

PRICE: dict[str, object] = {
    "name": "Price",
    "when": {"keywords": ["price"]},
    "then": "reply",
    "template": "The price is here, {name}",
}


def known(world: World, text: str = "Hello") -> str:
    update = world.comment(text)
    world.take(update)
    return update.comment_id


def lose_answer(world: World, *, effect: bool, kill: bool = False, times: int = 1) -> None:
    """Lose the answers of the next changes, with or without their effect."""
    left = [times]

    def around(request: Request, point: str) -> None:
        if request.method != "GET" and left[0] and (point == "after call") is effect:
            left[0] -= 1
            raise Killed if kill else dropped()

    world.around_call = around


def reply(world: World, item_id: str, request_id: str | None = None) -> Action:
    return world.dependencies.operations.reply(item_id, "Hi", "anna", request_id).action
