"""Reads the comments below one media object, and finds out what changed or is gone.

How is said in `media_pass`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.ids import id_or_none
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaRecord, MediaStore, media_record
from lambdas.comments.reading.changes import Changes
from lambdas.comments.reading.media_pass import MediaPass
from lambdas.comments.reading.run import Run
from lambdas.comments.records import Item, Origin
from lambdas.comments.updates import CommentWritten, Update
from lambdas.graph.comments import Comment
from lambdas.graph.media import Media
from lambdas.kit.clock import Clock

COMPLETE_INTERVAL = timedelta(days=1)


class Taking(Protocol):
    """Stores updates and applies rules; see `taking.taker`."""

    def take(self, update: Update, origin: Origin = Origin.WEBHOOK) -> bool:
        """Take an update; return whether it was new."""


@dataclass(frozen=True, kw_only=True)
class CommentReader:
    """Reads comments, and gives what is new to the taker."""

    store: InboxLedger
    media: MediaStore
    taker: Taking
    clock: Clock

    def read(self, run: Run, media: Media) -> None:
        """Read what is due of a media object. Raises RunEnded and errors of the Graph client."""
        known = self.media.get(run.account.id, media.id)
        record = _joined(media_record(media, run.started_at), known)
        is_due = known is None or _is_changed(known, media) or self._is_complete_due(known)
        # A deletion hides what is new from the count; webhooks bring it all the same, if they come.
        if not is_due and not run.is_thorough:
            return
        if (
            not media.comments_count
            and media.comments_count is not None
            and not (known and known.comments_seen)
        ):
            # Nothing is there and nothing was: a call would say the same.
            self.put(run, replace(record, comments_seen=0, read_at=run.started_at))
            return
        MediaPass(self, run, media, record, self._is_complete_due(record)).read()

    @property
    def changes(self) -> Changes:
        """Return what stores changes of known comments."""
        return Changes(self.store)

    def _is_complete_due(self, record: MediaRecord) -> bool:
        read_at = record.read_at
        late = read_at is None or self.clock.now() - read_at >= COMPLETE_INTERVAL
        return late or record.after is not None

    def put(self, run: Run, record: MediaRecord) -> None:
        """Store how far a media object is read. Raises AccountDataDeleted."""
        self.media.put(run.account.id, record, run.account.connected_at)

    def handle(self, run: Run, media: Media, comment: Comment) -> bool:
        """Take a comment, or what changed of it; return whether it was known."""
        item = self.store.item(comment.id)
        if item:
            self.changes.apply(run, item, comment)
            return True
        at = run.time_of(comment.timestamp)
        update = CommentWritten(
            account_id=run.account.id,
            at=at,
            comment_id=comment.id,
            media_id=media.id,
            author_id=id_or_none(comment.author_id),
            username=comment.username,
            text=comment.text,
            product_type=media.product_type,
            parent_id=id_or_none(comment.parent_id),
            is_hidden=bool(comment.hidden),
        )
        if not self.taker.take(update, Origin.BACKFILL):
            return True
        is_own = run.account.is_author(comment.author_id, comment.username)
        run.count(at, is_own=is_own)
        return False

    def thread(self, run: Run, media: Media) -> Iterator[Item]:
        """Iterate over the stored comments below a media object, the newest first."""
        value = keys.thread_list(self.store.tenant, run.account.id, media.id)
        return self.store.listed(keys.BY_THREAD, value)


def _joined(fresh: MediaRecord, known: MediaRecord | None) -> MediaRecord:
    """Return what was just read with what is known of earlier readings."""
    if known is None:
        return fresh
    return replace(
        fresh,
        comments_enabled=known.comments_enabled,
        comments_seen=known.comments_seen,
        counted_at=known.counted_at,
        read_at=known.read_at,
        after=known.after,
    )


def _is_changed(known: MediaRecord, media: Media) -> bool:
    return media.comments_count is None or known.comments_seen != media.comments_count
