"""Taking a token over: one that somebody has, and the times of one of the older table layout."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from cli.token_import import import_token, times_of
from lambdas.storage.accounts.token_record import LastError, State
from lambdas.tokens import dependencies as feature
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.conftest import NOW
from tests.graph_server import GraphServer
from tests.tokens.test_handlers import graph as graph
from tests.tokens.test_handlers import settings as settings

DAY = timedelta(days=1)
MADE, ENDS = NOW - 20 * DAY, NOW + 40 * DAY
MILLISECONDS = Decimal(int(ENDS.timestamp() * 1000))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {
                "expiresAt": MILLISECONDS,
                "refreshedAt": MADE.isoformat(),
                "expiresIn": Decimal(5184000),
            },
            (MADE, ENDS),
        ),
        (
            {"expiresAt": MILLISECONDS, "refreshedAt": Decimal(int(MADE.timestamp() * 1000))},
            (MADE, ENDS),
        ),
        ({"expiresAt": MILLISECONDS}, (MADE, ENDS)),
        ({"expiresAt": str(MILLISECONDS)}, (MADE, ENDS)),
        ({"refreshedAt": MADE.isoformat(), "expiresIn": Decimal(5184000)}, (MADE, ENDS)),
        ({"refreshedAt": "yesterday", "expiresAt": MILLISECONDS}, (MADE, ENDS)),
        ({}, (NOW, NOW + 60 * DAY)),
    ],
)
def test_what_the_item_does_not_say_follows_from_the_rest(
    row: dict[str, Any], expected: object
) -> None:
    assert times_of(row, NOW) == expected


@pytest.mark.usefixtures("settings")
def test_a_token_that_somebody_has_is_refreshed_and_stored(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[str] = []

    assert import_token(lambda question: asked.append(question) or f" {TOKEN}\n") == 0  # type: ignore[func-returns-value]

    record = feature.store().get(ACCOUNT_ID)
    assert record is not None
    assert record.expires_at is not None
    assert len(asked) == 1
    told = "".join(capsys.readouterr())
    assert "Imported @example_shop" in told
    assert TOKEN not in told
    # A second time it is there already.
    assert import_token(lambda _: TOKEN) == 1
    assert "is stored already" in capsys.readouterr().err
    assert feature.store().get(ACCOUNT_ID) == record


@pytest.mark.usefixtures("settings")
def test_a_token_of_its_first_day_is_stored_as_it_is(graph: GraphServer) -> None:
    graph.emulator.emulator_state.tokens[TOKEN].issued_at = graph.emulator.emulator_state.now()

    assert import_token(lambda _: TOKEN) == 0

    record = feature.store().get(ACCOUNT_ID)
    assert record is not None
    assert record.next_refresh_at is not None
    assert DAY <= record.next_refresh_at - record.issued_at <= 4 * DAY
    assert feature.store().secrets(record).token == TOKEN


@pytest.mark.usefixtures("settings")
def test_an_account_that_was_disconnected_or_needs_a_person_takes_a_token() -> None:
    assert import_token(lambda _: TOKEN) == 0
    feature.accounts().disconnect(ACCOUNT_ID)
    assert import_token(lambda _: TOKEN) == 0

    record = feature.store().get(ACCOUNT_ID)
    assert record is not None
    feature.store().require_reauth(record, LastError(NOW, "its owner changed the password"))
    assert import_token(lambda _: TOKEN) == 0
    again = feature.store().get(ACCOUNT_ID)
    assert again is not None
    assert again.state is State.ACTIVE


@pytest.mark.parametrize(
    ("token", "said"), [("", "no token was given"), ("IGAAmadeup", "the token was not taken")]
)
@pytest.mark.usefixtures("settings")
def test_a_token_that_does_not_work_changes_nothing(
    token: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_token(lambda _: token) == 1

    assert said in capsys.readouterr().err
    assert list(feature.store().all()) == []


@pytest.mark.usefixtures("settings")
def test_a_dead_token_is_named_as_such(
    graph: GraphServer, capsys: pytest.CaptureFixture[str]
) -> None:
    graph.emulator.emulator_state.tokens[TOKEN].dead = 460

    assert import_token(lambda _: TOKEN) == 1

    assert "changed the password" in capsys.readouterr().err
