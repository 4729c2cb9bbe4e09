"""The deletion of an account's posts, for a person who asked for the deletion of their data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lambdas.feed.stills import StillCopier
from lambdas.kit.clock import Clock
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.events.post import PostStore

# The part of a deletion that is recorded when the posts are gone.
FEATURE = "feed"


class PostsLeft(Exception):
    """A second look found posts again: the deletion has to be repeated."""


@dataclass(frozen=True)
class PostDeletion:
    """Deletes posts and our copies of their pictures; every step can be repeated."""

    posts: PostStore
    stills: StillCopier
    marks: DeletionMarks
    clock: Clock

    def delete(self, account_id: str, requested_at: datetime) -> int:
        """Delete all posts of an account; return how many there were.

        The account is marked first, so that no reading in progress writes a post again. Raises
        PostsLeft if a second look still finds posts.
        """
        self.marks.mark(account_id, requested_at)
        deleted = self._delete_all(account_id)
        if self._delete_all(account_id):
            raise PostsLeft
        self.marks.finish(account_id, requested_at, self.clock.now(), FEATURE)
        return deleted

    def _delete_all(self, account_id: str) -> int:
        deleted = 0
        for post in self.posts.of_account(account_id):
            self.stills.delete(post)
            self.posts.delete(post)
            deleted += 1
        return deleted
