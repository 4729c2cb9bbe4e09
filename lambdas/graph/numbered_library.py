"""Media listed together with their numbers: one call for a page, in place of one for each media.

Source: "Many media at once" in the platform's reference. The syntax is accepted, and nothing
documents how it fails: so a page that is refused is read without numbers, and the caller decides
which of its media to read one by one.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lambdas.graph import parsing
from lambdas.graph.decoding import JsonObject
from lambdas.graph.errors import (
    NoData,
    PermissionMissing,
    RequestRefused,
    RetryLater,
    Throttled,
)
from lambdas.graph.media import Media, media_of
from lambdas.graph.metric import Metric, Missing, metric_of
from lambdas.graph.metric_reader import MetricReader
from lambdas.graph.metric_sets import metric_sets
from lambdas.graph.page_walk import PAGE_SIZE, PageWalk
from lambdas.graph.retry import TOO_MUCH_DATA

EDGES = {"media": ("FEED", "REELS"), "stories": ("STORY",)}
# Below this a page is not too large: "reduce the amount of data" then means something else.
MIN_EXPANDED = 25
MAX_STORY_PAGES = 100
# The metrics that any kind of media on the edge has, and those that every kind has.
ANY, ALL = "any", "all"


class PageNumbers(enum.StrEnum):
    """What became known about the numbers of a page's media."""

    READ = "read"
    REFUSED = "refused"
    """The page was refused with numbers, and read without them."""
    FAILED = "failed"
    """The page could not be read with numbers, however often it was tried, and could without."""
    NOT_GRANTED = "not_granted"
    """The same, for a permission; of stories it may mean too few viewers."""
    DROPPED = "dropped"
    """The answer silently left them out."""
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class NumberedMedia:
    """A media object, and those of its metrics that its page held."""

    media: Media
    metrics: Mapping[str, Metric]


# Of one media object: Instagram has some 20.
MAX_METRICS = 100


@dataclass(frozen=True)
class MediaPage:
    """One page of an edge."""

    media: Sequence[NumberedMedia]
    numbers: PageNumbers


class NumberedLibrary(MetricReader):
    """Lists media with their numbers."""

    def media(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        page_size: int = PAGE_SIZE,
        numbers: Callable[[], bool] = lambda: True,
    ) -> Iterator[MediaPage]:
        """Iterate over pages of media with a time in about `[since, until]`, newest first.

        A few media outside of the bounds may be included. What ends without an error is complete.
        `numbers` decides before each page whether numbers are requested.
        """
        query: dict[str, str] = {}
        if since:
            query["since"] = str(int(since.timestamp()) - 1)
        if until:
            query["until"] = str(int(until.timestamp()) + 1)
        walk = PageWalk("media", page_size=page_size)
        return self._pages("media", query, walk, numbers)

    def stories(self) -> Iterator[MediaPage]:
        """Iterate over pages of the stories that are live now."""
        walk = PageWalk("stories", max_pages=MAX_STORY_PAGES)
        return self._pages("stories", {}, walk, lambda: True)

    def _pages(
        self, edge: str, query: Mapping[str, str], walk: PageWalk, numbers: Callable[[], bool]
    ) -> Iterator[MediaPage]:
        path, state = f"{self.account_id}/{edge}", PageNumbers.NOT_ASKED

        def page(limit: int, after: str | None) -> JsonObject:
            nonlocal state
            paging = {**query, "limit": str(limit)} | ({"after": after} if after else {})
            raw = None
            # A permission that is missing is missing for all pages of this walk.
            if state is not PageNumbers.NOT_GRANTED:
                state = PageNumbers.NOT_ASKED
                if numbers():
                    state, raw = self._with_numbers(path, edge, paging)
            return self._get(path, edge, paging | self._fields(())) if raw is None else raw

        for entries in walk.pages(page):
            # What has no id cannot be stored, and must not keep others from it.
            found = tuple(self._numbered(edge, raw) for raw in entries if parsing.has_id(raw))
            has_numbers = any("insights" in raw for raw in entries)
            dropped = state is PageNumbers.READ and entries and not has_numbers
            yield MediaPage(found, PageNumbers.DROPPED if dropped else state)

    def _with_numbers(
        self, path: str, edge: str, paging: Mapping[str, str]
    ) -> tuple[PageNumbers, JsonObject | None]:
        """Return a page with its numbers, or why there is none."""
        state, refused = PageNumbers.NOT_ASKED, False
        for metrics in self._page_metrics(edge):
            try:
                raw = self._get(path, edge, {**paging, **self._fields(metrics)})
            except RequestRefused:
                state, refused = PageNumbers.REFUSED, True
            except NoData:
                # Media from before the business account, or with too few viewers: whatever the
                # metrics are.
                return PageNumbers.REFUSED, None
            except PermissionMissing:
                return PageNumbers.NOT_GRANTED, None
            except Throttled:
                raise
            except RetryLater as error:
                too_much = error.cause.code == TOO_MUCH_DATA
                if too_much and int(paging["limit"]) > MIN_EXPANDED:
                    raise
                # Perhaps Meta fails at the numbers alone: without them it shows.
                return PageNumbers.FAILED, None
            else:
                if refused:
                    # The metrics that only some kinds have are what was refused.
                    self.learned.unexpanded.add(str(self._label(f"{edge} {ANY}")))
                return PageNumbers.READ, raw
        return state, None

    def _page_metrics(self, edge: str) -> list[list[str]]:
        """Return the metrics to try: first those of any kind of media, then those of every kind.

        What was learned to be refused is left out.
        """
        known = metric_sets()["media"]
        kinds = [self._accepted(kind, known[kind])[0] for kind in EDGES[edge]]
        of_any = list(dict.fromkeys(name for kind in kinds for name in kind))
        of_all = [name for name in kinds[0] if all(name in kind for kind in kinds)]
        tries = {ANY: of_any, ALL: of_all} if of_any != of_all else {ALL: of_all}
        return [
            metrics
            for label, metrics in tries.items()
            if metrics and self._label(f"{edge} {label}") not in self.learned.unexpanded
        ]

    def learn_unexpanded(self, edge: str) -> None:
        """Remember that the edge's pages are refused with numbers, or come without them."""
        for label in (ANY, ALL):
            self.learned.unexpanded.add(str(self._label(f"{edge} {label}")))

    def is_unexpanded(self, edge: str) -> bool:
        """Return whether it was learned that the edge's pages hold no numbers."""
        return self._label(f"{edge} {ALL}") in self.learned.unexpanded

    def _fields(self, metrics: Sequence[str]) -> dict[str, str]:
        expanded = [f"insights.metric({','.join(metrics)})"] if metrics else []
        return {"fields": ",".join((*self.platform.media_fields, *expanded))}

    def _numbered(self, edge: str, raw: JsonObject) -> NumberedMedia:
        # Whatever the stories' edge lists is a story, whether or not it says so.
        product = {"media_product_type": "STORY"} if edge == "stories" else {}
        metrics: dict[str, Metric] = {}
        if "insights" in raw:
            # An empty list says that there are no numbers yet; without one it is unknown why.
            *_, of_all = [[], *self._page_metrics(edge)]
            metrics = {name: Metric(name, missing=Missing.NOT_TOLD) for name in of_all}
            for entry in parsing.data(raw["insights"])[:MAX_METRICS]:
                metrics[str(entry.get("name"))] = metric_of(entry)
        return NumberedMedia(media_of({**product, **raw}), metrics)
