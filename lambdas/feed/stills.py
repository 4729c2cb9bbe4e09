"""Our own copies of the posts' pictures: Instagram's addresses die after days, and a guest's browser has no business there."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from aws_lambda_powertools import Logger

from lambdas.graph.transport import Request, Transport, TransportFailed
from lambdas.pictures.sizes import SIZES
from lambdas.storage import keys
from lambdas.storage.events.post import Post, PostPicture
from lambdas.storage.objects import ObjectStore

MAX_BYTES = 20 * 1024 * 1024


class StillCopier:
    """Copies the stills of posts into the photo bucket, in the sizes of the page."""

    def __init__(
        self, objects: ObjectStore, transport: Transport, hosts: tuple[str, ...], logger: Logger
    ) -> None:
        self._objects = objects
        self._transport = transport
        self._hosts = hosts
        self._logger = logger

    def copied(self, post: Post) -> Post | None:
        """The post with those pictures copied that were not; None if that changed nothing."""
        pictures = tuple(self._copy(post, picture) for picture in post.pictures)
        return replace(post, pictures=pictures) if pictures != post.pictures else None

    def delete(self, post: Post) -> None:
        """Deletes the copies of a post's pictures."""
        objects = [
            key
            for picture in post.pictures
            for key in keys.shown_objects(post.event_id, picture.id, SIZES)
        ]
        if objects:
            self._objects.delete(objects)

    def _copy(self, post: Post, picture: PostPicture) -> PostPicture:
        """The picture with its copies made, or as it was if they cannot be."""
        from lambdas.pictures.picture import Undecodable, open_picture, render, upright_size

        if picture.copied or not picture.still_url:
            return picture
        try:
            opened = open_picture(self._fetch(picture.still_url))
            width, height = upright_size(opened)
            self._objects.write_shown(post.event_id, picture.id, render(opened))
        except (TransportFailed, Undecodable) as error:
            self._logger.warning(
                "a picture was not copied",
                extra={"post_id": post.id, "picture_id": picture.id, "cause": str(error)},
            )
            return picture
        return replace(picture, width=width, height=height)

    def _fetch(self, url: str) -> bytes:
        """The bytes behind an address that Graph gave. Raises TransportFailed."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        allowed = "*" in self._hosts or any(f".{host}".endswith(f".{name}") for name in self._hosts)
        if parts.scheme not in ("http", "https") or not host or not allowed:
            raise TransportFailed("not a host that pictures are copied from")
        answer = self._transport.send(Request("GET", url), MAX_BYTES)
        if answer.status != 200:
            raise TransportFailed(f"status {answer.status}")
        return answer.body
