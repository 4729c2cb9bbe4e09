"""Showing and replacing an account's rules. Rules that would act on too much need `force`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from lambdas.api.findings import FieldProblemJson
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.operating.fired_rules import FiredRules
from lambdas.comments.operating.own_mentions import own_mentions
from lambdas.comments.operating.recent_subjects import Reach, reach_of, recent_items
from lambdas.comments.operating.rule_views import BroadRuleJson, RulesJson, rules_json
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.comments.rule_store import RuleSet, RuleStore
from lambdas.comments.rules.checking import CheckedRules, check_rules
from lambdas.comments.rules.evaluation import compile_rules
from lambdas.comments.rules.model import Rule
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, ConflictError, InvalidRequest

MAX_SHARE = 0.3
MIN_ITEMS = 20
FIRED_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class NewRules:
    """Rules that replace those of a version; `force` accepts any reach."""

    raw: Sequence[object]
    version: int | None
    force: bool
    by: str


@dataclass(frozen=True, kw_only=True)
class RuleChanges:
    """Shows and replaces rules."""

    store: RuleStore
    ledger: InboxLedger
    clock: Clock
    fired: FiredRules

    def show(self, account_id: str) -> RulesJson:
        """Return an account's rules."""
        return rules_json(account_id, self.store.get(account_id), self._fired(account_id))

    def replace(self, account: InboxAccount, new: NewRules) -> RulesJson:
        """Replace an account's rules.

        Raises InvalidRequest with all problems; Conflict if the rules are no longer of the version
        that was changed, or if one would act on more than 30 % of the last items.
        """
        checked = accepted(new.raw)
        before = self.store.get(account.id)
        _require_version(before, new.version)
        warning = self._require_reach(account.id, checked.rules, force=new.force)
        now = self.clock.now()
        try:
            after = self.store.replace(account, checked.rules, before, now, new.by)
        except ConflictError:
            raise _changed(self.store.get(account.id)) from None
        except AccountDataDeleted:
            raise Conflict(
                "The data of this account is being deleted.", code="account_disconnected"
            ) from None
        itself = own_mentions(checked.rules, account.username)
        warnings = (*checked.warnings, *warning, *itself)
        return rules_json(account.id, after, self._fired(account.id), warnings)

    def knows(self, account_id: str, name: str, since: datetime) -> bool:
        """Return whether a rule is stored, or decided about an item since a time."""
        names = {one.name for one in self.store.get(account_id).parsed}
        return name in names or name in self.fired.since(account_id, since)

    def _fired(self, account_id: str) -> dict[str, int]:
        return self.fired.since(account_id, self.clock.now() - FIRED_WITHIN)

    def _require_reach(
        self, account_id: str, rules: tuple[Rule, ...], *, force: bool
    ) -> tuple[FieldProblemJson, ...]:
        acting = [one for one in rules if one.enabled and not one.dry_run]
        if not acting or force:
            return ()
        items = recent_items(self.ledger, account_id)
        if len(items) < MIN_ITEMS:
            return (_too_few(len(items)),)
        found = reach_of(compile_rules(acting), items)
        broad = [one for one in found if one.share > MAX_SHARE]
        if broad:
            raise _too_broad(broad)
        return ()


def accepted(raw: Sequence[object]) -> CheckedRules:
    """Return rules that have no problems. Raises InvalidRequest with all that there are."""
    checked = check_rules(raw)
    if not checked.problems:
        return checked
    count = len(checked.problems)
    more = f" There are {count - 1} more problems." if count > 2 else ""
    more = " There is 1 more problem." if count == 2 else more
    first = checked.problems[0]
    raise InvalidRequest(
        f"{first.sentence}{more}",
        code="invalid_rules",
        details={"problems": msgspec.to_builtins(checked.problems)},
    )


def _require_version(before: RuleSet, version: int | None) -> None:
    if version is None and before.version:
        raise InvalidRequest(
            f"Send the version of the rules that are replaced: GET shows {before.version} now.",
            code="version_required",
        )
    sent = version or 0
    if not 0 <= sent <= before.version:
        raise _never_stored(sent, before.version)
    if sent != before.version:
        raise _changed(before)


def _never_stored(sent: int, stored: int) -> Conflict:
    known = (
        f"the rules are at version {stored} now. Read them again and send {stored}"
        if stored
        else "no rules are stored yet. Send 0, or no version"
    )
    return Conflict(
        f"There is no version {sent} of these rules: {known}.",
        code="rules_changed",
        details={"version": stored},
    )


def _changed(stored: RuleSet) -> Conflict:
    return Conflict(
        f"The rules were changed by {stored.changed_by or 'an operator'} since. Read them again "
        f"(they are at version {stored.version} now) and repeat your change.",
        code="rules_changed",
        details={"version": stored.version},
    )


def _too_broad(broad: Sequence[Reach]) -> Conflict:
    rules = [
        BroadRuleJson(
            rule=one.rule.rule.name,
            fires=one.fires,
            of=one.of,
            percent=round(one.share * 100),
            examples=list(one.examples),
        )
        for one in broad
    ]
    first = rules[0]
    return Conflict(
        f"The rule “{first.rule}” would act on {first.fires} of the last {first.of} items "
        f"({first.percent} %). Make it narrower, try it with dry_run, or send force=true.",
        code="rule_too_broad",
        details={"rules": msgspec.to_builtins(rules)},
    )


def _too_few(count: int) -> FieldProblemJson:
    known = "no items yet" if not count else f"only {count} items" if count > 1 else "only 1 item"
    return FieldProblemJson(
        "rules",
        "reach_unknown",
        f"The account has {known}, too few to say how many a rule would act on. "
        "Use dry_run to see that first.",
    )
