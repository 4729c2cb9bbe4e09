"""What is in a zip file: the list of its pictures, which is stored beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

# Changes when zip files of the same pictures are made in another way.
FORMAT = "1"
# What a zip file and the table add to a picture, besides its texts.
OVERHEAD = 400


class Picture(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A picture that belongs into a download, with the name that it would have alone.

    `id` is that of the photo or of the post's picture, `post` that of the post. `version` is the
    object's, if one is meant; `tag` tells other contents of the same object. `taken` is on the
    event's clocks, without a zone. `original` is the name that the guest's device gave.
    """

    id: str
    stem: str
    ending: str
    key: str
    size: int
    taken: datetime
    who: str
    version: str | None = None
    tag: str | None = None
    post: str | None = None
    original: str | None = None
    section: str | None = None
    caption: str | None = None
    permalink: str | None = None

    @property
    def cost(self) -> int:
        """Return about how many bytes it adds to a zip file."""
        texts = (self.stem, self.who, self.original, self.section, self.caption, self.permalink)
        written = sum(len(text.encode()) for text in texts if text)
        return self.size + OVERHEAD + 3 * written


class Entry(msgspec.Struct, frozen=True):
    """A picture, and its name in the zip file."""

    name: str
    picture: Picture


def encoded(entries: Sequence[Entry]) -> bytes:
    """Return the list as it is stored."""
    return msgspec.json.encode(entries)


def decoded(body: bytes) -> list[Entry] | None:
    """Return a stored list, or None for one of another release that cannot be read."""
    try:
        return msgspec.json.decode(body, type=list[Entry])
    except msgspec.DecodeError:
        return None


def fingerprint(entries: Sequence[Entry]) -> str:
    """Return the digest of all that a zip file depends on."""
    return hashlib.sha256(FORMAT.encode() + encoded(entries)).hexdigest()[:40]
