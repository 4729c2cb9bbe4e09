"""Walking an edge page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lambdas.graph import parsing
from lambdas.graph.decoding import JsonObject
from lambdas.graph.errors import Cause, RetryLater
from lambdas.graph.retry import TOO_MUCH_DATA

PAGE_SIZE = 50
# One for each of the at most 10,000 media, and some for pages that are requested again.
MAX_PAGES = 11_000
# After so many successful pages a reduced page size grows again.
GOOD_PAGES = 10
MAX_EMPTY_PAGES = 2
MAX_CURSOR = 4000

# Returns a page of at most so many entries, after a cursor.
PageOf = Callable[[int, str | None], JsonObject]


@dataclass(frozen=True)
class PageWalk:
    """How an edge is walked.

    `without_next`: the edge gives cursors but never says whether a page follows; it ends with two
    empty pages in a row.
    """

    edge: str
    without_next: bool = False
    max_pages: int = MAX_PAGES
    page_size: int = PAGE_SIZE

    def entries(self, page_of: PageOf) -> Iterator[JsonObject]:
        """Iterate over all entries; see `pages`."""
        for page in self.pages(page_of):
            yield from page

    def pages(self, page_of: PageOf) -> Iterator[list[JsonObject]]:
        """Iterate over the entries of each page; hold one page at a time.

        A page that cannot be read ends the iteration with its error: what ends without one is
        complete.
        """
        limit, after, seen, empty, good = self.page_size, None, set[str](), 0, 0
        for _ in range(self.max_pages):
            try:
                page = page_of(limit, after)
            except RetryLater as error:
                if error.cause.code != TOO_MUCH_DATA or limit == 1:
                    raise
                # "Please reduce the amount of data": the same page, with fewer entries.
                limit, good = limit // 2, 0
                continue
            if not isinstance(page.get("data"), list):
                raise self._incomplete("a page without data")
            entries = parsing.data(page)
            yield entries
            empty, good = 0 if entries else empty + 1, good + 1
            if good >= GOOD_PAGES:
                limit, good = min(limit * 2, self.page_size), 0
            paging = parsing.mapping(page.get("paging"))
            following = parsing.text(parsing.mapping(paging.get("cursors")), "after")
            may_follow = self.without_next and empty < MAX_EMPTY_PAGES
            if not paging.get("next") and not (may_follow and following and following not in seen):
                return
            if following is None or following in seen:
                raise self._incomplete("a next page without a new cursor")
            seen.add(following)
            after = following
        raise self._incomplete(f"more than {self.max_pages} pages")

    def _incomplete(self, meaning: str) -> RetryLater:
        return RetryLater(Cause(200, edge=self.edge), meaning)


def cursor_after(page: JsonObject) -> str | None:
    """Return the cursor at which the next page begins, or None for the last page.

    Raises RetryLater for one that cannot be used.
    """
    paging = parsing.mapping(page.get("paging"))
    following = parsing.text(parsing.mapping(paging.get("cursors")), "after")
    if following and len(following) > MAX_CURSOR:
        # No address and no row holds it.
        raise RetryLater(Cause(200, edge="cursor"), "a next page without a usable cursor")
    return following if paging.get("next") else None
