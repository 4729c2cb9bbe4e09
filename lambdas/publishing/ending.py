"""Ending a post, and trying again: what operators do with posts that have started or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import msgspec

from lambdas.kit.clock import Clock
from lambdas.kit.errors import Conflict, ConflictError
from lambdas.publishing.editing import Editing, changed_meanwhile
from lambdas.publishing.history import Happened
from lambdas.publishing.places import without_files
from lambdas.publishing.records import Post
from lambdas.publishing.states import State

MAX_TRIES = 8
CONFIRMED = "not_published"
CANCELLABLE = (
    State.DRAFT, State.SCHEDULED, State.PREPARING, State.PROCESSING, State.FAILED,
)  # fmt: skip


class MediaDeleter(Protocol):
    """Deletes what was published."""

    def delete(self, post: Post) -> None:
        """Delete a post's media object at Instagram; one that is gone is deleted already.

        Raises Conflict where the API cannot, and other errors of the tree.
        """


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Cancels, deletes and retries posts."""

    editing: Editing
    deleter: MediaDeleter
    clock: Clock

    def cancel(self, post_id: str, by: str) -> Post:
        """Cancel what is not yet being published; delete a published post where the API can.

        Raises Conflict for a post that is being published, or whose outcome is not known.
        """
        is_deleted = False
        for _ in range(MAX_TRIES):
            post = self.editing.find(post_id)
            if post.state is State.CANCELLED:
                return post
            if post.state not in (*CANCELLABLE, State.PUBLISHED):
                raise _not_cancellable(post)
            now = self.clock.now().replace(microsecond=0)
            ended = msgspec.structs.replace(
                post, state=State.CANCELLED, updated_at=now, intent=None, waiting=None
            )
            what = Happened.CANCELLED
            if post.state is State.PUBLISHED:
                if not is_deleted:
                    self.deleter.delete(post)
                    is_deleted = True
                ended = msgspec.structs.replace(ended, deleted_at=now)
                what = Happened.DELETED
            try:
                return self.editing.write(post, ended, what, by)
            except ConflictError:
                continue
        raise changed_meanwhile(self.editing.find(post_id))

    def retry(self, post_id: str, confirmed: str | None, by: str) -> Post:
        """Start a failed post again; one whose outcome is not known only if a person has looked.

        Raises Conflict for any other post.
        """
        post = self.editing.find(post_id)
        is_confirmed = post.state is State.NEEDS_REVIEW and confirmed == CONFIRMED
        if post.state is State.NEEDS_REVIEW and not is_confirmed:
            raise Conflict(
                "It is not known whether this post was published. Look at the account; if it is "
                f'not there, repeat this request with {{"confirmed": "{CONFIRMED}"}}.',
                code="confirmation_required",
            )
        if post.state is not State.FAILED and not is_confirmed:
            raise Conflict(
                f"This post is {post.state.value.replace('_', ' ')}: only failed posts can be "
                "tried again.",
                code="not_failed",
                details={"state": post.state.value},
            )
        if post.is_live:
            raise Conflict(
                "This post is on Instagram already: trying again would make a second one.",
                code="already_published",
            )
        # So that a disconnected account is named at once.
        self.editing.checks.accounts.named(post.account_id)
        now = self.clock.now().replace(microsecond=0)
        again = msgspec.structs.replace(
            without_files(post),
            state=State.SCHEDULED,
            intent=None,
            failure=None,
            waiting=None,
            attempts=0,
            restarts=0,
            reported=False,
            started_at=None,
            run=post.run + 1,
            publish_at=None,
            due_at=now,
            updated_at=now,
        )
        return self.editing.save(post, again, Happened.RESTARTED, by)


def _not_cancellable(post: Post) -> Conflict:
    if post.state is State.NEEDS_REVIEW:
        return Conflict(
            "It is not known whether this post was published. Look at the account.",
            code="outcome_unknown",
        )
    return Conflict(
        "This post is being published: it is too late to cancel it.", code="being_published"
    )
