"""The times of a token of the older table layout."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from operations.token_import import times_of
from tests.conftest import NOW

DAY = timedelta(days=1)
MADE, ENDS = NOW - 20 * DAY, NOW + 40 * DAY
MILLISECONDS = Decimal(int(ENDS.timestamp() * 1000))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"expiresAt": MILLISECONDS, "refreshedAt": MADE.isoformat(), "expiresIn": Decimal(5184000)}, (MADE, ENDS)),
        ({"expiresAt": MILLISECONDS, "refreshedAt": Decimal(int(MADE.timestamp() * 1000))}, (MADE, ENDS)),
        ({"expiresAt": MILLISECONDS}, (MADE, ENDS)),
        ({"expiresAt": str(MILLISECONDS)}, (MADE, ENDS)),
        ({"refreshedAt": MADE.isoformat(), "expiresIn": Decimal(5184000)}, (MADE, ENDS)),
        ({"refreshedAt": "yesterday", "expiresAt": MILLISECONDS}, (MADE, ENDS)),
        ({}, (NOW, NOW + 60 * DAY)),
    ],
)
def test_what_the_item_does_not_say_follows_from_the_rest(row: dict[str, Any], expected: object) -> None:
    assert times_of(row, NOW) == expected
