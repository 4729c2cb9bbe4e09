"""How often rules did something lately, counted from what they decided."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from lambdas.comments import keys
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.rows import position_at

# Of an account with more items since then, only the newest are counted.
MAX_COUNTED = 2000


@dataclass(frozen=True)
class FiredRules:
    """Counts the items that rules decided about."""

    ledger: InboxLedger

    def since(self, account_id: str, start: datetime) -> dict[str, int]:
        """Return how many items each rule decided about, by its name."""
        name = keys.account_list(self.ledger.tenant, account_id)
        listed = self.ledger.listed(keys.BY_ACCOUNT, name, after=position_at(start))
        newest = itertools.islice(listed, MAX_COUNTED)
        return dict(
            Counter(one.decision.rule for one in newest if one.decision and one.decision.rule)
        )
