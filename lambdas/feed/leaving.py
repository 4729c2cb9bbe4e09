"""Posts that leave an event: Instagram lists them no more, or the event does not show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.feed.stills import StillCopier
from lambdas.storage.events.post import Post, PostStore

# Decisions about posts that left, for each event; the oldest posts are forgotten first.
MAX_DROPPED = 500


@dataclass(frozen=True)
class LeavingPosts:
    """Removes posts; of those that a host has hidden it keeps that, in case they come back."""

    posts: PostStore
    stills: StillCopier

    def remove(self, post: Post) -> None:
        """Delete a post and its copies; a hidden one leaves a row without content."""
        # The row goes last: as long as it is there, the next reading does this again.
        self.stills.delete(post)
        if not self.posts.drop(post):
            self.posts.delete(post)

    def forget_oldest(self, stored: Mapping[str, Post]) -> None:
        """Delete the rows of posts that left, where there are too many."""
        dropped = [post for post in stored.values() if post.dropped]
        dropped.sort(key=lambda post: post.taken_at, reverse=True)
        for post in dropped[MAX_DROPPED:]:
            self.posts.delete(post)
