"""Collecting posts: the catalogue, and the numbers that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from lambdas.analytics.collecting.page_reasons import EDGE, PageReasons
from lambdas.analytics.collecting.post_page import SECOND, Entry, StoredPage
from lambdas.analytics.collecting.schedule import OLDEST, YOUNG, is_due
from lambdas.analytics.collecting.single_reads import SingleReads
from lambdas.analytics.collecting.source import OutOfTime, Source
from lambdas.analytics.collecting.unlisted import UnlistedPosts
from lambdas.analytics.problem import Attempts, Problem
from lambdas.analytics.records import Post
from lambdas.graph.errors import PermissionMissing, ReconnectRequired, Throttled
from lambdas.graph.media import Media
from lambdas.graph.numbered_library import MediaPage, PageNumbers

MAX_CATCH_UP_PAGES = 20
HOURLY_PAGE, WHOLE_PAGE = 50, 100
# Bounds of a list are widened by a second, and this post must not be on the page.
AFTER_BOUNDARY = timedelta(seconds=2)
EPOCH = datetime.fromtimestamp(0, UTC)
# Reels have further metrics. Where pages of mixed media cannot hold them they are read once, alone.
WATCH_METRICS = ("ig_reels_avg_watch_time", "ig_reels_video_view_total_time")
WATCH_AGE = timedelta(days=7)
# A new account has calls enough to make.
WATCH_PAUSE = timedelta(hours=12)


@dataclass
class PostCollector:
    """Reads one account's posts, page by page; every page is stored before the next is read."""

    source: Source
    attempts: Attempts = field(default_factory=Attempts)
    now: datetime = EPOCH
    """The time of the page that is being read."""
    _past_business: bool = False
    """Whether the walk has reached the posts from before the business account."""
    _watched: bool = False
    _pages_fail: bool = False
    """Whether pages with numbers failed in this run. A failure costs many calls: one is enough."""

    @cached_property
    def singles(self) -> SingleReads:
        """Return the single calls of this run."""
        return SingleReads(self.source, self.attempts)

    @cached_property
    def unlisted(self) -> UnlistedPosts:
        """Return the lookup of posts that are not listed any more."""
        return UnlistedPosts(self.source)

    @cached_property
    def reasons(self) -> PageReasons:
        """Return the search for why a page came without numbers."""
        return PageReasons(
            self.source, self.singles, lambda since, until: self._pages(since, until, WHOLE_PAGE)
        )

    def newest(self) -> Problem | None:
        """Read the newest posts, as far back as some are new or due."""
        boundary = self.source.learned.before_business
        since = boundary + AFTER_BOUNDARY if boundary else None
        for count, page in enumerate(self._pages(since, None, HOURLY_PAGE), start=1):
            stored = self._store(page)
            if not stored.entries or self._is_up_to_date(stored) or count >= MAX_CATCH_UP_PAGES:
                break
        self._read_older()
        return self.attempts.problem

    def everything(
        self, resume_at: datetime | None, progress: Callable[[datetime], None]
    ) -> Problem | None:
        """Read all posts, from `resume_at` back; call `progress` with how far it got.

        It is unfinished while there are posts whose numbers were never asked for.
        """
        self._walk_all(resume_at, progress)
        may_wait = resume_at is not None or self.singles.is_unfinished
        return self.attempts.problem if not may_wait or self._read_unasked() else Problem.UNFINISHED

    def _walk_all(self, resume_at: datetime | None, progress: Callable[[datetime], None]) -> None:
        boundary = self.source.learned.before_business
        if boundary is None:
            self._walk(None, resume_at, progress)
            return
        # A page that holds one post from before the business account is refused as a whole.
        if resume_at is None or resume_at > boundary:
            self._walk(boundary + AFTER_BOUNDARY, resume_at, progress)
        self._past_business = True
        self._walk(None, min(resume_at or boundary, boundary), progress)

    def _walk(
        self,
        since: datetime | None,
        until: datetime | None,
        progress: Callable[[datetime], None],
    ) -> None:
        for page in self._pages(since, until, WHOLE_PAGE):
            stored = self._store(page)
            if stored.entries:
                progress(stored.oldest)
            self.source.check_time()

    def _pages(
        self, since: datetime | None, until: datetime | None, size: int
    ) -> Iterator[MediaPage]:
        library = self.source.account.numbered
        return library.media(since=since, until=until, page_size=size, numbers=self._wants_numbers)

    def _wants_numbers(self) -> bool:
        return self._may_have_numbers() and not self._pages_fail

    def _may_have_numbers(self) -> bool:
        return self.singles.granted and not self._past_business

    def _store(self, page: MediaPage) -> StoredPage:
        """Store a page with what can be read of its numbers."""
        source, self.now = self.source, self.source.clock.now()
        stored = StoredPage.of(page, source, self.now)
        if page.numbers is PageNumbers.READ:
            metrics = {one.media.id: one.metrics for one in page.media}
            for entry in stored.entries:
                entry.take(metrics[entry.post.id].values(), self.now)
        elif page.numbers is PageNumbers.NOT_GRANTED:
            self.singles.refuse(PermissionMissing())
        stop: Exception | None = None
        try:
            self._read_singly(page.numbers, stored.entries)
        except (Throttled, ReconnectRequired, OutOfTime) as error:
            # What was read until now is stored first.
            stop = error
        for entry in stored.entries:
            if source.learned.is_before_business(entry.taken_at):
                entry.mark_before_business(self.now)
                self._past_business = True
        rows = [row for entry in stored.entries for row in entry.changes(source, self.now)]
        source.write(rows if stop else [*rows, *self.unlisted.gone(stored, self.now)])
        if stop:
            raise stop
        return stored

    def _read_singly(self, numbers: PageNumbers, entries: list[Entry]) -> None:
        """Read the numbers that the page does not hold, and learn why it does not."""
        if not self._may_have_numbers():
            return
        if numbers is PageNumbers.READ:
            self._read_watch_time(entries)
            self.reasons.of_absent_numbers(entries, self.now)
            return
        if numbers is not PageNumbers.NOT_ASKED:
            was_read = self.reasons.of_refused_page(entries, self.now)
            self._pages_fail = numbers is PageNumbers.FAILED and not was_read
        self.singles.read([one for one in entries if self._is_due(one)], self.now)

    def _is_due(self, entry: Entry) -> bool:
        was_read = entry.post.tried_at == self.now
        if was_read or self.source.learned.is_before_business(entry.taken_at):
            return False
        return is_due(entry.stored or entry.post, self.now)

    def _read_watch_time(self, entries: list[Entry]) -> None:
        """Read the watch time of one reel: they are spread over the hours."""
        waiting = [one for one in entries if _lacks_watch_time(one.post, self.now)]
        state = self.source.state
        first = state.first_collected_at if state else None
        if waiting and first and self.now - first > WATCH_PAUSE and not self._watched:
            self._watched = True
            self.singles.read(waiting[-1:], self.now, WATCH_METRICS)

    def _read_older(self) -> None:
        """Read due numbers of older posts, where pages do not hold numbers.

        Elsewhere the weekly reading of all posts brings them.
        """
        source, self.now = self.source, self.source.clock.now()
        if source.account.numbered.is_unexpanded(EDGE) and self.singles.granted:
            due = self._stored_due(self.now - YOUNG)
            self._read_stored(sorted(due, key=lambda post: post.tried_at or EPOCH))

    def _read_unasked(self) -> bool:
        """Read stored posts whose numbers were never asked for; return whether all fit."""
        self.now = self.source.clock.now()
        unasked = [post for post in self._stored_due(self.now) if post.tried_at is None]
        return self._read_stored(unasked)

    def _stored_due(self, until: datetime) -> list[Post]:
        source = self.source
        since = max(self.now - OLDEST, (source.learned.before_business or EPOCH) + SECOND)
        posts = source.reader.posts(source.account_id, since, until)
        return [post for post in posts if is_due(post, self.now)]

    def _read_stored(self, posts: list[Post]) -> bool:
        source = self.source
        entries = [Entry(_media(post), post.taken_at, post, post) for post in posts]
        try:
            return self.singles.read(entries, self.now)
        finally:
            read = (one for one in entries if one.was_read_alone)
            source.write([row for one in read for row in one.changes(source, self.now)])

    def _is_up_to_date(self, page: StoredPage) -> bool:
        """Return whether nothing older than a page needs this run."""
        source = self.source
        if all(one.stored is None for one in page.entries):
            # Posts may be missing between these and what is stored.
            return not source.reader.posts(source.account_id, self.now - OLDEST, page.oldest)
        older = source.reader.posts(source.account_id, self.now - YOUNG, page.oldest)
        return not any(is_due(post, self.now) for post in older)


def _lacks_watch_time(post: Post, now: datetime) -> bool:
    age = now - post.taken_at
    known = any(name in post.numbers or name in post.missing for name in WATCH_METRICS)
    return post.product_type == "REELS" and WATCH_AGE <= age < YOUNG and not known


def _media(post: Post) -> Media:
    return Media(post.id, post.media_type, None, None, product_type=post.product_type)
