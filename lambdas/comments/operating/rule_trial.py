"""Saying what rules would do with a text, without doing it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lambdas.api.identifiers import is_identifier
from lambdas.comments import keys
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.operating.bodies import RulesCheckRequest
from lambdas.comments.operating.rule_changes import accepted
from lambdas.comments.operating.rule_views import RulesCheckJson, VerdictJson
from lambdas.comments.records import Item
from lambdas.comments.rule_store import RuleStore
from lambdas.comments.rules.evaluation import compile_rules, preview
from lambdas.comments.rules.folding import fold
from lambdas.comments.rules.subject import Subject
from lambdas.kit.clock import Clock

MAX_PAST = 200


@dataclass(frozen=True)
class PastItems:
    """What an author wrote to an account, as far as it is stored."""

    items: Sequence[Item]

    def texts_of_author(self, since: datetime) -> Sequence[tuple[datetime, str]]:
        """Return time and folded text of what was written since then."""
        return [(one.at, fold(one.text or "")) for one in self.items if one.at >= since]

    def is_first_contact(self) -> bool:
        """Return whether there is nothing."""
        return not self.items


@dataclass(frozen=True)
class RuleTrial:
    """Tries an account's rules, or others, on a text. Limits are not looked at."""

    store: RuleStore
    ledger: InboxLedger
    clock: Clock

    def check(self, account_id: str, wanted: RulesCheckRequest) -> RulesCheckJson:
        """Return what each rule would do and why. Raises InvalidRequest for rules with problems."""
        checked = None if wanted.rules is None else accepted(wanted.rules)
        rules = checked.rules if checked else self.store.get(account_id).parsed
        subject = Subject(
            kind=wanted.kind,
            text=wanted.text,
            author_id=wanted.author_id,
            username=wanted.username,
            media_id=wanted.media,
            product_type=wanted.product_type,
            at=self.clock.now(),
        )
        past = PastItems(self._past(account_id, wanted.author_id))
        found = preview(compile_rules(rules), subject, past)
        return RulesCheckJson(
            account=account_id,
            decided_by=found.decision.name if found.decision else None,
            verdicts=[
                VerdictJson(
                    rule=one.rule,
                    matched=one.matched,
                    verdict=one.outcome,
                    then=list(one.then),
                    why=one.why,
                )
                for one in found.verdicts
            ],
            warnings=list(checked.warnings) if checked else [],
        )

    def _past(self, account_id: str, author_id: str | None) -> Sequence[Item]:
        if author_id is None or not is_identifier(author_id):
            return ()
        name = keys.author_list(self.ledger.tenant, author_id)
        newest = itertools.islice(self.ledger.listed(keys.BY_AUTHOR, name), MAX_PAST)
        return [one for one in newest if one.account_id == account_id and not one.is_own]
