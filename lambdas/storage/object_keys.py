"""The keys of objects in the bucket. Standard library only: stacks import it too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

ORIGINALS_PREFIX = "originals/"
SHOWN_PREFIX = "shown/"
"""What the CDN serves to the public."""
PENDING_PREFIX = "pending/"
"""The same sizes of photos that guests may not see: waiting for approval, or hidden."""

EXPORTS_PREFIX = "exports/"
"""Large exports, behind links that are valid for minutes."""

POSTING_PREFIX = "posting/"
"""Media of posts, for as long as Instagram may fetch it; the CDN serves it, names are secret."""
MEDIA_UPLOADS_PREFIX = "media-uploads/"
"""Operators' own files for posts."""

WEBHOOKS_PREFIX = "webhooks/"
"""What Meta sent and no queue could take: unreadable, or too large. Deleted after 30 days."""

DOWNLOADS_PREFIX = "downloads/"
"""Zip files of events' photos, behind links that are valid for minutes."""


def original_object(event_id: str, photo_id: str) -> str:
    """Return the key of a guest's own file. No part of it comes from the guest."""
    return f"{ORIGINALS_PREFIX}{event_id}/{photo_id}"


def parse_original_object(key: str) -> tuple[str, str]:
    """Return the event id and photo id of an original's key. Raises ValueError for any other."""
    parts = key.removeprefix(ORIGINALS_PREFIX).split("/")
    if not key.startswith(ORIGINALS_PREFIX) or len(parts) != 2 or not all(parts):
        raise ValueError("not the key of an original")
    return parts[0], parts[1]


def export_object(name: str) -> str:
    """Return the key of an export; `name` must not be guessable."""
    return f"{EXPORTS_PREFIX}{name}.csv"


def downloads_of(event_id: str) -> str:
    """Return the prefix of all objects of an event's downloads."""
    return f"{DOWNLOADS_PREFIX}{event_id}/"


def download_object(event_id: str, fingerprint: str) -> str:
    """Return the key of a zip file: the same for the same content."""
    return f"{downloads_of(event_id)}{fingerprint}.zip"


def contents_object(event_id: str, fingerprint: str) -> str:
    """Return the key of the list of what is in a zip file."""
    return f"{downloads_of(event_id)}{fingerprint}.json"


def webhook_object(day: date, content: bytes) -> str:
    """Return the key of something that Meta sent on a day: the same for the same content."""
    return f"{WEBHOOKS_PREFIX}{day.isoformat()}/{hashlib.sha256(content).hexdigest()}"


def shown_object(event_id: str, picture_id: str, size: str) -> str:
    """Return the key of one shown size: outside the prefix that starts the processing."""
    return f"{SHOWN_PREFIX}{event_id}/{picture_id}/{size}.webp"


def pending_object(event_id: str, picture_id: str, size: str) -> str:
    """Return the key of one size of a photo that guests may not see."""
    return f"{PENDING_PREFIX}{event_id}/{picture_id}/{size}.webp"


def pending_objects(event_id: str, picture_id: str, sizes: Iterable[str]) -> list[str]:
    """Return the keys of all sizes of a photo that guests may not see."""
    return [pending_object(event_id, picture_id, size) for size in sizes]


def copies_of(event_id: str, picture_id: str, sizes: Iterable[str]) -> list[str]:
    """Return the keys of all sizes of a picture, whether guests may see them or not."""
    names = list(sizes)
    pending = pending_objects(event_id, picture_id, names)
    return [*shown_objects(event_id, picture_id, names), *pending]


def shown_objects(event_id: str, picture_id: str, sizes: Iterable[str]) -> list[str]:
    """Return the keys of all shown sizes of a picture."""
    return [shown_object(event_id, picture_id, size) for size in sizes]
