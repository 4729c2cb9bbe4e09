"""How often rules acted: their limits over the last hour and day, and whose turn it is.

Uses are kept in one row for each rule and author, media object, or account, with the item that each
was for: a second attempt with the same item counts nothing. A change is made only if the row is as
it was read, so that two workers never both use the last free one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from boto3.dynamodb.conditions import Attr

from lambdas.comments import keys
from lambdas.comments.rules.limits import PERIODS, LimitKind, limit_reached
from lambdas.comments.rules.model import LimitsJson, Outcome, Rule
from lambdas.comments.rules.subject import Subject
from lambdas.kit.clock import Clock
from lambdas.storage.conditional import update_if
from lambdas.storage.keys import EXPIRES
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

USES, TURN = "uses", "turn"
MAX_TRIES = 20
TURN_RETENTION = timedelta(days=90)
# Of rules that send something and name no limit: two programs that answer each other stop soon.
SENDING_LIMITS = LimitsJson(per_author=3, per_media=200, per_hour=120)
SENDING = {Outcome.REPLY, Outcome.PRIVATE_REPLY}


class RuleUse(Protocol):
    """Counts what the rules of an account do."""

    def free(self, rule: Rule, subject: Subject) -> str | None:
        """Return None if the rule may act, else a sentence."""

    def use(self, rule: Rule, subject: Subject) -> str | None:
        """Count an act of a rule; return None, or a sentence if its limit is reached."""

    def turn(self, rule: Rule) -> int:
        """Return how many answers of the rule were made before, and count this one."""


def limits_of(rule: Rule) -> LimitsJson:
    """Return the limits of a rule, with the house limits where it sends and names none."""
    own = rule.limits or LimitsJson()
    if not SENDING & set(rule.outcomes):
        return own
    house = SENDING_LIMITS
    return LimitsJson(
        per_author=own.per_author or house.per_author,
        per_media=own.per_media or house.per_media,
        per_hour=own.per_hour or house.per_hour,
    )


@dataclass(frozen=True)
class StoredRuleUse:
    """The counts of an account's rules, for one of its items."""

    table: Table
    tenant: str
    account_id: str
    item_id: str
    clock: Clock

    def free(self, rule: Rule, subject: Subject) -> str | None:
        """Return None if the rule may act, else a sentence."""
        for kind, limit, key in self._limits(rule, subject):
            uses = self._recent(self._uses(key), kind)
            if len(uses) >= limit and self._tag not in uses:
                return limit_reached(kind, limit)
        return None

    def use(self, rule: Rule, subject: Subject) -> str | None:
        """Count an act of a rule; return None, or a sentence if its limit is reached."""
        for kind, limit, key in self._limits(rule, subject):
            if not self._add(key, kind, limit):
                return limit_reached(kind, limit)
        return None

    def turn(self, rule: Rule) -> int:
        """Return how many answers of the rule were made before, and count this one."""
        until = int((self.clock.now() + TURN_RETENTION).timestamp())
        answer = self.table.update_item(
            Key=self._key(rule.name, TURN, ""),
            UpdateExpression=f"ADD {TURN} :one SET {EXPIRES} = :until",
            ExpressionAttributeValues={":one": 1, ":until": until},
            ReturnValues="UPDATED_NEW",
        )
        return int(str(answer["Attributes"][TURN])) - 1

    def _limits(
        self, rule: Rule, subject: Subject
    ) -> Sequence[tuple[LimitKind, int, dict[str, str]]]:
        limits = limits_of(rule)
        values = {
            LimitKind.PER_AUTHOR: (limits.per_author, subject.author_id),
            LimitKind.PER_MEDIA: (limits.per_media, subject.media_id),
            LimitKind.PER_HOUR: (limits.per_hour, self.account_id),
        }
        return [
            (kind, limit, self._key(rule.name, kind, value))
            for kind, (limit, value) in values.items()
            if limit and value
        ]

    def _add(self, key: dict[str, str], kind: LimitKind, limit: int) -> bool:
        for _ in range(MAX_TRIES):
            known = self._uses(key)
            recent = self._recent(known, kind)
            if self._tag in recent:
                return True
            if len(recent) >= limit:
                return False
            now = self.clock.now()
            columns = {
                USES: {**recent, self._tag: int(now.timestamp())},
                EXPIRES: int((now + PERIODS[kind]).timestamp()),
            }
            same = Attr(USES).eq(known) if known else Attr(USES).not_exists()
            if update_if(self.table, key, same, put=columns):
                return True
        return False

    @property
    def _tag(self) -> str:
        return hashlib.sha256(self.item_id.encode()).hexdigest()[:12]

    def _uses(self, key: dict[str, str]) -> dict[str, int]:
        """Return when the rule acted, by the items that it was for."""
        row: Row = self.table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        return {str(tag): int(at) for tag, at in row.get(USES, {}).items()}

    def _recent(self, uses: dict[str, int], kind: LimitKind) -> dict[str, int]:
        since = (self.clock.now() - PERIODS[kind]).timestamp()
        return {tag: at for tag, at in uses.items() if at > since}

    def _key(self, rule: str, kind: str, value: str) -> dict[str, str]:
        digest = hashlib.sha256(f"{rule}\n{value}".encode()).hexdigest()[:32]
        return keys.account_key(self.tenant, self.account_id, f"{keys.USED}#{kind}#{digest}")
