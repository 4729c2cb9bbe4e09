"""How far a post is, and the choices that its author has about time and audience."""

from __future__ import annotations

import enum


class State(enum.StrEnum):
    """How far a post is."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    """Its media is fetched and converted."""
    PROCESSING = "processing"
    """Its containers exist, and Instagram processes them."""
    PUBLISHING = "publishing"
    """It is being made public, or this was tried and the outcome is not known yet."""
    PUBLISHED = "published"
    FAILED = "failed"
    NEEDS_REVIEW = "needs_review"
    """Its outcome could not be found out: a person has to look at the account."""
    CANCELLED = "cancelled"

    @property
    def is_changeable(self) -> bool:
        """Return whether its content and time may still be changed."""
        return self in (State.DRAFT, State.SCHEDULED)

    @property
    def is_running(self) -> bool:
        """Return whether an execution works on it."""
        return self in (State.PREPARING, State.PROCESSING, State.PUBLISHING)

    @property
    def is_final(self) -> bool:
        """Return whether nothing happens to it any more by itself."""
        return self in (State.FAILED, State.NEEDS_REVIEW, State.CANCELLED, State.PUBLISHED)


class Late(enum.StrEnum):
    """What happens to a post that could not be published at its time."""

    PUBLISH = "publish"
    SKIP = "skip"


class Shift(enum.StrEnum):
    """Why a wall-clock time is not simply an instant."""

    GAP = "gap"
    """The clocks skip it: the first instant after the gap counts."""
    TWICE = "twice"
    """It happens twice: the first one counts."""


class Trial(enum.StrEnum):
    """How a trial reel, shown to strangers first, comes to be shown to followers."""

    MANUAL = "manual"
    BY_PERFORMANCE = "by_performance"
