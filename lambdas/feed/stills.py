"""Our own copies of the posts' pictures: Instagram's URLs expire, and would reveal who looks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger

from lambdas.feed.media_url import Resolve, UrlRefused, checked_url, resolve
from lambdas.graph.transport import Request, Transport, TransportFailed
from lambdas.pictures.sizes import SIZES
from lambdas.storage import keys
from lambdas.storage.events.post import Post, PostPicture
from lambdas.storage.objects import ObjectStore

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class StillCopier:
    """Copies the stills of posts into the photo bucket, in the sizes of the page."""

    objects: ObjectStore
    transport: Transport
    hosts: tuple[str, ...]
    logger: Logger
    resolve: Resolve = resolve

    def copied(self, post: Post) -> Post | None:
        """Copy the pictures that have no copy yet; return the changed post, or None."""
        pictures = tuple(self._copy(post, picture) for picture in post.pictures)
        return replace(post, pictures=pictures) if pictures != post.pictures else None

    def delete(self, post: Post) -> None:
        """Delete the copies of a post's pictures."""
        objects = [
            key
            for picture in post.pictures
            for key in keys.shown_objects(post.event_id, picture.id, SIZES)
        ]
        if objects:
            self.objects.delete(objects)

    def _copy(self, post: Post, picture: PostPicture) -> PostPicture:
        """Return the picture with its copies made, or unchanged if they cannot be made."""
        from lambdas.pictures.picture import Undecodable, open_picture, render, upright_size

        if picture.copied or not picture.still_url:
            return picture
        try:
            opened = open_picture(self._fetch(picture.still_url))
            width, height = upright_size(opened)
            self.objects.write_shown(post.event_id, picture.id, render(opened))
        except (UrlRefused, TransportFailed, Undecodable) as error:
            extra = {"post_id": post.id, "picture_id": picture.id, "cause": str(error)}
            self.logger.warning("picture was not copied", extra=extra)
            return picture
        return replace(picture, width=width, height=height)

    def _fetch(self, url: str) -> bytes:
        """Return the bytes behind a URL from Graph. Raises UrlRefused, TransportFailed."""
        checked = checked_url(url, self.hosts, self.resolve)
        answer = self.transport.send(Request("GET", checked), MAX_BYTES)
        if answer.status != 200:
            raise TransportFailed(f"status {answer.status}")
        return answer.body
