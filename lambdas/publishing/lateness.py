"""When a post that must not be published late is too late."""

from __future__ import annotations

from datetime import datetime, timedelta

from lambdas.publishing.records import Post
from lambdas.publishing.states import Late

LATE = timedelta(minutes=15)


def is_too_late(post: Post, now: datetime, grace: timedelta = timedelta()) -> bool:
    """Return whether a post is later than its author allows.

    `grace` is the time that Instagram may take to process its media: that is no outage.
    """
    return post.late is Late.SKIP and now - post.due_at > LATE + grace
