"""The end of downloads: their rows, and the zip files that no other download means."""

from __future__ import annotations

from dataclasses import dataclass

from aws_lambda_powertools import Logger

from lambdas.kit.clock import Clock
from lambdas.storage import object_keys
from lambdas.storage.archives import ArchiveStore
from lambdas.storage.events.downloads import Download, DownloadStore

# They are the oldest, and come first each time.
MAX_FAILED = 200


@dataclass(frozen=True)
class DownloadExpiry:
    """Removes downloads whose time is over."""

    store: DownloadStore
    archives: ArchiveStore
    clock: Clock
    logger: Logger

    def run(self, limit: int) -> int:
        """Remove up to `limit` downloads; return how many there were."""
        now, removed, failed = self.clock.now(), 0, 0
        for download in self.store.expired(now):
            if removed == limit or failed == MAX_FAILED:
                break
            try:
                self._remove(download)
                removed += 1
            except Exception:
                # One download that cannot be removed must not keep the others.
                extra = {"event_id": download.event_id, "download_id": download.id}
                self.logger.exception("download could not be removed", extra=extra)
                failed += 1
        return removed

    def remove_all(self, event_id: str) -> None:
        """Remove the zip files of an event that was deleted."""
        if left := list(self.archives.under(object_keys.downloads_of(event_id))):
            self.archives.delete(left)

    def _remove(self, download: Download) -> None:
        now, event_id = self.clock.now(), download.event_id
        others = [one for one in self.store.of_event(event_id) if one.valid_until >= now]
        used = {part.fingerprint for one in others for part in one.parts}
        unused = [part.fingerprint for part in download.parts if part.fingerprint not in used]
        objects = [object_keys.download_object(event_id, one) for one in unused]
        self.archives.delete(
            objects + [object_keys.contents_object(event_id, one) for one in unused]
        )
        # The row goes last: as long as it is there, the objects are found again.
        self.store.delete(download)
