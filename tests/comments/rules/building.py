"""Rules and items for tests, with what a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from lambdas.comments.rules.checking import check_rules
from lambdas.comments.rules.evaluation import CompiledRule, compile_rules
from lambdas.comments.rules.limits import LimitKind, Reached
from lambdas.comments.rules.model import ItemKind, Rule
from lambdas.comments.rules.subject import Subject

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def raw_rule(**fields: object) -> dict[str, object]:
    return {"name": "Price", "when": {"keywords": ["price"]}, "then": "hide", **fields}


def compiled(*raw: dict[str, object]) -> tuple[CompiledRule, ...]:
    checked = check_rules(list(raw))
    assert checked.problems == ()
    return compile_rules(checked.rules)


def rule_when(**when: object) -> tuple[CompiledRule, ...]:
    return compiled(raw_rule(when=when, then="done"))


def problems(*raw: object) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in check_rules(list(raw)).problems]


def warnings(*raw: object) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in check_rules(list(raw)).warnings]


def comment(
    text: str | None, kind: ItemKind = ItemKind.COMMENT, *, is_own: bool = False
) -> Subject:
    return Subject(
        kind=kind,
        text=text,
        author_id="17",
        username="Anna.B",
        media_id="900",
        product_type="REELS",
        is_own=is_own,
        at=NOON,
    )


class Past:
    """A history in memory, which counts how often it was asked."""

    def __init__(self, *texts: tuple[int, str]) -> None:
        self._texts = [(NOON - timedelta(minutes=minutes), text) for minutes, text in texts]
        self.asked = 0

    def texts_of_author(self, since: datetime) -> Sequence[tuple[datetime, str]]:
        self.asked += 1
        return [one for one in self._texts if one[0] >= since]

    def is_first_contact(self) -> bool:
        self.asked += 1
        return not self._texts


class Spent:
    """A limit book in which the rules of these names may not act."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def free(self, rule: Rule, subject: Subject) -> Reached | None:
        assert not subject.is_own
        return Reached(LimitKind.PER_HOUR, 1) if rule.name in self._names else None
