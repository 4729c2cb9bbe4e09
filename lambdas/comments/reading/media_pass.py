"""One reading of the comments below one media object.

A light reading stops at the first page that holds only known comments, as long as that explains
Instagram's count; a thorough one does so beyond what was written since the last reading, whatever
the count is. A complete one goes from end to end: only it shows what was deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace

from lambdas.comments.ids import is_id
from lambdas.comments.media import MediaRecord
from lambdas.comments.reading.changes import Changes
from lambdas.comments.reading.place import Place, place_of
from lambdas.comments.reading.run import MAX_SINGLE_READS, Run, RunEnded
from lambdas.comments.records import Item, ItemKind
from lambdas.graph.comments import Comment, CommentPage
from lambdas.graph.errors import GraphError, ObjectLag, RequestRefused
from lambdas.graph.media import Media
from lambdas.kit.clock import Clock

GONE = (100, 33)


class Keeper(Protocol):
    """Keeps what is read; see `comment_reader`."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""

    @property
    def changes(self) -> Changes:
        """Return what stores changes of known comments."""

    def handle(self, run: Run, media: Media, comment: Comment) -> bool:
        """Take a comment, or what changed of it; return whether it was known."""

    def thread(self, run: Run, media: Media) -> Iterator[Item]:
        """Iterate over the stored comments below a media object."""

    def put(self, run: Run, record: MediaRecord) -> None:
        """Store how far a media object is read."""


@dataclass
class MediaPass:
    """One reading of one media object, which an earlier one may have begun."""

    reader: Keeper
    run: Run
    media: Media
    record: MediaRecord
    complete: bool
    seen: set[str] = field(default_factory=set, init=False)
    fresh: int = field(default=0, init=False)
    place: Place = field(default=Place(), init=False)

    def __post_init__(self) -> None:
        self.last = self.record.counted_at
        self.grown = (self.media.comments_count or 0) - (self.record.comments_seen or 0)

    def read(self) -> None:
        """Read the comments. Raises RunEnded and errors of the Graph client."""
        start = place_of(self.record.after)
        if start:
            self.place = start
        else:
            self.record = replace(
                self.record,
                comments_seen=self.media.comments_count,
                counted_at=self.run.started_at,
            )
        try:
            is_end = self._read_pages()
        except (RunEnded, GraphError) as error:
            if isinstance(error, RequestRefused) and self.place == start:
                # The cursor is not accepted any more: from the top, in the next run.
                self._put(replace(self.record, after=None, comments_seen=None))
            elif self.place.text:
                self._put(replace(self.record, after=self.place.text))
            raise
        if not is_end:
            self._put(self.record)
            return
        if start is None:
            self._find_deleted()
        self._put(replace(self.record, after=None, read_at=self.run.started_at))

    def _put(self, record: MediaRecord) -> None:
        self.reader.put(self.run, record)

    def _read_pages(self) -> bool:
        """Read page by page; return whether the end was reached."""
        while True:
            self.run.spend()
            page = self.run.client.comments.page(self.media.id, self.place.page)
            is_known = self._take_page(page)
            if page.after is None:
                return True
            self.place = Place(page=page.after)
            if not self.complete and is_known and self._is_explained(page):
                return False

    def _is_explained(self, page: CommentPage) -> bool:
        """Return whether nothing can be new beyond a page that holds only known comments."""
        if self.fresh < self.grown:
            return False
        return not self.run.is_thorough or any(
            self.last and one.timestamp and one.timestamp < self.last for one in page.comments
        )

    def _take_page(self, page: CommentPage) -> bool:
        """Take all comments of a page; return whether all were known."""
        place, is_known = self.place, True
        ids = [one.id for one in page.comments]
        # Before the place where the last run ended, all replies were read.
        begin = ids.index(place.comment) if place.comment in ids else 0
        for number, top in enumerate(page.comments):
            cursor = place.replies if top.id == place.comment else None
            pages: Iterable[tuple[Comment, ...]] = (top.replies,)
            if top.more_replies and number >= begin:
                pages = self._reply_pages(top, cursor)
            # Replies are before their comment: no rule answers what has an answer.
            for replies in pages:
                is_known = self._take([_below(one, top) for one in replies]) and is_known
            is_known = self._take([top]) and is_known
        return is_known

    def _reply_pages(self, top: Comment, cursor: str | None) -> Iterator[tuple[Comment, ...]]:
        """Iterate over the pages of the replies to a comment, however many they are."""
        while True:
            self.place = Place(self.place.page, top.id, cursor)
            self.run.spend()
            try:
                page = self.run.client.comments.replies_page(top.id, cursor)
            except (ObjectLag, RequestRefused) as error:
                if cursor and isinstance(error, RequestRefused):
                    raise
                # It was deleted meanwhile, or its replies are not shown: others are read.
                yield top.replies
                return
            yield page.comments
            cursor = page.after
            if cursor is None:
                return

    def _take(self, found: list[Comment]) -> bool:
        comments = [one for one in found if is_id(one.id)]
        self.run.odd += len(found) - len(comments)
        known = [self.reader.handle(self.run, self.media, one) for one in comments]
        self.seen |= {one.id for one in comments}
        self.fresh += sum(_is_since(one.timestamp, self.last) for one in comments)
        return all(known)

    def _find_deleted(self) -> None:
        """Mark what Instagram does not list and, asked for it alone, does not know either."""
        if not self.seen and self.media.comments_count:
            # A list that contradicts the count proves nothing.
            return
        for item in self.reader.thread(self.run, self.media):
            began = self.run.started_at
            is_older = item.at < began and item.received_at < began
            is_candidate = item.kind is ItemKind.COMMENT and item.deleted_at is None and is_older
            if item.id in self.seen or not is_candidate:
                continue
            if self.run.single_reads >= MAX_SINGLE_READS:
                return
            try:
                self.run.spend()
            except RunEnded:
                return
            self.run.single_reads += 1
            if self._is_gone(item.id):
                self.reader.changes.mark_deleted(item, self.reader.clock.now())
                self.run.deleted += 1

    def _is_gone(self, comment_id: str) -> bool:
        try:
            self.run.client.comments.one(comment_id)
        except ObjectLag as error:
            return (error.cause.code, error.cause.subcode) == GONE
        return False


def _is_since(at: datetime | None, last: datetime | None) -> bool:
    return at is None or last is None or at > last


def _below(reply: Comment, top: Comment) -> Comment:
    if reply.parent_id and is_id(reply.parent_id):
        return reply
    return Comment(**{**vars(reply), "parent_id": top.id})
