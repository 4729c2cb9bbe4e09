"""A request to delete an account's data that is delivered again, after a newer connection."""

from __future__ import annotations

from datetime import timedelta

from lambdas.comments import keys
from local.graph.data import ACCOUNT_ID
from tests.comments.test_forgetting import StoredWorld
from tests.conftest import Aws


def test_repeated_request_spares_a_newer_connection(fake_aws: Aws) -> None:
    world = StoredWorld(fake_aws)
    at = world.clock.now()
    world.forgetting.account(ACCOUNT_ID, at)
    world.clock.advance(timedelta(hours=1))
    row = keys.account_key("main", ACCOUNT_ID, keys.RULES)
    world.table.put_item(Item=row)

    assert world.forgetting.account(ACCOUNT_ID, at) == 0

    assert world.rows() == [row]
