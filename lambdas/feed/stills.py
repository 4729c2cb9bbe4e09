"""Our own copies of the posts' pictures: Instagram's URLs expire, and would reveal who looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from aws_lambda_powertools import Logger

from lambdas.feed.media_url import Resolve, UrlRefused, checked_url, resolve
from lambdas.graph.transport import Request, Transport, TransportFailed
from lambdas.kit.clock import Clock
from lambdas.pictures.sizes import SIZES
from lambdas.storage import object_keys
from lambdas.storage.events.cleanup import COPYING, CleanupStore, Mark
from lambdas.storage.events.post import Post, PostPicture
from lambdas.storage.objects import ObjectStore

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class CopiedPost:
    """A post with the sizes of its new copies, and the marks that end when its row is written."""

    post: Post
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True)
class StillCopier:
    """Copies the stills of posts into the photo bucket, in the sizes of the page.

    Each copy is marked before it is written: without the row that mentions it, a sweep deletes it.
    """

    objects: ObjectStore
    cleanup: CleanupStore
    clock: Clock
    transport: Transport
    hosts: tuple[str, ...]
    logger: Logger
    resolve: Resolve = resolve

    def copied(self, post: Post) -> CopiedPost | None:
        """Copy the pictures that have no copy yet; return the changed post, or None."""
        marks: list[Mark] = []
        pictures = tuple(self._copy(post, picture, marks) for picture in post.pictures)
        return CopiedPost(replace(post, pictures=pictures), marks) if marks else None

    def discard(self, copied: CopiedPost) -> None:
        """Delete copies that were made of a post which a host has hidden meanwhile."""
        made = {mark.photo_id for mark in copied.marks}
        self._delete(copied.post.event_id, [one for one in copied.post.pictures if one.id in made])
        for mark in copied.marks:
            self.cleanup.confirm(mark)

    def delete(self, post: Post) -> None:
        """Delete the copies of a post's pictures."""
        self._delete(post.event_id, post.pictures)

    def delete_dropped(self, stored: Post, post: Post) -> None:
        """Delete the copies of pictures that are no longer in a post, such as a carousel's."""
        kept = {picture.id for picture in post.pictures}
        self._delete(stored.event_id, [one for one in stored.pictures if one.id not in kept])

    def _delete(self, event_id: str, pictures: Iterable[PostPicture]) -> None:
        objects = [
            key
            for picture in pictures
            for key in object_keys.copies_of(event_id, picture.id, SIZES)
        ]
        if objects:
            self.objects.delete(objects)

    def _copy(self, post: Post, picture: PostPicture, marks: list[Mark]) -> PostPicture:
        """Return the picture with its copies made, or unchanged if they cannot be made."""
        from lambdas.pictures.picture import Undecodable, open_picture, render, upright_size

        if picture.copied or not picture.still_url:
            return picture
        try:
            opened = open_picture(self._fetch(picture.still_url))
            width, height = upright_size(opened)
            pictures = render(opened)
        except (UrlRefused, TransportFailed, Undecodable) as error:
            extra = {"post_id": post.id, "picture_id": picture.id, "cause": str(error)}
            self.logger.warning("picture was not copied", extra=extra)
            return picture
        mark = Mark.of(post.event_id, picture.id, self.clock.now() + COPYING)
        self.cleanup.begin(mark)
        marks.append(mark)
        self.objects.write_shown(post.event_id, picture.id, pictures)
        return replace(picture, width=width, height=height)

    def _fetch(self, url: str) -> bytes:
        """Return the bytes behind a URL from Graph. Raises UrlRefused, TransportFailed."""
        checked = checked_url(url, self.hosts, self.resolve)
        request = Request("GET", checked.url, address=checked.address)
        answer = self.transport.send(request, MAX_BYTES)
        if answer.status != 200:
            raise TransportFailed(f"status {answer.status}")
        return answer.body
