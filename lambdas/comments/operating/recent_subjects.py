"""An account's last items as rules see them, and how many of them each rule would act on."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.comments import keys
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.records import Item
from lambdas.comments.rules.evaluation import CompiledRule
from lambdas.comments.rules.model import ItemKind
from lambdas.comments.rules.subject import Subject, situations

MAX_RECENT = 500
# So many rows are read to find them among the account's own.
MAX_LOOKED_AT = 1500
MAX_EXAMPLES = 3


@dataclass(frozen=True)
class Reach:
    """How many of the last items a rule would act on, and the newest of these."""

    rule: CompiledRule
    fires: int
    of: int
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the share of items, from 0 to 1."""
        return self.fires / self.of if self.of else 0.0


def recent_items(ledger: InboxLedger, account_id: str) -> list[Item]:
    """Return an account's last items, the newest first, without what it wrote itself."""
    listed = ledger.listed(keys.BY_ACCOUNT, keys.account_list(ledger.tenant, account_id))
    looked_at = itertools.islice(listed, MAX_LOOKED_AT)
    return list(itertools.islice((one for one in looked_at if not one.is_own), MAX_RECENT))


def reach_of(rules: Sequence[CompiledRule], items: Sequence[Item]) -> tuple[Reach, ...]:
    """Return the reach of each rule; limits are left out, so it is the largest there can be."""
    hits: list[list[str]] = [[] for _ in rules]
    prepared = situations(map(subject_of, items))
    for item, ready in zip(items, prepared, strict=True):
        for rule, found in zip(rules, hits, strict=True):
            if all(part.ask(ready).holds for part in rule.conditions):
                found.append(item.id)
    return tuple(
        Reach(rule, len(found), len(items), tuple(found[:MAX_EXAMPLES]))
        for rule, found in zip(rules, hits, strict=True)
    )


def subject_of(item: Item) -> Subject:
    """Return an item as rules see it."""
    return Subject(
        kind=ItemKind(item.kind),
        text=item.text,
        author_id=item.author_id,
        username=item.username,
        media_id=item.media_id,
        product_type=item.product_type,
        is_own=item.is_own,
        at=item.at,
    )
