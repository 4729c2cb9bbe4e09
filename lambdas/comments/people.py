"""The persons who write messages to an account: their names, and when they last wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.kit.clock import from_rfc3339, to_sortable
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import REFUSED, transact
from lambdas.storage.keys import EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# Source: D:/IP/instagram-api-with-instagram-login/messaging-api.
WINDOW = timedelta(hours=24)
RETENTION = timedelta(days=400)
WROTE_AT, USERNAME = "wrote_at", "username"


@dataclass(frozen=True)
class Person:
    """A person; `wrote_at` is None for one who only got private replies."""

    id: str
    username: str | None = None
    wrote_at: datetime | None = None

    @property
    def closes_at(self) -> datetime | None:
        """Return until when messages to the person are allowed; None if they never wrote."""
        return self.wrote_at + WINDOW if self.wrote_at else None


class People(Protocol):
    """The persons who write to accounts."""

    def get(self, account_id: str, person_id: str) -> Person | None:
        """Return a person, or None."""

    def wrote(self, account: InboxAccount, person_id: str, at: datetime) -> None:
        """Record that a person wrote; an earlier time than the known one changes nothing.

        Raises AccountDataDeleted.
        """

    def name(self, account: InboxAccount, person_id: str, username: str, at: datetime) -> None:
        """Record a person's name. Raises AccountDataDeleted."""


@dataclass(frozen=True)
class StoredPeople:
    """The persons, one row for each in their account's partition."""

    table: Table
    marks: DeletionMarks
    tenant: str

    def get(self, account_id: str, person_id: str) -> Person | None:
        """Return a person, or None."""
        row = self.table.get_item(Key=self._key(account_id, person_id)).get("Item")
        if row is None:
            return None
        wrote_at = row.get(WROTE_AT)
        username = row.get(USERNAME)
        return Person(
            person_id,
            str(username) if username else None,
            from_rfc3339(str(wrote_at)) if wrote_at else None,
        )

    def wrote(self, account: InboxAccount, person_id: str, at: datetime) -> None:
        """Record that a person wrote; an earlier time than the known one changes nothing.

        Raises AccountDataDeleted.
        """
        earlier = f"attribute_not_exists({WROTE_AT}) OR {WROTE_AT} < :value"
        self._put(account, person_id, WROTE_AT, to_sortable(at), at, earlier)

    def name(self, account: InboxAccount, person_id: str, username: str, at: datetime) -> None:
        """Record a person's name. Raises AccountDataDeleted."""
        self._put(account, person_id, USERNAME, username, at)

    def _put(
        self,
        account: InboxAccount,
        person_id: str,
        column: str,
        value: str,
        at: datetime,
        condition: str | None = None,
    ) -> None:
        until = int((at + RETENTION).timestamp())
        update: dict[str, Any] = {
            "TableName": self.table.name,
            "Key": self._key(account.id, person_id),
            "UpdateExpression": f"SET {column} = :value, {EXPIRES} = :until",
            "ExpressionAttributeValues": {":value": value, ":until": until},
        }
        if condition:
            update["ConditionExpression"] = condition
        check = self.marks.check(account.id, account.connected_at)
        writes: list[Any] = [{"ConditionCheck": check}, {"Update": update}]
        codes = transact(self.table, writes)
        if codes and codes[0] == REFUSED:
            raise AccountDataDeleted

    def _key(self, account_id: str, person_id: str) -> dict[str, str]:
        return keys.account_key(self.tenant, account_id, keys.person_sort(person_id))
