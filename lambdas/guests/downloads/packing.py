"""The making of one zip file, at the message of its part. It can be repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from aws_lambda_powertools import Logger

from lambdas.guests.downloads.archive import ContentsChanged, write_archive
from lambdas.guests.downloads.entries import Entry, Picture
from lambdas.guests.downloads.orders import PartOrder
from lambdas.guests.downloads.planning import Planner
from lambdas.kit.clock import Clock
from lambdas.kit.errors import NotFound
from lambdas.storage.archives import ArchiveStore
from lambdas.storage.events.downloads import Done, Download, DownloadState, DownloadStore, Part
from lambdas.storage.events.event import EventStore

READ_BYTES = 8 * 1024 * 1024
# How often a row says how far its download is.
NOTED_EVERY = 64 * 1024 * 1024
# Well within the function's time limit: the upload is ended by us, and not left behind.
MAX_TIME = timedelta(minutes=14)


class TooSlow(Exception):
    """The zip file cannot be finished within the function's time limit."""


@dataclass(frozen=True)
class Packer:
    """Makes zip files."""

    events: EventStore
    store: DownloadStore
    archives: ArchiveStore
    planner: Planner
    clock: Clock
    logger: Logger

    def pack(self, order: PartOrder, *, last_attempt: bool) -> None:
        """Make a part, unless it is there; the last one of a download makes it ready.

        A failure of the last attempt fails the download.
        """
        download = self.store.get(order.event_id, order.download_id)
        part = download.part(order.number) if download else None
        if not download or not part:
            return
        if download.state is not DownloadState.PREPARING:
            # An attempt before may have ended it, and not what keeps others waiting.
            self.store.end(download, download.state)
            return
        if not self._has_event(download):
            return
        try:
            if download.done_of(part).made_at is None:
                self._make(download, part)
            self._end(download)
        except ContentsChanged:
            # Another attempt would find the same; the next request plans without the photo.
            extra = {"event_id": order.event_id, "download_id": order.download_id}
            self.logger.info("photos changed while they were packed", extra=extra)
            self.store.end(download, DownloadState.FAILED)
        except Exception:
            if last_attempt:
                self.store.end(download, DownloadState.FAILED)
            raise

    def _make(self, download: Download, part: Part) -> None:
        if not self.planner.usable(part.object):
            entries = self.planner.contents(download.event_id, part)
            if entries is None:
                raise ContentsChanged
            self._write(download, part, entries)
        if not self._has_event(download) or not self._is_wanted(download):
            # It was deleted in the meantime, and its removal may not look again.
            self.archives.delete([part.object])
            return
        made_at = self.archives.made_at(part.object)
        done = Done(part.files, part.bytes, made_at)
        self.store.note(download, part, done, self.clock.now())

    def _write(self, download: Download, part: Part, entries: list[Entry]) -> None:
        until, noted = self.clock.now() + MAX_TIME, 0

        def progress(files: int, size: int) -> None:
            nonlocal noted
            now = self.clock.now()
            if now >= until:
                raise TooSlow
            if size >= noted + NOTED_EVERY:
                noted = size
                self.store.note(download, part, Done(files, min(size, part.bytes)), now)

        upload = self.archives.begin(part.object)
        try:
            write_archive(entries, self._read, upload.write, progress)
            upload.complete()
        except BaseException:
            upload.abort()
            raise

    def _read(self, picture: Picture) -> Iterator[bytes]:
        chunks = self.archives.chunks(picture.key, picture.version, picture.size, READ_BYTES)
        for chunk in chunks:
            if chunk is None:
                raise ContentsChanged(picture.id)
            yield chunk

    def _end(self, download: Download) -> None:
        current = self.store.get(download.event_id, download.id)
        if current and all(current.done_of(part).made_at for part in current.parts):
            self.store.end(current, DownloadState.READY)

    def _is_wanted(self, download: Download) -> bool:
        """Return whether a download has not ended while it was prepared."""
        current = self.store.get(download.event_id, download.id)
        return current is not None and current.valid_until > self.clock.now()

    def _has_event(self, download: Download) -> bool:
        try:
            self.events.get(download.event_id, consistent=True)
        except NotFound:
            return False
        return True
