"""Finding a post of ours among the media of its account."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lambdas.graph.client import Account
from lambdas.graph.media import Media
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import Post

# Clocks differ by so much at most, and a container of a day may have been published in it.
TOLERANCE = timedelta(minutes=2)
MAX_READ = 200
STORY = "STORY"
TYPES = {Kind.PHOTO: "IMAGE", Kind.REEL: "VIDEO", Kind.CAROUSEL: "CAROUSEL_ALBUM"}


@dataclass(frozen=True)
class PublishedMedia:
    """Finds the media object that a container has become.

    `claimed` returns the post that a media object of an account is already known to be.
    """

    claimed: Callable[[str, str], str | None]

    def find(self, account: Account, post: Post, since: datetime) -> str | None:
        """Return the id of the oldest media object since then that can only be this post.

        Raises errors of the Graph client.
        """
        found = [one for one in self._recent(account, post, since) if is_same(post, one)]
        for media in sorted(found, key=lambda one: (one.timestamp or since, one.id)):
            owner = self.claimed(post.account_id, media.id)
            if owner in (None, post.id):
                return media.id
        return None

    def _recent(self, account: Account, post: Post, since: datetime) -> Iterator[Media]:
        earliest = since - TOLERANCE
        library = account.library
        listed = library.stories() if post.kind is Kind.STORY else library.media(since=earliest)
        for number, media in enumerate(listed):
            if number >= MAX_READ:
                return
            if media.timestamp is not None and media.timestamp >= earliest:
                yield media


def is_same(post: Post, media: Media) -> bool:
    """Return whether a media object can be a post: the same kind, and the same words."""
    if post.kind is Kind.STORY:
        return media.product_type == STORY
    return media.media_type == TYPES[post.kind] and _words(media.caption) == _words(post.caption)


def has_words(post: Post) -> bool:
    """Return whether a post can be recognised by its caption: stories have none."""
    return post.kind is not Kind.STORY and bool(_words(post.caption))


def _words(caption: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", caption or "").split())
