"""Which pictures belong into a download now, and whether those of an older one still do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from boto3.dynamodb.conditions import Key

from lambdas.guests.downloads.entries import Entry, Picture
from lambdas.guests.downloads.names import ending_of, stem_of
from lambdas.storage import keys, object_keys
from lambdas.storage.archives import ArchiveStore, Stored
from lambdas.storage.events.batch import get_rows
from lambdas.storage.events.downloads import Kind
from lambdas.storage.events.event import Event
from lambdas.storage.events.photo import Photo, PhotoState
from lambdas.storage.events.post import Post, PostStore
from lambdas.storage.rows import Row, query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# What a host deleted is not taken home, although it is kept for some days.
KEPT = (PhotoState.SHOWN, PhotoState.IN_REVIEW, PhotoState.HIDDEN)
STATES = {Kind.ORIGINALS: KEPT, Kind.SHOWN: (PhotoState.SHOWN,)}
LARGE, WEBP = "large", "webp"
GUEST, INSTAGRAM = "Guest", "Instagram"


@dataclass(frozen=True)
class Choice:
    """What is wanted: photos by their ids or all, and Instagram posts' pictures or not."""

    kind: Kind
    with_posts: bool = False
    photo_ids: frozenset[str] | None = None

    @property
    def selection(self) -> str:
        """Return the digest of the chosen ids; an empty text for all photos."""
        if self.photo_ids is None:
            return ""
        return hashlib.sha256("\n".join(sorted(self.photo_ids)).encode()).hexdigest()[:40]


@dataclass(frozen=True)
class Chooser:
    """Finds what belongs into downloads."""

    table: Table
    archives: ArchiveStore

    def pictures(self, event: Event, choice: Choice) -> list[Picture]:
        """Return the pictures that are chosen and there."""
        shown: dict[str, Stored] = {}
        if choice.kind is Kind.SHOWN or choice.with_posts:
            shown = self.archives.under(f"{object_keys.SHOWN_PREFIX}{event.id}/")
        found = list(self._photos(event, choice, shown))
        if choice.with_posts:
            found += self._posts(event, shown)
        return found

    def is_current(self, event_id: str, kind: Kind, entries: Sequence[Entry]) -> bool:
        """Return whether all that a zip file holds may still be handed out."""
        photos = [one.picture.id for one in entries if one.picture.post is None]
        rows = get_rows(self.table, event_id, [keys.photo_row(one) for one in photos])
        states = [state.value for state in STATES[kind]]
        if any(row["state"] not in states for row in rows.values()) or len(rows) < len(photos):
            return False
        posts = {one.picture.post for one in entries if one.picture.post is not None}
        rows = get_rows(self.table, event_id, [keys.post_row(one) for one in posts])
        return len(rows) == len(posts) and not any(row.get("hidden") for row in rows.values())

    def _photos(self, event: Event, choice: Choice, shown: dict[str, Stored]) -> Iterator[Picture]:
        photos = [Photo.from_row(row) for row in self._rows(event.id)]
        numbers = _numbers(photos)
        originals = choice.kind is Kind.ORIGINALS
        there = (
            self.archives.under(f"{object_keys.ORIGINALS_PREFIX}{event.id}/")
            if originals
            else shown
        )
        titles = {section.id: section.title for section in event.sections}
        zone = ZoneInfo(event.time_zone)
        for photo in photos:
            if photo.state not in STATES[choice.kind]:
                continue
            if choice.photo_ids is not None and photo.id not in choice.photo_ids:
                continue
            original = object_keys.original_object(event.id, photo.id)
            key = original if originals else object_keys.shown_object(event.id, photo.id, LARGE)
            if key not in there:
                continue
            stored = there[key]
            # What guests see does not say which photos one device sent, nor how it named them.
            unnamed = f"{GUEST} {numbers[photo.device]}" if originals else GUEST
            who = photo.guest_name or unnamed
            taken = _local(photo.taken_at or photo.last_modified or photo.granted_until, zone)
            yield Picture(
                id=photo.id,
                stem=stem_of(taken, who),
                ending=ending_of(photo.type, photo.name) if originals else WEBP,
                key=key,
                size=(photo.size or stored.size) if originals else stored.size,
                taken=taken,
                who=who,
                version=photo.original_version if originals else None,
                tag=None if originals and photo.original_version else stored.etag,
                original=photo.name if originals else None,
                section=titles.get(photo.section) if photo.section else None,
            )

    def _posts(self, event: Event, shown: dict[str, Stored]) -> Iterator[Picture]:
        zone = ZoneInfo(event.time_zone)
        posts: list[Post] = list(PostStore(self.table).of_event(event.id).values())
        for post in posts:
            for picture in post.pictures:
                key = object_keys.shown_object(event.id, picture.id, LARGE)
                if post.hidden or not picture.copied or key not in shown:
                    continue
                taken = _local(post.taken_at, zone)
                yield Picture(
                    id=picture.id,
                    stem=stem_of(taken, INSTAGRAM),
                    ending=WEBP,
                    key=key,
                    size=shown[key].size,
                    taken=taken,
                    who=post.username or INSTAGRAM,
                    tag=shown[key].etag,
                    post=post.id,
                    caption=post.caption,
                    permalink=post.permalink,
                )

    def _rows(self, event_id: str) -> Iterator[Row]:
        in_event = Key(keys.PARTITION).eq(keys.event_partition(event_id))
        photos = Key(keys.SORT).begins_with(keys.PHOTO_PREFIX)
        return query_all(self.table, KeyConditionExpression=in_event & photos, ConsistentRead=True)


def _numbers(photos: Sequence[Photo]) -> dict[str, int]:
    """Return a number for each device, in the order of their first photos."""
    by_arrival = sorted(photos, key=lambda photo: (photo.granted_until, photo.id))
    devices = dict.fromkeys(photo.device for photo in by_arrival)
    return {device: number for number, device in enumerate(devices, 1)}


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a time as the event's clocks show it, in whole seconds."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(zone).replace(tzinfo=None, microsecond=0)
