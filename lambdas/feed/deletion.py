"""The deletion of an account's posts, for a person who asked for the deletion of their data."""

from __future__ import annotations

from dataclasses import dataclass

from lambdas.feed.stills import StillCopier
from lambdas.storage.events.account_deletion import AccountDeletion
from lambdas.storage.events.post import PostStore


@dataclass(frozen=True, kw_only=True)
class PostDeletion(AccountDeletion):
    """Deletes posts and our copies of their pictures."""

    posts: PostStore
    stills: StillCopier

    def delete_rows(self, account_id: str) -> int:
        """Delete the posts that are found; return how many there were."""
        deleted = 0
        for post in self.posts.of_account(account_id):
            self.stills.delete(post)
            self.posts.delete(post)
            deleted += 1
        return deleted
