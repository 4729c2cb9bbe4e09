"""Computed answers, compressed in rows beside the numbers that they were computed from.

An answer holds for one revision of the account. It is stored in one transaction with the check
that the account still has that revision and is not being deleted: an answer that was overtaken by
a change, or by the deletion of the account's rows, is not stored.
"""

from __future__ import annotations

import gzip
import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import ClientError

from lambdas.analytics import keys
from lambdas.analytics.accounts import Account
from lambdas.analytics.answering.coverage import Facts
from lambdas.analytics.reader import NumbersReader, state_of
from lambdas.analytics.records import AccountState
from lambdas.storage.conditional import cancellation_codes
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.keys import EXPIRES, SORT
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# Changes with the shape of answers, so that a new version serves none of an older one's.
FORMAT = 2
LIFETIME = timedelta(days=2)
# A row holds 400 KB, a transaction 4 MB. Source: DynamoDB API reference.
MAX_CHUNK = 350_000
MAX_PARTS = 10
# Nearly every answer fits in the parts that are read together with the account's state.
FIRST_PARTS = 2
COMPRESSION = 6


@dataclass(frozen=True)
class Answer:
    """A computed answer: the JSON object without its end, and what it knows about its gaps."""

    body: bytes
    facts: Facts


@dataclass(frozen=True)
class StoredAnswer:
    """A stored answer. `stamp` names all that it depends on and that a key does not say."""

    stamp: str
    answer: Answer


def digest_of(*parts: str) -> str:
    """Return the key of the answer to a request."""
    return hashlib.sha256(repr((FORMAT, parts)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class AnswerStore:
    """The stored answers of all accounts."""

    table: Table
    reader: NumbersReader
    marks: DeletionMarks

    def load(self, account_id: str, digest: str) -> tuple[AccountState | None, StoredAnswer | None]:
        """Return the account's state and the answer to a request, read in one call."""
        names = [keys.answer(digest, part) for part in range(FIRST_PARTS)]
        found = self._rows(account_id, [keys.ACCOUNT, *names])
        state = state_of(account_id, found[keys.ACCOUNT]) if keys.ACCOUNT in found else None
        first = found.get(names[0])
        if state is None or first is None or first["revision"] != state.revision:
            return state, None
        names = [keys.answer(digest, part) for part in range(int(first["parts"]))]
        if len(names) > FIRST_PARTS:
            found |= self._rows(account_id, names[FIRST_PARTS:])
        parts = [found[name] for name in names if name in found]
        if len(parts) < len(names) or any(part["written"] != first["written"] for part in parts):
            return state, None
        body = gzip.decompress(b"".join(bytes(part[keys.BODY]) for part in parts))
        facts = msgspec.msgpack.decode(bytes(first["facts"]), type=Facts)
        return state, StoredAnswer(str(first["stamp"]), Answer(body, facts))

    def store(
        self, account: Account, digest: str, state: AccountState, found: StoredAnswer, now: datetime
    ) -> bool:
        """Store an answer that was computed from the rows of `state`; return whether it was.

        A conflict with another write is not waited out: it most likely changes the revision.
        """
        packed = gzip.compress(found.answer.body, COMPRESSION)
        chunks = [packed[start : start + MAX_CHUNK] for start in range(0, len(packed), MAX_CHUNK)]
        if len(chunks) > MAX_PARTS:
            return False
        common: Row = {
            "revision": state.revision,
            "written": uuid.uuid4().hex,
            EXPIRES: int((now + LIFETIME).timestamp()),
        }
        head: Row = {
            "stamp": found.stamp,
            "parts": len(chunks),
            "facts": msgspec.msgpack.encode(found.answer.facts),
        }
        rows = [
            {**self._key(account.id, keys.answer(digest, part)), **common, keys.BODY: chunk}
            for part, chunk in enumerate(chunks)
        ]
        rows[0] |= head
        writes = [*self._checks(account, state), *map(self._put, rows)]
        try:
            self.table.meta.client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if cancellation_codes(error):
                return False
            raise
        return True

    def _checks(self, account: Account, state: AccountState) -> list[TransactWriteItemTypeDef]:
        return [
            {"ConditionCheck": self.marks.check(account.id, account.connected_at)},
            {
                "ConditionCheck": {
                    "TableName": self.table.name,
                    "Key": self._key(account.id, keys.ACCOUNT),
                    "ConditionExpression": "revision = :revision",
                    "ExpressionAttributeValues": {":revision": state.revision},
                }
            },
        ]

    def _put(self, row: Row) -> TransactWriteItemTypeDef:
        return {"Put": {"TableName": self.table.name, "Item": row}}

    def _rows(self, account_id: str, names: list[str]) -> dict[str, Row]:
        wanted = [dict(self._key(account_id, name)) for name in names]
        return {str(row[SORT]): row for row in self.reader.rows(wanted)}

    def _key(self, account_id: str, sort: str) -> dict[str, str]:
        return keys.row_key(self.reader.tenant, account_id, sort)
