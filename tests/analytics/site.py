"""The analytics feature on the tests' AWS, asked by an operator."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from lambdas.analytics import handlers, keys
from lambdas.analytics.dependencies import AnalyticsDependencies
from lambdas.analytics.reader import UNIT_COLUMN, packed
from lambdas.analytics.records import (
    AccountDay,
    Audience,
    OnlineFollowers,
    Packed,
    Post,
    Snapshot,
    Story,
    UnitStatus,
    Window,
)
from lambdas.analytics.writer import Change, NumbersWriter, first_collection
from lambdas.kit.clock import FixedClock
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State, TokenRecord
from lambdas.storage.keys import account_key
from lambdas.storage.rows import to_row
from tests.analytics.rows import ACCOUNT, COLLECTED, NOW
from tests.analytics.settings import analytics_settings
from tests.conftest import Aws
from tests.json_types import JsonObject
from tests.lambda_events import Browser, Handler, HttpAnswer

PATH = "/instagram/analytics"
# All parts of the account were read once.
READ = {
    UNIT_COLUMN + unit: packed(UnitStatus(succeeded_at=COLLECTED)) for unit in ("catalogue", "days")
}


class Operator(Browser):
    """A browser that sends an operator's token along."""

    def __init__(self, handler: Handler) -> None:
        def signed_in(event: JsonObject, context: object) -> JsonObject:
            claims = {"cognito:groups": "[operators]"}
            event["requestContext"]["authorizer"] = {"jwt": {"claims": claims}}
            answer: JsonObject = handler(event, context)
            return answer

        super().__init__(signed_in)


class Site:
    """The feature with its real dependencies, and what is written into its tables."""

    def __init__(self, aws: Aws, **changes: Any) -> None:
        self.aws, self.clock = aws, FixedClock(NOW)
        self.settings = replace(analytics_settings(aws), **changes)
        self.dependencies = AnalyticsDependencies(self.settings, aws=aws.clients, clock=self.clock)
        self.operator = Operator(handlers.answer.using(self.dependencies))

    def connect(self, account_id: str = ACCOUNT, **changes: Any) -> TokenRecord:
        """Store a connected account."""
        record = replace(
            TokenRecord("main", account_id, LoginType.INSTAGRAM, "app", issued_at=NOW), **changes
        )
        row = to_row(record) | account_key("main", account_id)
        self.dependencies.tokens_table.put_item(Item=row)
        return record

    def disconnect(self, account_id: str = ACCOUNT) -> None:
        """Leave the marker of a connection that has ended."""
        self.connect(account_id, state=State.DISCONNECTED)

    def writer(
        self, account_id: str = ACCOUNT, connected_at: datetime | None = None
    ) -> NumbersWriter:
        """Return the collection's writer."""
        found = self.dependencies
        return NumbersWriter(found.table, found.marks, "main", account_id, connected_at)

    def write(
        self, *records: Packed, account_id: str = ACCOUNT, columns: JsonObject | None = None
    ) -> None:
        """Write records as the collection does."""
        changes = [change for record in records for change in changes_of(record)]
        columns = {**first_collection(COLLECTED), **READ, **(columns or {})}
        self.writer(account_id).write(changes, columns)

    def snapshots(self, media_id: str, values: dict[str, Snapshot]) -> None:
        """Write the history of a post."""
        self.writer().write(
            [Change(keys.history(media_id, date), NOW, one) for date, one in values.items()]
        )

    def get(self, path: str = "", **query: str) -> HttpAnswer:
        """Ask as an operator."""
        return self.operator.get(PATH + path, query)

    def report(self, **query: str) -> JsonObject:
        """Return the report, which must succeed."""
        answer = self.get(**query)
        assert answer.status == 200, answer.text
        found: JsonObject = answer.json
        return found

    def codes(self, **query: str) -> list[str]:
        """Return the codes of what the report does not cover."""
        return [one["code"] for one in self.report(**query)["coverage"]["reasons"]]

    def patch(self, body: object, **query: str) -> HttpAnswer:
        """Change the account."""
        text, headers = json.dumps(body), {"content-type": "application/json"}
        return self.operator.send("PATCH", f"{PATH}/account", query, headers, text)

    def collect(self, **query: str) -> HttpAnswer:
        """Start a collection."""
        return self.operator.send("POST", f"{PATH}/collect", query, {})

    def rows(self, prefix: str) -> Sequence[JsonObject]:
        """Return the stored rows whose sort key begins so."""
        rows = self.dependencies.table.scan()["Items"]
        return [row for row in rows if str(row["sk"]).startswith(prefix)]


def changes_of(record: Packed) -> list[Change]:
    """Return the rows of a record, under the keys that the collection uses."""
    if isinstance(record, Post | Story):
        kind = "POST" if isinstance(record, Post) else "STORY"
        sort = keys.at(kind, record.taken_at, record.id)
        pointer = Change(keys.media(record.id), NOW, columns={"target": sort})
        return [Change(sort, NOW, record), pointer]
    if isinstance(record, AccountDay):
        return [Change(keys.at("DAY", record.end_time), NOW, record)]
    if isinstance(record, Window):
        return [Change(keys.window(record.start, record.end), NOW, record)]
    if isinstance(record, OnlineFollowers):
        return [Change(keys.at("ONLINE", record.end_time), NOW, record)]
    assert isinstance(record, Audience)
    return [Change(f"AUDIENCE#{record.date}", NOW, record)]
