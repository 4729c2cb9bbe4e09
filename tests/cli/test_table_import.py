"""Taking over the token of an older table layout."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import boto3
import pytest

from cli.errors import CommandError
from cli.features.tokens.site import TokensSite
from cli.features.tokens.table_import import import_row, times_of
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.cli.tokens_site import feature as feature
from tests.cli.tokens_site import site as site
from tests.conftest import NOW
from tests.json_types import JsonObject

DAY = timedelta(days=1)
ISSUED, EXPIRES = NOW - 20 * DAY, NOW + 40 * DAY
MILLISECONDS = Decimal(int(EXPIRES.timestamp() * 1000))
LIFE = Decimal(5184000)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {"expiresAt": MILLISECONDS, "refreshedAt": ISSUED.isoformat(), "expiresIn": LIFE},
            (ISSUED, EXPIRES),
        ),
        (
            {"expiresAt": MILLISECONDS, "refreshedAt": Decimal(int(ISSUED.timestamp() * 1000))},
            (ISSUED, EXPIRES),
        ),
        ({"expiresAt": MILLISECONDS}, (ISSUED, EXPIRES)),
        ({"expiresAt": str(MILLISECONDS)}, (ISSUED, EXPIRES)),
        ({"refreshedAt": ISSUED.isoformat(), "expiresIn": LIFE}, (ISSUED, EXPIRES)),
        ({"refreshedAt": "yesterday", "expiresAt": MILLISECONDS}, (ISSUED, EXPIRES)),
        ({}, (NOW, NOW + 60 * DAY)),
    ],
)
def test_missing_times_follow_from_the_rest(row: JsonObject, expected: object) -> None:
    assert times_of(row, NOW) == expected


def older_table(**item: str | int) -> str:
    table = boto3.resource("dynamodb").create_table(
        TableName="older",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    if item:
        table.put_item(Item={"id": "primary", **item})
    return "older"


def test_its_token_is_stored(site: TokensSite, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_row(site, older_table(accessToken=TOKEN)) == 0

    record = site.store.get(ACCOUNT_ID)
    assert record is not None
    assert site.store.secrets(record).token == TOKEN
    assert TOKEN not in "".join(capsys.readouterr())


def test_a_second_import_is_refused(site: TokensSite) -> None:
    table = older_table(accessToken=TOKEN)
    import_row(site, table)

    with pytest.raises(CommandError, match="is stored already"):
        import_row(site, table)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({}, "has no item"),
        ({"accessToken": "IGAAmadeup"}, "does not accept the token"),
        ({"accessToken": TOKEN, "expiresAt": Decimal(1000)}, "expired on 1970-01-01"),
    ],
)
def test_a_useless_item_changes_nothing(site: TokensSite, item: JsonObject, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        import_row(site, older_table(**item))

    assert list(site.store.all()) == []


def test_a_missing_table_is_named(site: TokensSite) -> None:
    with pytest.raises(CommandError, match="none cannot be read"):
        import_row(site, "none")
