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
# So many posts of a page that has no numbers of them.
MAX_UNEXPLAINED = 5
MAX_CATCH_UP_PAGES = 20
WHOLE_PAGE = 100
EDGE = "media"
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
    _singles: int = 0
    _lookups: int = 0
    _watched: bool = False
    _may_read_numbers: bool = True

    def newest(self) -> Problem | None:
        """Read the newest posts, as far back as some are new or due."""
        boundary = self.source.learned.before_business
        since = boundary + AFTER_BOUNDARY if boundary else None
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
            self._walk(boundary + AFTER_BOUNDARY, resume_at, progress)
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
            self._read_watch_time(entries)
            self._explain_absent([one for one in entries if _is_unexplained(one, self.now)])
            return
        if page.numbers is not PageNumbers.NOT_ASKED:
            self._explain(entries)
        self._read_each([one for one in entries if self._is_due(one)])

    def _explain_absent(self, entries: list[Entry]) -> None:
        """Find out why a page with numbers has none of some posts: mostly their age."""
        self._read_each(entries[-1:])
        self._note_before_business(entries)
        before = self.source.learned.is_before_business
        newer = [one for one in entries if not before(one.taken_at)]
        self._read_each([one for one in newer if not one.was_read_alone][:MAX_UNEXPLAINED])

    def _explain(self, entries: list[Entry]) -> None:
        """Find out why a page came without numbers, and read it again without the cause.

        One of each kind and the oldest show the two causes: a metric that a kind of media does
        not have, and posts from before the business account. If neither is one and each number
        alone is fine, it is the expansion that is refused.
        """
        learned = self.source.learned
        refused = _copy(learned.refusals.refused)
        samples = {one.post.product_type: one for one in reversed(entries)}
        chosen = {one.post.id: one for one in (*samples.values(), *entries[-1:])}
        self._read_each(list(chosen.values()))
        self._note_before_business(entries)
        newer = [one for one in entries if not learned.is_before_business(one.taken_at)]
        if len(newer) < len(entries) or refused != learned.refusals.refused:
            self._read_again(newer)
        elif any(one.post.collected_at == self.now for one in chosen.values()):
            self.source.account.numbered.learn_unexpanded(EDGE)

    def _read_again(self, entries: list[Entry]) -> None:
        if not entries:
            return
        known = {one.post.id: one for one in entries}
        since, until = entries[-1].taken_at, entries[0].taken_at
        for page in self._pages(since=since, until=until, size=WHOLE_PAGE):
            if page.numbers is not PageNumbers.READ:
                return
            for one in page.media:
                if entry := known.get(one.media.id):
                    entry.take(one.metrics.values(), self.now)

    def _is_due(self, entry: Entry) -> bool:
        if entry.post.tried_at == self.now or self.source.learned.is_before_business(
            entry.taken_at
        ):
            return False
        return is_due(entry.stored or entry.post, self.now)

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

    def _read_watch_time(self, entries: list[Entry]) -> None:
        """Read the watch time of one reel: they are spread over the hours."""
        waiting = [one for one in entries if _lacks_watch_time(one.post, self.now)]
        state = self.source.state
        first = state.first_collected_at if state else None
        if waiting and first and self.now - first > WATCH_PAUSE and not self._watched:
            self._watched = True
            self._read_each(waiting[-1:], WATCH_METRICS)

    def _read_older(self) -> None:
        """Read due numbers of older posts, where pages do not hold numbers.

        Elsewhere the weekly reading of all posts brings them.
        """
        source, self.now = self.source, self.source.clock.now()
        if not source.account.numbered.is_unexpanded(EDGE) or not self._may_read_numbers:
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
    return not post.numbers and not post.missing and now - entry.taken_at > DELAY


def _lacks_watch_time(post: Post, now: datetime) -> bool:
    age = now - post.taken_at
    known = any(name in post.numbers or name in post.missing for name in WATCH_METRICS)
    return post.product_type == "REELS" and WATCH_AGE <= age < YOUNG and not known


def _copy(refused: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {label: set(metrics) for label, metrics in refused.items()}


def _media(post: Post) -> Media:
    return Media(post.id, post.media_type, None, None, product_type=post.product_type)
