"""The shapes of answers about rules."""

from __future__ import annotations

import msgspec

from lambdas.api.findings import FieldProblemJson
from lambdas.comments.operating.action_view import moment
from lambdas.comments.rule_store import RuleSet
from lambdas.comments.rules.evaluation import VerdictKind
from lambdas.comments.rules.model import Outcome, Rule


class RulesJson(msgspec.Struct, kw_only=True):
    """An account's rules in their order.

    `fired` is how many items each decided about in 7 days, counted among the newest 2,000.
    `warnings` are about rules that were just stored. Until `paused_until` rules send nothing,
    because Instagram took the account's activity for spam.
    """

    account: str
    version: int
    rules: list[Rule]
    changed_at: str | None
    changed_by: str
    fired: dict[str, int]
    warnings: list[FieldProblemJson]
    paused_until: str | None = None


class RulesResumedJson(msgspec.Struct, kw_only=True):
    """Rules send answers again; `was_paused` says whether they did not."""

    account: str
    was_paused: bool


class ReadySetJson(msgspec.Struct, kw_only=True):
    """Rules that are ready to use, as a starting point."""

    name: str
    summary: str
    rules: list[Rule]


class ReadySetsJson(msgspec.Struct, kw_only=True):
    """All sets of rules that are ready to use."""

    sets: list[ReadySetJson]


class VerdictJson(msgspec.Struct, kw_only=True):
    """What one rule would do with a text, and why."""

    rule: str
    matched: bool
    verdict: VerdictKind
    then: list[Outcome]
    why: str


class RulesCheckJson(msgspec.Struct, kw_only=True):
    """What each rule would do, in their order; `decided_by` is the one that would act."""

    account: str
    decided_by: str | None
    verdicts: list[VerdictJson]
    warnings: list[FieldProblemJson]


class BroadRuleJson(msgspec.Struct, kw_only=True):
    """A rule that would act on too many of the last items, with some that it would act on."""

    rule: str
    fires: int
    of: int
    percent: int
    examples: list[str]


class RuleUndoneJson(msgspec.Struct, kw_only=True):
    """What was taken back of a rule; with `more` the same request goes on.

    `stays` says what cannot be taken back.
    """

    account: str
    rule: str
    items: int
    actions: int
    more: bool
    stays: list[str]


def rules_json(
    account_id: str,
    stored: RuleSet,
    fired: dict[str, int],
    warnings: tuple[FieldProblemJson, ...] = (),
) -> RulesJson:
    """Return stored rules as operators see them."""
    return RulesJson(
        account=account_id,
        version=stored.version,
        rules=list(stored.parsed),
        changed_at=moment(stored.changed_at),
        changed_by=stored.changed_by,
        fired=fired,
        warnings=list(warnings),
    )
