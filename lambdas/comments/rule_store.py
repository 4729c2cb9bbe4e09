"""The rules of accounts: the current ones, and the versions before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.comments.rules.evaluation import CompiledRule, compile_rules
from lambdas.comments.rules.model import Rule
from lambdas.kit.errors import ConflictError
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.transactions import transact
from lambdas.storage.keys import EXPIRES, PARTITION
from lambdas.storage.packing import Packed, packed, unpacked
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# How long earlier versions are kept.
RETENTION = timedelta(days=400)


class RuleSet(Packed, frozen=True, kw_only=True):
    """An account's rules; `rules` is JSON that passed `check_rules`. Version 0 is that of none."""

    version: int = 0
    rules: str = "[]"
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def parsed(self) -> tuple[Rule, ...]:
        """Return the rules in their order."""
        return msgspec.json.decode(self.rules, type=tuple[Rule, ...])


@dataclass(frozen=True)
class RuleStore:
    """The rules of a tenant's accounts."""

    table: Table
    marks: DeletionMarks
    tenant: str

    def get(self, account_id: str) -> RuleSet:
        """Return an account's rules; an empty set if it never had any."""
        return self._read(account_id, keys.RULES) or RuleSet()

    def version(self, account_id: str, version: int) -> RuleSet | None:
        """Return a version of an account's rules, or None if it is not kept."""
        return self._read(account_id, _version_sort(version))

    def replace(
        self, account: InboxAccount, rules: tuple[Rule, ...], before: RuleSet, at: datetime, by: str
    ) -> RuleSet:
        """Store the rules that follow `before`, and return them.

        Raises ConflictError if others were stored since, and AccountDataDeleted unless the account
        was connected again after the deletion was asked for.
        """
        text = msgspec.json.encode(rules).decode()
        after = RuleSet(version=before.version + 1, rules=text, changed_at=at, changed_by=by)
        current = self._put(account.id, keys.RULES, after)
        put = current["Put"]
        if before.version:
            put["ConditionExpression"] = f"{keys.VERSION} = :before"
            put["ExpressionAttributeValues"] = {":before": before.version}
        else:
            put["ConditionExpression"] = f"attribute_not_exists({PARTITION})"
        kept = self._put(account.id, _version_sort(after.version), after)
        kept["Put"]["Item"] |= {EXPIRES: int((at + RETENTION).timestamp())}  # type: ignore[operator]
        check = self.marks.check(account.id, account.connected_at)
        codes = transact(self.table, [{"ConditionCheck": check}, current, kept])
        if codes and codes[0] != "None":
            raise AccountDataDeleted
        if codes:
            raise ConflictError
        return after

    def _put(self, account_id: str, sort: str, rules: RuleSet) -> TransactWriteItemTypeDef:
        row: Row = {
            **keys.account_key(self.tenant, account_id, sort),
            keys.BODY: packed(rules),
            keys.VERSION: rules.version,
        }
        return {"Put": {"TableName": self.table.name, "Item": row}}

    def _read(self, account_id: str, sort: str) -> RuleSet | None:
        key = keys.account_key(self.tenant, account_id, sort)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return unpacked(RuleSet, row[keys.BODY]) if row else None


@dataclass(frozen=True)
class RuleBook:
    """The rules of accounts, prepared once for each version.

    Versions begin again after a deletion: the time of a change tells those of one number apart.
    """

    store: RuleStore
    _compiled: dict[str, tuple[RuleSet, Sequence[CompiledRule]]] = field(
        default_factory=dict, init=False, repr=False
    )

    def compiled(self, account_id: str) -> tuple[int, Sequence[CompiledRule]]:
        """Return the version of an account's rules, and the rules ready to be evaluated."""
        stored = self.store.get(account_id)
        known = self._compiled.get(account_id)
        if known is None or _change(known[0]) != _change(stored):
            known = (stored, compile_rules(stored.parsed))
            self._compiled[account_id] = known
        return stored.version, known[1]


def _change(stored: RuleSet) -> tuple[int, datetime | None]:
    return stored.version, stored.changed_at


def _version_sort(version: int) -> str:
    return f"{keys.RULES}#{version:08d}"
