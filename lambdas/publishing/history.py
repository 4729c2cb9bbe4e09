"""What is kept of a post: each step of its history."""

from __future__ import annotations

import enum
from datetime import datetime

from lambdas.publishing.states import State
from lambdas.storage.packing import Packed


class Happened(enum.StrEnum):
    """What a step of a post's history is."""

    CREATED = "created"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    """It was published, and then deleted at Instagram."""
    STARTED = "started"
    RESTARTED = "restarted"
    MEDIA_PREPARED = "media_prepared"
    QUOTA_RESERVED = "quota_reserved"
    WAITING = "waiting"
    CREATING_CONTAINER = "creating_container"
    CONTAINER_CREATED = "container_created"
    CONTAINER_CHECKED = "container_checked"
    MEDIA_SENT = "media_sent"
    PUBLISHING = "publishing"
    OUTCOME_UNKNOWN = "outcome_unknown"
    NOT_PUBLISHED = "not_published"
    PUBLISHED = "published"
    MEDIA_FOUND = "media_found"
    PERMALINK_FOUND = "permalink_found"
    COMMENTING = "commenting"
    COMMENTED = "commented"
    COMMENT_FAILED = "comment_failed"
    ERROR = "error"
    FAILED = "failed"
    NEEDS_REVIEW = "needs_review"
    APPROVED = "approved"
    REJECTED = "rejected"


class Step(Packed, frozen=True, kw_only=True):
    """One step of a post's history. `error` is a sentence of ours and numbers of Meta's."""

    what: Happened
    at: datetime
    state: State
    by: str = ""
    item: int | None = None
    container_id: str | None = None
    media_id: str | None = None
    error: str | None = None
    code: str | None = None
    until: datetime | None = None
    note: str | None = None
    """What a person said about it."""
