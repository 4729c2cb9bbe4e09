"""What the API refused for an account, stored so that no instance asks again for 30 days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from lambdas.analytics import keys
from lambdas.analytics.records import Packed
from lambdas.analytics.writer import RETENTION, Change
from lambdas.graph.metric_sets import LearnedRefusals

LIFETIME = timedelta(days=30)


class Facts(Packed, frozen=True, kw_only=True):
    """The stored form; labels name login type, version and kind of media.

    `before_business` is the time of the newest post that is known to be older than the business
    account.
    """

    learned_at: datetime
    refused: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    unexpanded: tuple[str, ...] = ()
    before_business: datetime | None = None


@dataclass
class Learned:
    """What is known while a unit is collected; `refusals` is shared with the Graph client."""

    api: str
    stored: Facts
    refusals: LearnedRefusals = field(default_factory=LearnedRefusals)
    before_business: datetime | None = None

    @classmethod
    def of(cls, api: str, stored: Facts | None, now: datetime) -> Learned:
        """Return what is known about an API; facts older than 30 days are dropped."""
        facts = stored if stored and now - stored.learned_at < LIFETIME else Facts(learned_at=now)
        refused = {label: set(metrics) for label, metrics in facts.refused.items()}
        refusals = LearnedRefusals(refused=refused, unexpanded=set(facts.unexpanded))
        return cls(api, facts, refusals, facts.before_business)

    def is_before_business(self, taken_at: datetime) -> bool:
        """Return whether a post is older than the business account, as far as is known."""
        return self.before_business is not None and taken_at <= self.before_business

    def change(self, latest: Callable[[], Facts | None]) -> Change | None:
        """Return the row to write, or None if nothing was learned since it was read.

        `latest` reads the row again: other units of the account learn at the same time.
        """
        if self._facts() == self.stored:
            return None
        if others := latest():
            self._add(others)
        facts = self.stored = self._facts()
        # Rows are kept for 25 months from a time: this one for 30 days.
        kept_from = facts.learned_at + LIFETIME - RETENTION
        return Change(keys.learned(self.api), kept_from, facts)

    def _facts(self) -> Facts:
        refused = {label: tuple(sorted(names)) for label, names in self.refusals.refused.items()}
        return Facts(
            learned_at=self.stored.learned_at,
            refused={label: names for label, names in sorted(refused.items()) if names},
            unexpanded=tuple(sorted(self.refusals.unexpanded)),
            before_business=self.before_business,
        )

    def _add(self, others: Facts) -> None:
        if self.stored.learned_at - others.learned_at >= LIFETIME:
            # These have expired.
            return
        for label, names in others.refused.items():
            self.refusals.refused.setdefault(label, set()).update(names)
        self.refusals.unexpanded.update(others.unexpanded)
        times = [one for one in (self.before_business, others.before_business) if one]
        self.before_business = max(times, default=None)
