"""Posts for tests, as they are stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lambdas.publishing.media_records import MediaItem, Source
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import Failure, Post
from lambdas.publishing.states import State

ACCOUNT = "17841400000000077"
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def stored_post(number: str = "0001", **changes: Any) -> Post:
    """Return a scheduled photo post, with changes."""
    values: dict[str, Any] = {
        "id": f"{ACCOUNT}.{number}",
        "account_id": ACCOUNT,
        "client_request_id": f"request-{number}",
        "request_digest": "digest",
        "kind": Kind.PHOTO,
        "media": (MediaItem(source=Source(upload="upload1")),),
        "state": State.SCHEDULED,
        "created_at": NOW,
        "updated_at": NOW,
        "due_at": NOW,
    }
    return Post(**values | changes)


def failed_post(code: str, message: str, **changes: Any) -> Post:
    """Return a post that failed."""
    known = {name: changes.pop(name) for name in ("item", "retryable") if name in changes}
    failure = Failure(code=code, message=message, at=NOW, **known)
    return stored_post(**{"state": State.FAILED, "failure": failure, **changes})
