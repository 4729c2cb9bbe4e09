"""Collecting posts: the catalogue, and the numbers that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from lambdas.analytics import keys
from lambdas.analytics.post_page import DELAY, SECOND, Entry, StoredPage
from lambdas.analytics.problem import Attempts, Problem
from lambdas.analytics.records import Post
from lambdas.analytics.schedule import OLDEST, YOUNG, is_due
from lambdas.analytics.source import OutOfTime, Source
from lambdas.analytics.writer import Change
from lambdas.graph.errors import (
    GraphError,
    ObjectLag,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    Throttled,
)
from lambdas.graph.media import Media
from lambdas.graph.metric import Missing
from lambdas.graph.numbered_library import MediaPage, PageNumbers

# So many calls at the same time, for posts that are read one by one.
CONCURRENCY = 4
# So many single calls in one run; the next run goes on.
MAX_SINGLE = 200
# So many posts that are not listed any more are looked up in one run.
MAX_LOOKUPS = 20
MAX_CATCH_UP_PAGES = 20
WHOLE_PAGE = 100
EDGE = "media"
EPOCH = datetime.fromtimestamp(0, UTC)
# Reels have further metrics, which pages of mixed media cannot hold: read one by one at these ages.
WATCH_METRICS = ("ig_reels_avg_watch_time", "ig_reels_video_view_total_time")
WATCH_AGES = (timedelta(days=1), timedelta(days=7), timedelta(days=28))
MAX_WATCHED = 10


@dataclass
class PostCollector:
    """Reads one account's posts, page by page; every page is stored before the next is read."""

    source: Source
    attempts: Attempts = field(default_factory=Attempts)
    now: datetime = EPOCH
    """The time of the page that is being read."""
    _singles: int = 0
    _lookups: int = 0
    _watched: int = 0
    _may_read_numbers: bool = True

    def newest(self) -> Problem | None:
        """Read the newest posts, as far back as some are new or due."""
        boundary = self.source.learned.before_business
        since = boundary + SECOND if boundary else None
        for count, page in enumerate(self._pages(since=since), start=1):
            stored = self._store(page)
            if not stored.entries or self._is_up_to_date(stored) or count >= MAX_CATCH_UP_PAGES:
                break
        self._read_older()
        return self.attempts.problem

    def everything(
        self, resume_at: datetime | None, progress: Callable[[datetime], None]
    ) -> Problem | None:
        """Read all posts, from `resume_at` back; call `progress` with how far it got."""
        boundary = self.source.learned.before_business
        if boundary is None:
            self._walk(None, resume_at, progress)
            return self.attempts.problem
        # A page that holds one post from before the business account is refused as a whole.
        if resume_at is None or resume_at > boundary:
            self._walk(boundary + SECOND, resume_at, progress)
        self._may_read_numbers = False
        self._walk(None, min(resume_at or boundary, boundary), progress)
        return self.attempts.problem

    def _walk(
        self,
        since: datetime | None,
        until: datetime | None,
        progress: Callable[[datetime], None],
    ) -> None:
        for page in self._pages(since=since, until=until, size=WHOLE_PAGE):
            stored = self._store(page)
            if stored.entries:
                progress(stored.oldest)
            self.source.check_time()

    def _pages(
        self, *, since: datetime | None = None, until: datetime | None = None, size: int = 50
    ) -> Iterator[MediaPage]:
        library = self.source.account.numbered
        return library.media(
            since=since, until=until, page_size=size, numbers=lambda: self._may_read_numbers
        )

    def _store(self, page: MediaPage) -> StoredPage:
        """Store a page with what can be read of its numbers."""
        source, self.now = self.source, self.source.clock.now()
        stored = StoredPage.of(page, source, self.now)
        if page.numbers is PageNumbers.READ:
            metrics = {one.media.id: one.metrics for one in page.media}
            for entry in stored.entries:
                entry.take(metrics[entry.post.id].values(), self.now)
        elif page.numbers is PageNumbers.NOT_GRANTED:
            self._may_read_numbers = False
            self.attempts.note(PermissionMissing())
        stop: Exception | None = None
        try:
            self._read_singly(page, stored.entries)
        except (Throttled, ReconnectRequired, OutOfTime) as error:
            # What was read until now is stored first.
            stop = error
        for entry in stored.entries:
            if source.learned.is_before_business(entry.taken_at):
                entry.mark_before_business(self.now)
                self._may_read_numbers = False
        rows = [row for entry in stored.entries for row in entry.changes(source, self.now)]
        source.write(rows if stop else [*rows, *self._gone(stored)])
        if stop:
            raise stop
        return stored

    def _read_singly(self, page: MediaPage, entries: list[Entry]) -> None:
        """Read the numbers that the page does not hold, and learn why it does not."""
        if not self._may_read_numbers:
            return
        if page.numbers is PageNumbers.READ:
            self._read_watch_times(entries)
            waiting = [one for one in entries if _is_unexplained(one, self.now)]
            self._read_each(waiting)
            self._note_before_business(waiting)
            return
        due = [one for one in entries if self._is_due(one)]
        if page.numbers is PageNumbers.NOT_ASKED:
            self._read_each(due)
            return
        # One of each kind, and the oldest: the two reasons why a page is refused.
        samples = {one.post.product_type: one for one in reversed(entries)}
        chosen = {one.post.id: one for one in (*due, *samples.values(), *entries[-1:])}
        refused = _copy(self.source.learned.refusals.refused)
        self._read_each(list(chosen.values()))
        self._note_before_business(entries)
        self._learn_expansion(entries, has_reason=refused != self.source.learned.refusals.refused)

    def _learn_expansion(self, entries: list[Entry], *, has_reason: bool) -> None:
        """Remember that pages are refused with numbers, where each number alone is fine."""
        older = any(self.source.learned.is_before_business(one.taken_at) for one in entries)
        alone = any(one.was_read_alone and one.post.collected_at == self.now for one in entries)
        if alone and not older and not has_reason:
            self.source.account.numbered.learn_unexpanded(EDGE)

    def _is_due(self, entry: Entry) -> bool:
        before = self.source.learned.is_before_business(entry.taken_at)
        return not before and is_due(entry.stored or entry.post, self.now)

    def _note_before_business(self, entries: list[Entry]) -> None:
        """Remember the newest post that is older than the business account.

        Posts between one that is and one that is not are found by halving.
        """
        older = [one.taken_at for one in entries if _is_before_business(one.post)]
        if not older:
            return
        newest = max(older)
        unknown = [one for one in entries if one.taken_at > newest and not one.post.numbers]
        while unknown:
            # They are in order, newest first.
            half = len(unknown) // 2
            self._read_each([unknown[half]])
            if _is_before_business(unknown[half].post):
                newest, unknown = unknown[half].taken_at, unknown[:half]
            else:
                unknown = unknown[half + 1 :]
        known = self.source.learned.before_business
        self.source.learned.before_business = max(newest, known or newest)

    def _read_watch_times(self, entries: list[Entry]) -> None:
        waiting = [one for one in entries if _watch_time_is_due(one, self.now)]
        chosen = waiting[: max(MAX_WATCHED - self._watched, 0)]
        self._watched += len(chosen)
        self._read_each(chosen, WATCH_METRICS)

    def _read_older(self) -> None:
        """Read due numbers of older posts, where pages do not hold numbers.

        Elsewhere the weekly reading of all posts brings them.
        """
        source, self.now = self.source, self.source.clock.now()
        if not source.learned.refusals.unexpanded or not self._may_read_numbers:
            return
        since = max(self.now - OLDEST, (source.learned.before_business or EPOCH) + SECOND)
        posts = source.reader.posts(source.account_id, since, self.now - YOUNG)
        due = sorted(
            (post for post in posts if is_due(post, self.now)),
            key=lambda post: post.tried_at or EPOCH,
        )
        entries = [Entry(_media(post), post.taken_at, post, post) for post in due[:MAX_SINGLE]]
        try:
            self._read_each(entries)
        finally:
            read = (one for one in entries if one.was_read_alone)
            source.write([row for one in read for row in one.changes(source, self.now)])

    def _read_each(self, entries: Sequence[Entry], metrics: Sequence[str] | None = None) -> None:
        """Read numbers one by one, several at the same time.

        One that fails stops no other, unless the error concerns the whole account: that is raised
        once the others that run have ended.
        """
        chosen = entries[: max(MAX_SINGLE - self._singles, 0)]
        self._singles += len(chosen)
        if len(chosen) < len(entries):
            self.attempts.problem = self.attempts.problem or Problem.UNFINISHED
        insights, stop = self.source.account.insights, list[GraphError | OutOfTime]()

        def read(entry: Entry) -> None:
            if stop:
                return
            try:
                self.source.check_time()
                found = insights.of_media(entry.media, metrics)
            except (Throttled, ReconnectRequired, PermissionMissing, OutOfTime) as error:
                stop.append(error)
            except GraphError as error:
                self.attempts.note(error)
            else:
                entry.was_read_alone = True
                entry.take(found.values(), self.now)

        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(read, chosen))
        if stop and isinstance(stop[0], PermissionMissing):
            self._may_read_numbers = False
            self.attempts.note(stop[0])
        elif stop:
            raise stop[0]

    def _is_up_to_date(self, page: StoredPage) -> bool:
        """Return whether nothing older than a page needs this run."""
        source = self.source
        if all(one.stored is None for one in page.entries):
            # Posts may be missing between these and what is stored.
            return not source.reader.posts(source.account_id, self.now - OLDEST, page.oldest)
        older = source.reader.posts(source.account_id, self.now - YOUNG, page.oldest)
        return not any(is_due(post, self.now) for post in older)

    def _gone(self, page: StoredPage) -> list[Change]:
        """Return the rows of posts that are not listed any more and do not exist."""
        rows = []
        for post in page.unlisted():
            if self._lookups >= MAX_LOOKUPS:
                break
            self._lookups += 1
            if not self._exists(post):
                gone = msgspec.structs.replace(post, gone_at=self.now)
                rows.append(Change(keys.at("POST", post.taken_at, post.id), self.now, gone))
        return rows

    def _exists(self, post: Post) -> bool:
        try:
            self.source.account.library.one_media(post.id)
        except (ObjectLag, RequestRefused):
            return False
        except GraphError:
            return True
        return True


def _is_before_business(post: Post) -> bool:
    return Missing.BEFORE_BUSINESS_ACCOUNT.value in post.missing.values()


def _is_unexplained(entry: Entry, now: datetime) -> bool:
    """Return whether a page gave no number of a post, which is old enough to have some.

    The reason is asked for once: most are older than the business account.
    """
    post = entry.post
    is_known = bool(post.numbers) or bool(entry.stored and entry.stored.missing)
    return not is_known and now - entry.taken_at > DELAY


def _watch_time_is_due(entry: Entry, now: datetime) -> bool:
    """Return whether a reel has passed one of the ages at which its watch time is read."""
    post, stored, age = entry.post, entry.stored, now - entry.taken_at
    passed = [limit for limit in WATCH_AGES if age >= limit]
    if post.product_type != "REELS" or not passed or age > YOUNG:
        return False
    if not any(name in post.numbers or name in post.missing for name in WATCH_METRICS):
        return True
    last = stored.tried_at if stored else None
    return last is not None and last - post.taken_at < passed[-1]


def _copy(refused: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {label: set(metrics) for label, metrics in refused.items()}


def _media(post: Post) -> Media:
    return Media(post.id, post.media_type, None, None, product_type=post.product_type)
