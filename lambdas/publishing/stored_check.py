"""The check of a stored post as it is now: what it needs may be gone since it was made."""

from __future__ import annotations

from lambdas.publishing.checking import PostChecks, Unchanged
from lambdas.publishing.post_body import body_of
from lambdas.publishing.records import Post

MAX_NAMED = 3


def refusal_of(post: Post, checks: PostChecks) -> str | None:
    """Return why a post cannot be published as it is, in sentences; None if nothing is known."""
    checked = checks.check(body_of(post), Unchanged(post.id, post.publish_at))
    sentences = [problem.message for problem in checked.problems[:MAX_NAMED]]
    return " ".join(sentences) or None
