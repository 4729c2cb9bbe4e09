"""The deletion of an account's posts, for a person who asked for the deletion of their data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.feed.stills import StillCopier
from lambdas.feed.traces import PostTraces
from lambdas.storage.events.account_deletion import AccountDeletion
from lambdas.storage.events.post import Post, PostStore


@dataclass(frozen=True, kw_only=True)
class PostDeletion(AccountDeletion):
    """Deletes posts, our copies of their pictures, and downloads that hold these."""

    posts: PostStore
    stills: StillCopier
    traces: PostTraces

    def delete_rows(self, account_id: str) -> int:
        """Delete the posts that are found; return how many there were."""
        posts = list(self.posts.of_account(account_id))
        # Before the posts, which say where to look; and after them, for downloads begun meanwhile.
        self._end_downloads(posts)
        for post in posts:
            self.stills.delete(post)
            self.posts.delete(post)
        self._end_downloads(posts)
        self.traces.forget_answers()
        return len(posts)

    def _end_downloads(self, posts: Sequence[Post]) -> None:
        if posts:
            event_ids = {post.event_id for post in posts}
            self.traces.end_downloads(event_ids, self.clock.now())
