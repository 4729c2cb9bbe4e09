"""The deletion of an account's posts, for a person who asked for the deletion of their data."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.feed.stills import StillCopier
from lambdas.storage.events.post import PostStore


@dataclass(frozen=True)
class PostDeletion:
    """Deletes posts and our copies of their pictures."""

    posts: PostStore
    stills: StillCopier

    def delete(self, account_id: str) -> int:
        """Delete all posts of an account; return how many there were."""
        deleted = 0
        for post in self.posts.of_account(account_id):
            self.stills.delete(post)
            self.posts.delete(post)
            deleted += 1
        return deleted
