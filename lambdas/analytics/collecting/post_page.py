"""One page of the catalogue: what is stored of its posts, and which are to be read one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from lambdas.analytics import keys
from lambdas.analytics.collecting.schedule import is_due
from lambdas.analytics.collecting.source import Source
from lambdas.analytics.numbers import merged, without_numbers
from lambdas.analytics.records import Post, Reason, Snapshot
from lambdas.analytics.writer import Change
from lambdas.graph.media import MAX_ID, Media
from lambdas.graph.metric import Metric
from lambdas.graph.numbered_library import MediaPage

SECOND = timedelta(seconds=1)
# What the API may still be computing: numbers of younger posts that are absent come by themselves.
DELAY = timedelta(hours=48)


@dataclass
class Entry:
    """A post of the page: as it is stored (None: new), and as it is after this reading."""

    media: Media
    taken_at: datetime
    stored: Post | None
    post: Post
    was_read_alone: bool = False

    @property
    def is_new(self) -> bool:
        """Return whether the post was not known before."""
        return self.stored is None

    def take(self, metrics: Iterable[Metric], now: datetime) -> None:
        """Take what a reading of numbers gave."""
        found = list(metrics)
        numbers, missing = merged(self.post.numbers, self.post.missing, found)
        received = any(metric.value is not None for metric in found)
        if received and now - self.taken_at > DELAY:
            # What is late comes with the others: this one the API leaves out.
            late = Reason.NOT_YET
            missing = {
                name: Reason.NOT_SUPPORTED if why is late else why for name, why in missing.items()
            }
        self.post = msgspec.structs.replace(
            self.post,
            numbers=numbers,
            missing=missing,
            tried_at=now,
            collected_at=now if received else self.post.collected_at,
        )

    def mark_before_business(self, now: datetime) -> None:
        """Record that the API has no numbers of it, for good."""
        missing = without_numbers(Reason.BEFORE_BUSINESS_ACCOUNT)
        known = self.post.numbers
        self.post = msgspec.structs.replace(
            self.post,
            missing={name: why for name, why in missing.items() if name not in known},
            tried_at=now,
        )

    def changes(self, source: Source, now: datetime) -> list[Change]:
        """Return the rows to write: none if nothing changed that was due."""
        if self.stored and not self._has_changed(self.stored, now):
            return []
        sort = keys.at("POST", self.taken_at, self.post.id)
        rows = [Change(sort, now, self.post)]
        if self.is_new:
            rows.append(Change(keys.media(self.post.id), now, columns={"target": sort}))
        if self.post.collected_at == now:
            date = source.date_of(now).isoformat()
            snapshot = Snapshot(collected_at=now, numbers=self.post.numbers)
            rows.append(Change(keys.history(self.post.id, date), now, snapshot))
        return rows

    def _has_changed(self, stored: Post, now: datetime) -> bool:
        """Return whether there is something to store; most posts of the hourly page are not due."""
        if self.was_read_alone or is_due(stored, now) or stored.gone_at:
            return True
        unchanged = {
            "seen_at": stored.seen_at,
            "tried_at": stored.tried_at,
            "collected_at": stored.collected_at,
            "thumbnail": stored.thumbnail,
        }
        return msgspec.structs.replace(self.post, **unchanged) != stored


@dataclass(frozen=True)
class StoredPage:
    """A page's posts, newest first, and what is stored of the time that the page covers."""

    entries: list[Entry]
    stored: list[Post]

    @classmethod
    def of(cls, page: MediaPage, source: Source, now: datetime) -> StoredPage:
        """Return a page beside what is stored.

        Media without a time, or with an id that no key holds, cannot be placed.
        """
        usable = [one.media for one in page.media if len(one.media.id) <= MAX_ID]
        times = [media.timestamp for media in usable if media.timestamp]
        if not times:
            return cls([], [])
        stored = source.reader.posts(source.account_id, min(times), max(times) + SECOND)
        known = {post.id: post for post in stored}
        timed = [media for media in usable if media.timestamp]
        return cls([_entry(media, known.get(media.id), now) for media in timed], stored)

    @property
    def oldest(self) -> datetime:
        """Return the time of the page's last post."""
        return min(entry.taken_at for entry in self.entries)

    def unlisted(self) -> list[Post]:
        """Return stored posts of the page's time that it does not list."""
        listed = {entry.post.id for entry in self.entries}
        return [post for post in self.stored if post.id not in listed and not post.gone_at]


def _entry(media: Media, stored: Post | None, now: datetime) -> Entry:
    taken_at = (media.timestamp or now).replace(microsecond=0)
    known = stored or Post(id=media.id, taken_at=taken_at, seen_at=now)
    post = msgspec.structs.replace(
        known,
        seen_at=now,
        gone_at=None,
        media_type=media.media_type or known.media_type,
        product_type=media.product_type or known.product_type,
        caption=media.caption,
        permalink=media.permalink or known.permalink,
        thumbnail=media.thumbnail_url or media.media_url,
        like_count=media.like_count if media.like_count is not None else known.like_count,
        comments_count=(
            media.comments_count if media.comments_count is not None else known.comments_count
        ),
    )
    return Entry(media, taken_at, stored, post)
