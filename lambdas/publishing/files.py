"""The prepared files of posts in the bucket, under names that cannot be guessed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from lambdas.graph.client import Account
from lambdas.publishing.media_records import Prepared
from lambdas.storage import object_keys
from lambdas.storage.objects import ObjectStore

# Every part is sent in one call, which must end before the function is stopped.
PART_BYTES = 16 * 1024 * 1024
SUFFIXES = {"image/jpeg": ".jpg", "video/mp4": ".mp4", "video/quicktime": ".mov"}


class FileGone(Exception):
    """A prepared file is not in the bucket any more."""


@dataclass(frozen=True)
class PostFiles:
    """The files that Instagram fetches from `media_url`, or that are sent to it.

    `preflight` returns why a file could not be fetched from an address, or None.
    """

    objects: ObjectStore
    media_url: str
    preflight: Callable[[str, Prepared], str | None]

    def address(self, file: Prepared) -> str:
        """Return the address of a file. It is secret until the post is done."""
        return f"{self.media_url}/{file.key}"

    def problem(self, file: Prepared) -> str | None:
        """Return why Instagram could not fetch a file, or None if it can."""
        return self.preflight(self.address(file), file)

    def renew(self, file: Prepared) -> Prepared:
        """Return the same file under a new address: Instagram remembers one that failed.

        The old one stays until the post is done: an attempt that is repeated needs it. Raises
        FileGone.
        """
        key = new_key(file.content_type)
        if not self.objects.copy(file.key, key):
            raise FileGone
        return replace(file, key=key)

    def send(self, account: Account, container_id: str, file: Prepared) -> None:
        """Send a video to Instagram, part by part. Raises FileGone, errors of the Graph client."""
        for offset in range(0, file.size, PART_BYTES):
            part = self.objects.read_part(file.key, offset, PART_BYTES)
            if part is None:
                raise FileGone
            account.publishing.upload(container_id, part, file.size, offset)

    def delete(self, object_keys: Sequence[str]) -> None:
        """Delete files; missing ones are ignored."""
        if object_keys:
            self.objects.delete(object_keys)


def new_key(content_type: str) -> str:
    """Return the key of a new file: 128 random bits below the prefix that is served."""
    return f"{object_keys.POSTING_PREFIX}{secrets.token_hex(16)}{SUFFIXES[content_type]}"
