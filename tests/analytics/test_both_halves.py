"""What was collected from the emulator is what is answered."""

from __future__ import annotations

from pathlib import Path

import lambdas.analytics
from lambdas.analytics import handlers
from lambdas.analytics.records import Unit
from tests.analytics.conftest import ACCOUNT, Numbers
from tests.analytics.site import PATH, Operator

FOLDER = Path(lambdas.analytics.__file__).parent


def test_collected_numbers_are_answered(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE, Unit.DAYS, Unit.AUDIENCE)
    operator = Operator(handlers.answer.using(numbers.dependencies))
    found = operator.get(PATH, {"since": "2026-03-01"}).json
    again = operator.get(PATH, {"since": "2026-03-01"}).json

    stored = numbers.known()
    assert found["account"]["id"] == ACCOUNT
    assert found["totals"]["posts"] == len(stored)
    for name in ("likes", "comments", "saved", "shares", "views"):
        assert found["totals"][name] == sum(one.get(name, 0) for one in stored.values())
    assert {one["id"]: one["metrics"]["reach"] for one in found["posts"]} == {
        media_id: one.get("reach") for media_id, one in stored.items()
    }
    assert found["accountInsights"]["reach"][0]["values"]
    assert again["fromCache"]
    assert operator.get(f"{PATH}/audience").json["followers"]["age"]


def test_neither_half_knows_the_other() -> None:
    composed = {FOLDER / "handlers.py", FOLDER / "dependencies.py", FOLDER / "routes.py"}
    for half in ("collecting", "answering"):
        for path in set(FOLDER.rglob("*.py")) - composed - set((FOLDER / half).iterdir()):
            assert f"lambdas.analytics.{half}" not in path.read_text(), path
