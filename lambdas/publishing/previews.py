"""Pictures of a post for a page: links that work for some minutes, to what browsers can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from lambdas.publishing.media_records import MediaItem
from lambdas.publishing.records import Post
from lambdas.storage.object_keys import MEDIA_UPLOADS_PREFIX, shown_object

LINK_LIFE = timedelta(minutes=15)
SHOWN_SIZE = "medium"
SHOWABLE = ("image/jpeg", "image/png", "image/webp", "video/mp4")


@dataclass(frozen=True)
class Preview:
    """A picture or video of a post; without `url` there is nothing to show yet, only `note`."""

    alt: str
    url: str = ""
    is_video: bool = False
    note: str = ""


class Links(Protocol):
    """Signs links to objects."""

    def link(self, key: str, lifetime: timedelta) -> str:
        """Return a link that reads one object for `lifetime`."""


@dataclass(frozen=True)
class Previews:
    """Makes previews of posts.

    `type_of` returns the content type of an operator's file that has arrived, or None.
    """

    links: Links
    type_of: Callable[[str], str | None]

    def of(self, post: Post) -> list[Preview]:
        """Return the previews of a post's media, in their order."""
        return [
            self._of(item, f"Picture {index} of {len(post.media)}")
            for index, item in enumerate(post.media, start=1)
        ]

    def _of(self, item: MediaItem, name: str) -> Preview:
        alt = item.alt_text or name
        source = item.source
        if item.prepared:
            return Preview(alt, self._link(item.prepared.key), item.prepared.is_video)
        if source.photo:
            return Preview(
                alt, self._link(shown_object(source.photo.event, source.photo.id, SHOWN_SIZE))
            )
        if source.upload:
            kind = self.type_of(source.upload)
            if kind in SHOWABLE:
                link = self._link(MEDIA_UPLOADS_PREFIX + source.upload)
                return Preview(alt, link, kind.startswith("video/"))
            return Preview(alt, note=f"{name}: browsers cannot show this file.")
        # Not loaded: it would show the reader's address to a foreign site.
        return Preview(alt, note=f"{name}: {source.url}")

    def _link(self, key: str) -> str:
        return self.links.link(key, LINK_LIFE)
