"""Ids in logs."""

from __future__ import annotations

import pytest

from lambdas.comments.keys import person_subject
from lambdas.comments.logged import logged_id
from local.graph.data import ACCOUNT_ID
from tests.comments.inbox_parts import PERSON
from tests.comments.inbox_world import World
from tests.comments.test_ruling import PRICE


def test_person_is_hashed() -> None:
    logged = logged_id(f"{person_subject(ACCOUNT_ID, PERSON)}~0123")

    assert logged.startswith(f"person.{ACCOUNT_ID}.")
    assert logged.endswith("~0123")
    assert PERSON not in logged


@pytest.mark.parametrize("known", ["17900000000000021~0123", "media.179~0123", "d0a1b2", "m1.2.3"])
def test_ids_without_a_person_stay(known: str) -> None:
    assert logged_id(known) == known


def test_failed_message_logs_no_person(caplog: pytest.LogCaptureFixture) -> None:
    world = World(1, PRICE)
    world.fail(method="POST", status=403, code=10)
    world.webhook(world.message("The price?"))
    world.run(1)

    [line] = [vars(one) for one in caplog.records if "without success" in one.getMessage()]
    assert line["action"].startswith("person.")
    assert PERSON not in str(line)
