"""Counting what rules do, in the table."""

from __future__ import annotations

from datetime import datetime

import pytest
from mypy_boto3_dynamodb.service_resource import Table

from lambdas.comments.rules.limits import LimitKind, Reached
from lambdas.comments.rules.model import ItemKind, Outcome, Rule, RuleLimitsJson, WhenJson
from lambdas.comments.rules.subject import Subject
from lambdas.comments.taking.used import MAX_TRIES, StoredRuleUse
from lambdas.kit.clock import FixedClock
from lambdas.kit.errors import ConflictError
from tests.comments.reading.site import INBOX, inbox_table
from tests.conftest import NOW, Aws


class CrowdedClock(FixedClock):
    """A clock that is slow to read: others count meanwhile, `rounds` times."""

    def __init__(self, now: datetime, table: Table, rounds: int) -> None:
        super().__init__(now)
        self._table, self._rounds, self._numbers = table, rounds, iter(range(1000))

    def now(self) -> datetime:
        """Return the time."""
        number = next(self._numbers)
        if number < self._rounds:
            used(self._table, f"rival {number}").use(rule(), subject())
        return super().now()


@pytest.fixture
def table(fake_aws: Aws) -> Table:
    """Provide the table of the inbox."""
    inbox_table()
    return fake_aws.clients.table(INBOX)


def rule(**limits: int) -> Rule:
    most = RuleLimitsJson(**(limits or {"per_author": 1000, "per_media": 1000, "per_hour": 1000}))
    return Rule(name="Price", when=WhenJson(), then=Outcome.REPLY, template="Here", limits=most)


def subject(**changes: str | None) -> Subject:
    values: dict[str, str | None] = {"author_id": "7", "username": "anna", "media_id": "9"}
    return Subject(kind=ItemKind.COMMENT, text="price", at=NOW, **(values | changes))  # type: ignore[arg-type]


def used(table: Table, item_id: str, rounds: int = 0) -> StoredRuleUse:
    clock = CrowdedClock(NOW, table, rounds) if rounds else FixedClock(NOW)
    return StoredRuleUse(table, "main", "1", item_id, clock, sleep=lambda _: None)


def test_limit_that_is_reached_is_named(table: Table) -> None:
    assert used(table, "a").use(rule(per_hour=1), subject()) is None
    reached = Reached(LimitKind.PER_HOUR, 1)

    assert used(table, "b").free(rule(per_hour=1), subject()) == reached
    assert used(table, "b").use(rule(per_hour=1), subject()) == reached


def test_second_attempt_counts_nothing(table: Table) -> None:
    for _ in range(2):
        assert used(table, "a").use(rule(per_hour=1), subject()) is None


def test_unknown_author_is_answered_once(table: Table) -> None:
    unknown = subject(author_id=None, username=None)
    assert used(table, "a").use(rule(), unknown) is None

    assert used(table, "b").free(rule(), unknown) == Reached(LimitKind.PER_AUTHOR, 1)
    assert (
        used(table, "b").free(rule(), subject(author_id=None, username=None, media_id="8")) is None
    )


def test_author_without_id_is_known_by_name(table: Table) -> None:
    once = rule(per_author=1)
    assert used(table, "a").use(once, subject(author_id=None, username="Anna")) is None

    assert used(table, "b").free(once, subject(author_id=None, username="anna"))
    assert used(table, "b").free(once, subject(author_id=None, username="ben")) is None


def test_use_is_counted_in_a_crowd(table: Table) -> None:
    assert used(table, "a", rounds=8).use(rule(), subject()) is None


def test_endless_crowd_is_no_reached_limit(table: Table) -> None:
    with pytest.raises(ConflictError):
        used(table, "a", rounds=4 * MAX_TRIES).use(rule(), subject())
