"""How often a rule may act, in words; counting is done where the counts are kept."""

from __future__ import annotations

import enum
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


def limit_reached(kind: LimitKind, limit: int) -> str:
    """Return the sentence for a limit that is reached."""
    times = "1 action" if limit == 1 else f"{limit} actions"
    return f"the limit of {times} {_WORDS[kind]} is reached"
