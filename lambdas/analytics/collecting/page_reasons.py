"""Finding out why a page came without numbers, so that the next one is asked for better."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from lambdas.analytics.collecting.post_page import DELAY, Entry
from lambdas.analytics.collecting.single_reads import SingleReads
from lambdas.analytics.collecting.source import Source
from lambdas.analytics.records import Post
from lambdas.graph.metric import Missing
from lambdas.graph.numbered_library import MediaPage, PageNumbers

EDGE = "media"
# So many posts are asked for singly of a page that has numbers of others.
MAX_UNEXPLAINED = 5


@dataclass(frozen=True)
class PageReasons:
    """Asks for samples of a page; `pages` reads the page's time again, from and to."""

    source: Source
    singles: SingleReads
    pages: Callable[[datetime, datetime], Iterator[MediaPage]]

    def of_absent_numbers(self, entries: list[Entry], now: datetime) -> None:
        """Find out why a page with numbers has none of some posts: mostly their age."""
        unexplained = [one for one in entries if _is_unexplained(one, now)]
        self.singles.read(unexplained[-1:], now)
        self._note_before_business(unexplained, now)
        before = self.source.learned.is_before_business
        newer = [one for one in unexplained if not before(one.taken_at)]
        waiting = [one for one in newer if not one.was_read_alone]
        self.singles.read(waiting[:MAX_UNEXPLAINED], now)

    def of_refused_page(self, entries: list[Entry], now: datetime) -> bool:
        """Find out why a page came without numbers, and read it again without the cause.

        One of each kind and the oldest show the two causes: a metric that a kind of media does
        not have, and posts from before the business account. If neither is one and each number
        alone is fine, it is the expansion that is refused. Return whether the page was read.
        """
        learned = self.source.learned
        refused = _copy(learned.refusals.refused)
        samples = {one.post.product_type: one for one in reversed(entries)}
        chosen = {one.post.id: one for one in (*samples.values(), *entries[-1:])}
        self.singles.read(list(chosen.values()), now)
        self._note_before_business(entries, now)
        newer = [one for one in entries if not learned.is_before_business(one.taken_at)]
        if len(newer) < len(entries) or refused != learned.refusals.refused:
            return self._read_again(newer, now)
        if any(one.post.collected_at == now for one in chosen.values()):
            self.source.account.numbered.learn_unexpanded(EDGE)
        return False

    def _read_again(self, entries: list[Entry], now: datetime) -> bool:
        if not entries:
            return True
        known = {one.post.id: one for one in entries}
        for page in self.pages(entries[-1].taken_at, entries[0].taken_at):
            if page.numbers is not PageNumbers.READ:
                return False
            for one in page.media:
                if entry := known.get(one.media.id):
                    entry.take(one.metrics.values(), now)
        return True

    def _note_before_business(self, entries: list[Entry], now: datetime) -> None:
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
            self.singles.read([unknown[half]], now)
            if _is_before_business(unknown[half].post):
                newest, unknown = unknown[half].taken_at, unknown[:half]
            else:
                unknown = unknown[half + 1 :]
        known = self.source.learned.before_business
        self.source.learned.before_business = max(newest, known or newest)


def _is_before_business(post: Post) -> bool:
    return Missing.BEFORE_BUSINESS_ACCOUNT.value in post.missing.values()


def _is_unexplained(entry: Entry, now: datetime) -> bool:
    """Return whether a page gave no number of a post, which is old enough to have some.

    The reason is asked for once: most are older than the business account.
    """
    post = entry.post
    return not post.numbers and not post.missing and now - entry.taken_at > DELAY


def _copy(refused: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {label: set(metrics) for label, metrics in refused.items()}
