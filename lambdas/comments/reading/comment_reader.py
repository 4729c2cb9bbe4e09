"""Reads the comments below one media object, and finds out what changed or is gone.

A light reading stops at the first page that holds only known comments, as long as that explains
Instagram's count. A complete one goes from end to end: only it shows what was deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.ledger import InboxLedger
from lambdas.comments.media import MediaRecord, MediaStore, media_record
from lambdas.comments.reading.changes import Changes
from lambdas.comments.reading.run import MAX_SINGLE_READS, Run, RunEnded
from lambdas.comments.records import Item, Kind, Origin
from lambdas.comments.updates import CommentWritten, Update
from lambdas.graph.comments import Comment
from lambdas.graph.errors import GraphError, ObjectLag, RequestRefused
from lambdas.graph.media import Media
from lambdas.kit.clock import Clock

COMPLETE_INTERVAL = timedelta(days=1)
REPLIES_PER_PAGE = 50
GONE = (100, 33)


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
        if known and not _is_changed(known, media) and not self._is_complete_due(known):
            return
        if (
            not media.comments_count
            and media.comments_count is not None
            and not (known and known.comments_seen)
        ):
            # Nothing is there and nothing was: a call would say the same.
            self._put(run, replace(record, comments_seen=0, read_at=run.started_at))
            return
        _Pass(self, run, media, record, self._is_complete_due(record)).read()

    @property
    def changes(self) -> Changes:
        """Return what stores changes of known comments."""
        return Changes(self.store)

    def _is_complete_due(self, record: MediaRecord) -> bool:
        read_at = record.read_at
        late = read_at is None or self.clock.now() - read_at >= COMPLETE_INTERVAL
        return late or record.after is not None

    def _put(self, run: Run, record: MediaRecord) -> None:
        self.media.put(run.account.id, record, run.account.connected_at)

    def handle(self, run: Run, media: Media, comment: Comment) -> bool:
        """Take a comment, or what changed of it; return whether it was known."""
        item = self.store.item(comment.id)
        if item:
            self.changes.apply(run, item, comment)
            return True
        at = comment.timestamp or run.started_at
        update = CommentWritten(
            account_id=run.account.id,
            at=at,
            comment_id=comment.id,
            media_id=media.id,
            author_id=comment.author_id,
            username=comment.username,
            text=comment.text,
            product_type=media.product_type,
            parent_id=comment.parent_id,
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


@dataclass
class _Pass:
    """One reading of one media object."""

    reader: CommentReader
    run: Run
    media: Media
    record: MediaRecord
    complete: bool

    def read(self) -> None:
        is_continued, after = self.record.after is not None, self.record.after
        seen: set[str] = set()
        fresh, last = 0, self.record.counted_at
        if not is_continued:
            self.record = replace(
                self.record,
                comments_seen=self.media.comments_count,
                counted_at=self.run.started_at,
            )
        grown = (self.media.comments_count or 0) - (self._counted_before or 0)
        while True:
            try:
                self.run.spend()
                page = self.run.client.comments.page(self.media.id, after)
                comments = [one for top in page.comments for one in self._with_replies(top)]
            except (RunEnded, GraphError) as error:
                is_refused = isinstance(error, RequestRefused) and after == self.record.after
                if is_continued and is_refused:
                    # The cursor is not accepted any more: from the top, in the next run.
                    self._put(replace(self.record, after=None, comments_seen=None))
                elif after:
                    self._put(replace(self.record, after=after))
                raise
            known = [self.reader.handle(self.run, self.media, one) for one in comments]
            seen |= {one.id for one in comments}
            fresh += sum(_is_since(one.timestamp, last) for one in comments)
            after = page.after
            if after is None:
                break
            if not self.complete and all(known) and fresh >= grown:
                self._put(self.record)
                return
        if not is_continued:
            self._find_deleted(seen)
        self._put(replace(self.record, after=None, read_at=self.run.started_at))

    def __post_init__(self) -> None:
        self._counted_before = self.record.comments_seen

    def _put(self, record: MediaRecord) -> None:
        self.reader.media.put(self.run.account.id, record, self.run.account.connected_at)

    def _with_replies(self, top: Comment) -> Iterator[Comment]:
        """Iterate over the replies, then the comment: no rule answers what has an answer."""
        replies = top.replies
        if top.more_replies:
            self.run.spend()
            found = []
            for number, one in enumerate(self.run.client.comments.replies(top.id), 1):
                found.append(one)
                if number % REPLIES_PER_PAGE == 0:
                    self.run.calls += 1
            replies = tuple(found)
        for reply in replies:
            yield reply if reply.parent_id else _below(reply, top)
        yield top

    def _find_deleted(self, seen: set[str]) -> None:
        """Mark what Instagram does not list and, asked for it alone, does not know either."""
        if not seen and self.media.comments_count:
            # A list that contradicts the count proves nothing.
            return
        for item in self.reader.thread(self.run, self.media):
            began = self.run.started_at
            is_older = item.at < began and item.received_at < began
            is_candidate = item.kind is Kind.COMMENT and item.deleted_at is None and is_older
            if item.id in seen or not is_candidate:
                continue
            if self.run.single_reads >= MAX_SINGLE_READS:
                return
            try:
                self.run.spend()
            except RunEnded:
                return
            self.run.single_reads += 1
            if self._is_gone(item.id):
                self._mark(item)

    def _is_gone(self, comment_id: str) -> bool:
        try:
            self.run.client.comments.one(comment_id)
        except ObjectLag as error:
            return (error.cause.code, error.cause.subcode) == GONE
        return False

    def _mark(self, item: Item) -> None:
        self.reader.changes.mark_deleted(item, self.reader.clock.now())
        self.run.deleted += 1


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


def _is_since(at: datetime | None, last: datetime | None) -> bool:
    return at is None or last is None or at > last


def _below(reply: Comment, top: Comment) -> Comment:
    return Comment(**{**vars(reply), "parent_id": top.id})
