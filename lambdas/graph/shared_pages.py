"""All Pages that a person shared, from every list of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from lambdas.graph.errors import Cause, GraphError, ReconnectRequired, RequestRefused
from lambdas.graph.pages import Page, Pages

# How many calls are made at the same time.
MAX_CONCURRENT = 8
MAX_BUSINESSES = 200
OWN_LIST = "the person's Pages"
BUSINESS_LISTS = ("owned_pages", "client_pages")


@dataclass(frozen=True)
class ListFailure:
    """A list that could not be read, or not to its end; `name` is for people."""

    name: str
    error: GraphError


@dataclass(frozen=True)
class PageList:
    """The Pages found, each once, and the lists that failed."""

    pages: tuple[Page, ...]
    failures: tuple[ListFailure, ...] = ()


class SharedPages(Pages):
    """Searches the person's own list and those of their businesses."""

    def search(self) -> PageList:
        """Return the shared Pages.

        A list that fails hides no other one. Raises ReconnectRequired if the token is dead.
        """
        failures: list[ListFailure] = []

        def read(name: str, pages: Callable[[], Iterable[Page]]) -> list[Page]:
            found: list[Page] = []
            try:
                found.extend(pages())
            except GraphError as error:
                # The person's own list is read first: of one business it is no word on the token.
                if isinstance(error, ReconnectRequired) and name == OWN_LIST:
                    raise
                failures.append(ListFailure(name, error))
            return found

        with ThreadPoolExecutor(MAX_CONCURRENT) as pool:
            own = read(OWN_LIST, self.listed)
            businesses: list[str] = []
            read("businesses", lambda: self._collect_businesses(businesses))
            lists = pool.map(
                lambda one: read(f"business {one[0]}", lambda: self.of_business(*one)),
                itertools.product(businesses, BUSINESS_LISTS),
            )
            return PageList(_each_once([*lists, own]), tuple(failures))

    def shared(self) -> list[Page]:
        """Return the shared Pages. Raises the first failure if there are none."""
        found = self.search()
        if not found.pages and found.failures:
            raise found.failures[0].error
        return list(found.pages)

    def _collect_businesses(self, into: list[str]) -> Iterable[Page]:
        ids = self.business_ids()
        into.extend(itertools.islice(ids, MAX_BUSINESSES))
        if next(ids, None):
            raise RequestRefused(
                Cause(200, edge="businesses"), f"more than {MAX_BUSINESSES} businesses"
            )
        return ()


def _each_once(lists: Iterable[list[Page]]) -> tuple[Page, ...]:
    """Return each Page once, with what any of its entries says of it."""
    found: dict[str, Page] = {}
    for page in itertools.chain.from_iterable(lists):
        known = found.get(page.id, page)
        found[page.id] = replace(
            known,
            name=known.name or page.name,
            instagram_id=known.instagram_id or page.instagram_id,
            tasks=known.tasks or page.tasks,
            token=known.token or page.token,
        )
    return tuple(found.values())
