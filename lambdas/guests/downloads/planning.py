"""The plan of a download: which zip files it has, and which of them are there already."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lambdas.guests.downloads.choosing import Choice, Chooser
from lambdas.guests.downloads.entries import Entry, decoded, encoded, fingerprint
from lambdas.guests.downloads.names import safe_stem
from lambdas.guests.downloads.splitting import split
from lambdas.kit.clock import Clock
from lambdas.kit.errors import InvalidRequest, NotFound
from lambdas.storage import object_keys
from lambdas.storage.archives import ArchiveStore
from lambdas.storage.events.downloads import (
    LIFETIME,
    Download,
    DownloadState,
    Kind,
    Part,
)
from lambdas.storage.events.event import Event

MAX_FILES = 20_000
# A zip file that is used again stays for at least two more days.
USED_AGAIN = timedelta(days=5)


@dataclass(frozen=True)
class Plan:
    """A download that is not stored yet, and the lists of its zip files, by the keys of objects."""

    download: Download
    lists: Mapping[str, bytes]


@dataclass(frozen=True)
class Planner:
    """Plans downloads. `max_part_bytes` is how large a zip file may become."""

    chooser: Chooser
    archives: ArchiveStore
    max_part_bytes: int
    clock: Clock

    def plan(self, event: Event, choice: Choice, by: str, earlier: Sequence[Download]) -> Plan:
        """Return a new download.

        `earlier` are the event's downloads, the newest first. Raises NotFound if there is nothing
        to download, InvalidRequest for too much.
        """
        now = self.clock.now().replace(microsecond=0)
        pictures = self.chooser.pictures(event, choice)
        if not pictures:
            raise NotFound("There are no photos to download.", code="no_photos")
        if len(pictures) > MAX_FILES:
            raise InvalidRequest(
                f"A download has at most {MAX_FILES} photos. Choose fewer.",
                code="too_many_photos",
            )
        blank = self._blank(event, choice, by, now)
        before = next((one for one in earlier if blank.is_same_choice(one)), None)
        groups = split(pictures, self._contents(before), self.max_part_bytes)
        parts, lists = self._parts(event, choice.kind, groups)
        found = sum(one.post is None for one in pictures)
        digest = hashlib.sha256(f"{blank.kind} {blank.selection} {blank.with_posts}".encode())
        for part in parts:
            digest.update(part.fingerprint.encode())
        ends = [part.made_at + LIFETIME for part in parts if part.made_at]
        ready = all(part.made_at for part in parts)
        download = replace(
            blank,
            content=digest.hexdigest()[:40],
            parts=parts,
            state=DownloadState.READY if ready else DownloadState.PREPARING,
            valid_until=min([blank.valid_until, *ends]),
            missing=max(0, len(choice.photo_ids) - found) if choice.photo_ids else 0,
        )
        return Plan(download, lists)

    def store_lists(self, plan: Plan) -> None:
        """Write the lists of a download that is begun: each costs storage for a week."""
        for key, body in plan.lists.items():
            self.archives.write_json(key, body)

    def contents(self, event_id: str, part: Part) -> list[Entry] | None:
        """Return what is in a zip file, or None if that is not known any more."""
        body = self.archives.read(object_keys.contents_object(event_id, part.fingerprint))
        return None if body is None else decoded(body)

    def usable(self, target: str) -> datetime | None:
        """Return when a zip file was made that can be used again, or None."""
        made_at = self.archives.made_at(target)
        return made_at if made_at and self.clock.now() < made_at + USED_AGAIN else None

    def _contents(self, download: Download | None) -> list[list[Entry]]:
        parts = download.parts if download else ()
        event_id = download.event_id if download else ""
        found = [self.contents(event_id, part) for part in parts]
        return [entries for entries in found if entries]

    def _blank(self, event: Event, choice: Choice, by: str, now: datetime) -> Download:
        return Download(
            event_id=event.id,
            id=secrets.token_hex(13),
            kind=choice.kind,
            state=DownloadState.PREPARING,
            content="",
            parts=(),
            created_at=now,
            created_by=by,
            active_at=now,
            valid_until=now + LIFETIME,
            selection=choice.selection,
            with_posts=choice.with_posts,
        )

    def _parts(
        self, event: Event, kind: Kind, groups: list[list[Entry]]
    ) -> tuple[tuple[Part, ...], dict[str, bytes]]:
        parts, lists = [], dict[str, bytes]()
        for number, entries in enumerate(groups, 1):
            # The kind decides what may be handed out: zip files are never shared between kinds.
            name = hashlib.sha256(f"{kind} {fingerprint(entries)}".encode()).hexdigest()[:40]
            target = object_keys.download_object(event.id, name)
            lists[object_keys.contents_object(event.id, name)] = encoded(entries)
            part = Part(
                number=number,
                name=_part_name(event.title, number, len(groups)),
                files=len(entries),
                bytes=sum(entry.picture.cost for entry in entries),
                object=target,
                fingerprint=name,
                made_at=self.usable(target),
            )
            parts.append(part)
        return tuple(parts), lists


def _part_name(title: str, number: int, count: int) -> str:
    stem = safe_stem(title)
    return f"{stem}.zip" if count == 1 else f"{stem} - {number} of {count}.zip"
