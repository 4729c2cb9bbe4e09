"""How often rules acted: their limits over the last hour and day, and whose turn it is.

Uses are kept in one row for each rule and author, media object, or account, with the item that each
was for: a second attempt with the same item counts nothing. A change is made only if the row is as
it was read, so that two workers never both use the last free one.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from boto3.dynamodb.conditions import Attr

from lambdas.comments import keys
from lambdas.comments.rules.limits import PERIODS, LimitKind, Reached
from lambdas.comments.rules.model import Outcome, Rule, RuleLimitsJson
from lambdas.comments.rules.subject import Subject
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError
from lambdas.storage.conditional import update_if
from lambdas.storage.keys import EXPIRES
from lambdas.storage.rows import Row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

USES, TURN = "uses", "turn"
MAX_TRIES = 20
MAX_PAUSE_SECONDS = 0.3
# Of rules that send something, where Instagram does not say who wrote: it may be the account.
UNKNOWN_AUTHOR_LIMIT = 1
TURN_RETENTION = timedelta(days=90)
# Of rules that send something and name no limit: two programs that answer each other stop soon.
SENDING_LIMITS = RuleLimitsJson(per_author=3, per_media=200, per_hour=120)
SENDING = {Outcome.REPLY, Outcome.PRIVATE_REPLY}


class RuleUse(Protocol):
    """Counts what the rules of an account do."""

    def free(self, rule: Rule, subject: Subject) -> Reached | None:
        """Return None if the rule may act, else the limit that keeps it from that."""

    def use(self, rule: Rule, subject: Subject) -> Reached | None:
        """Count an act of a rule; return None, or the limit that is reached.

        Raises ConflictError if others count at the same time: the item is looked at again.
        """

    def turn(self, rule: Rule) -> int:
        """Return how many answers of the rule were made before, and count this one."""


def limits_of(rule: Rule) -> RuleLimitsJson:
    """Return the limits of a rule, with the house limits where it sends and names none."""
    own = rule.limits or RuleLimitsJson()
    if not SENDING & set(rule.outcomes):
        return own
    house = SENDING_LIMITS
    return RuleLimitsJson(
        per_author=own.per_author or house.per_author,
        per_media=own.per_media or house.per_media,
        per_hour=own.per_hour or house.per_hour,
    )


def counted(rule: Rule, subject: Subject, account_id: str) -> list[tuple[LimitKind, int, str]]:
    """Return the limits of a rule, each with its number and what it is counted for."""
    limits = limits_of(rule)
    author, per_author = subject.author_id, limits.per_author
    if author is None and subject.username:
        author = f"@{subject.username.lower()}"
    if author is None and SENDING & set(rule.outcomes):
        # The account's own mention of itself is answered once, not in a loop.
        author, per_author = f"media {subject.media_id}", UNKNOWN_AUTHOR_LIMIT
    values = (
        (LimitKind.PER_AUTHOR, per_author, author),
        (LimitKind.PER_MEDIA, limits.per_media, subject.media_id),
        (LimitKind.PER_HOUR, limits.per_hour, account_id),
    )
    return [(kind, limit, value) for kind, limit, value in values if limit and value]


@dataclass(frozen=True)
class StoredRuleUse:
    """The counts of an account's rules, for one of its items."""

    table: Table
    tenant: str
    account_id: str
    item_id: str
    clock: Clock
    sleep: Callable[[float], None] = time.sleep

    def free(self, rule: Rule, subject: Subject) -> Reached | None:
        """Return None if the rule may act, else the limit that keeps it from that."""
        for kind, limit, key in self._limits(rule, subject):
            uses = self._recent(self._uses(key), kind)
            if len(uses) >= limit and self._tag not in uses:
                return Reached(kind, limit)
        return None

    def use(self, rule: Rule, subject: Subject) -> Reached | None:
        """Count an act of a rule; return None, or the limit that is reached.

        Raises ConflictError if others count at the same time: the item is looked at again.
        """
        for kind, limit, key in self._limits(rule, subject):
            if not self._add(key, kind, limit):
                return Reached(kind, limit)
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
        return [
            (kind, limit, self._key(rule.name, kind, value))
            for kind, limit, value in counted(rule, subject, self.account_id)
        ]

    def _add(self, key: dict[str, str], kind: LimitKind, limit: int) -> bool:
        for attempt in range(1, MAX_TRIES + 1):
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
            self.sleep(random.uniform(0, min(0.01 * 2**attempt, MAX_PAUSE_SECONDS)))  # noqa: S311  Jitter.
        raise ConflictError

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
