"""Getting the files that posts are made of: operators' uploads, guests' photos, and URLs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lambdas.publishing.failures import failure_kind
from lambdas.publishing.fetching import FetchRules, fetch
from lambdas.publishing.media_records import Source
from lambdas.publishing.upload_record import Upload
from lambdas.storage import object_keys
from lambdas.storage.events.consent import PostablePhoto
from lambdas.storage.objects import ObjectStore, ObjectTooLarge

# The largest file that Instagram takes is a reel of 300 MB.
MAX_BYTES = 300 * 1024 * 1024


class SourceGone(Exception):
    """A file is not there any more; `code` is that of the table of failures."""

    def __init__(self, code: str) -> None:
        super().__init__(failure_kind(code).message)
        self.code = code


@dataclass(frozen=True)
class Sources:
    """Writes the files of posts to the disk.

    `photo` finds a guest's photo that may be posted, `upload` an operator's file. With
    `private_addresses` URLs may lead to private hosts: local mode.
    """

    objects: ObjectStore
    photo: Callable[[str, str], PostablePhoto | None]
    upload: Callable[[str], Upload | None]
    private_addresses: bool

    def write(self, source: Source, path: Path) -> None:
        """Write a file. Raises SourceGone, and Unsuitable for a URL that gives no file."""
        if source.url:
            fetch(
                source.url, path, MAX_BYTES, rules=FetchRules(allow_private=self.private_addresses)
            )
        elif source.photo:
            found = self.photo(source.photo.event, source.photo.id)
            if found is None:
                raise SourceGone("photo_not_postable")
            self._download(found.key, path, found.version)
        else:
            self._download(f"{object_keys.MEDIA_UPLOADS_PREFIX}{source.upload}", path)
            known = self.upload(source.upload or "")
            # A grant can be used again, with other bytes than those that were examined.
            if known and _digest_of(path) != known.sha256:
                raise SourceGone("media_missing")

    def _download(self, key: str, path: Path, version: str | None = None) -> None:
        try:
            found = self.objects.download(key, path, MAX_BYTES, version)
        except ObjectTooLarge:
            raise SourceGone("media_too_large") from None
        if not found:
            raise SourceGone("media_missing")


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
