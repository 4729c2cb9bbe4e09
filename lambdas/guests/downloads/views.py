"""The bodies of requests for downloads and of their answers."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from lambdas.kit.clock import to_rfc3339
from lambdas.storage.events.downloads import Download, DownloadState, Kind, Part


class DownloadRequest(msgspec.Struct, frozen=True):
    """What to download: all photos, or those with these ids."""

    kind: Kind = Kind.ORIGINALS
    with_posts: bool = False
    photo_ids: list[str] | None = None


class GuestDownloadRequest(msgspec.Struct, frozen=True):
    """What guests may choose: with the pictures of Instagram posts, or without."""

    with_posts: bool = False


class DownloadPartJson(msgspec.Struct, frozen=True):
    """One zip file. `bytes` is about how large it is; `url` is there once it is ready."""

    number: int
    name: str
    files: int
    bytes: int
    ready: bool
    url: str | UnsetType = UNSET


class DownloadJson(msgspec.Struct, frozen=True, kw_only=True):
    """A download and how far it is. `missing` counts chosen photos that are not there any more.

    `created_by` is left out for guests.
    """

    id: str
    kind: Kind
    state: DownloadState
    with_posts: bool
    selected: bool
    files: int
    bytes: int
    files_done: int
    bytes_done: int
    missing: int
    created_at: str
    created_by: str | UnsetType
    expires_at: str
    parts: list[DownloadPartJson]

    @classmethod
    def of(
        cls, download: Download, now: datetime, address: str, *, for_guest: bool = False
    ) -> DownloadJson:
        """Return a download; `address` is that of the event's downloads for the caller."""
        done = [download.done_of(part) for part in download.parts]
        parts = [_part(download, part, f"{address}/{download.id}") for part in download.parts]
        return cls(
            id=download.id,
            kind=download.kind,
            state=download.state_at(now),
            with_posts=download.with_posts,
            selected=bool(download.selection),
            files=sum(part.files for part in parts),
            bytes=sum(part.bytes for part in parts),
            files_done=sum(one.files for one in done),
            bytes_done=sum(one.bytes for one in done),
            missing=download.missing,
            created_at=to_rfc3339(download.created_at),
            created_by=UNSET if for_guest else download.created_by,
            expires_at=to_rfc3339(download.valid_until),
            parts=parts,
        )


class DownloadAnswerJson(msgspec.Struct, frozen=True):
    """One download."""

    download: DownloadJson


class DownloadsJson(msgspec.Struct, frozen=True):
    """The downloads of an event, the newest first."""

    downloads: list[DownloadJson]


def _part(download: Download, part: Part, address: str) -> DownloadPartJson:
    ready = download.done_of(part).made_at is not None
    url = f"{address}/parts/{part.number}" if ready else UNSET
    return DownloadPartJson(part.number, part.name, part.files, part.bytes, ready, url)
