"""The copies of a post's pictures: public only while the post is on the page.

A host's decision marks the pictures in its transaction; here is the second half. All of it can be
repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.guests.links import PictureLinks
from lambdas.pictures.sizes import SIZES
from lambdas.storage import keys, object_keys
from lambdas.storage.events.cleanup import SETTLING, CleanupStore, Mark
from lambdas.storage.events.post import Post
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# A post that is hidden and put back in turn is settled again.
MAX_ROUNDS = 3
LINK_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True)
class PostPictures:
    """Settles the pictures of posts."""

    table: Table
    objects: ObjectStore
    cleanup: CleanupStore
    links: PictureLinks

    @staticmethod
    def marks(post: Post, now: datetime) -> list[Mark]:
        """Return a mark for each picture of a post that has copies."""
        due_at = now + SETTLING
        return [
            Mark.of(post.event_id, picture.id, due_at, post_id=post.id)
            for picture in post.pictures
            if picture.copied
        ]

    def settle(self, mark: Mark) -> None:
        """Put the copies of a marked picture where its post's row says, then delete the mark."""
        hidden = self._is_hidden(mark)
        for _ in range(MAX_ROUNDS):
            self._match(mark, hidden)
            before, hidden = hidden, self._is_hidden(mark)
            if before is hidden:
                self.cleanup.confirm(mark)
                return

    def urls(self, post: Post) -> dict[str, str]:
        """Return links to a post's first picture for its hosts; none before it is copied."""
        copied = [picture for picture in post.pictures if picture.copied]
        if not copied:
            return {}
        if not post.hidden:
            return self.links.of(post.event_id, copied[0].id)
        return {
            size: self.objects.link(
                object_keys.pending_object(post.event_id, copied[0].id, size), LINK_LIFETIME
            )
            for size in SIZES
        }

    def _is_hidden(self, mark: Mark) -> bool | None:
        """Return whether the post of a picture is hidden; None if no row mentions its copies."""
        key = keys.row_key(mark.event_id, keys.post_row(mark.post_id or ""))
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        post = Post.from_row(row) if row else None
        copied = post and any(one.id == mark.photo_id and one.copied for one in post.pictures)
        return post.hidden if post and copied else None

    def _match(self, mark: Mark, hidden: bool | None) -> None:
        shown = object_keys.shown_objects(mark.event_id, mark.photo_id, SIZES)
        pending = object_keys.pending_objects(mark.event_id, mark.photo_id, SIZES)
        if hidden is None:
            self.objects.delete([*shown, *pending])
        elif hidden:
            for public, private in zip(shown, pending, strict=True):
                self.objects.copy(public, private)
            self.objects.delete(shown)
        else:
            # The private copy stays, so that this can be repeated.
            for public, private in zip(shown, pending, strict=True):
                self.objects.copy(private, public)
