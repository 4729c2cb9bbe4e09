"""How often a rule may act, in words; counting is done where the counts are kept."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta


class LimitKind(enum.StrEnum):
    """What is counted."""

    PER_AUTHOR = "per_author"
    PER_MEDIA = "per_media"
    PER_HOUR = "per_hour"


PERIODS = {
    LimitKind.PER_AUTHOR: timedelta(hours=24),
    LimitKind.PER_MEDIA: timedelta(hours=24),
    LimitKind.PER_HOUR: timedelta(hours=1),
}
_WORDS = {
    LimitKind.PER_AUTHOR: "for this author in 24 hours",
    LimitKind.PER_MEDIA: "for this media in 24 hours",
    LimitKind.PER_HOUR: "in one hour",
}


@dataclass(frozen=True)
class Reached:
    """A limit that keeps a rule from acting. As text it is a sentence."""

    kind: LimitKind
    limit: int

    def __str__(self) -> str:
        """Return the sentence."""
        times = "1 action" if self.limit == 1 else f"{self.limit} actions"
        return f"the limit of {times} {_WORDS[self.kind]} is reached"
