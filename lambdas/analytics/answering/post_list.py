"""Posts page by page, sorted by any of their numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from lambdas.analytics.accounts import Account
from lambdas.analytics.answering.answers import Answers, Question, as_answer
from lambdas.analytics.answering.dates import Dates
from lambdas.analytics.answering.measures import RATES
from lambdas.analytics.answering.post_view import MeasuredPost, kind_of, ranking_value
from lambdas.analytics.answering.report import fetched_at, post_facts
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.answering.views import PostNumbersJson
from lambdas.analytics.numbers import BASE
from lambdas.api.answer_size import fitting
from lambdas.api.cursor import seal, unseal
from lambdas.graph.metric_sets import metric_sets
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import InvalidRequest

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
TIMESTAMP = "timestamp"
POSTS = "posts"
PRODUCTS = ("FEED", "REELS", "AD", "IMAGE", "VIDEO", "CAROUSEL_ALBUM")


class PostsHeadJson(msgspec.Struct, kw_only=True):
    """One page of posts; `next` continues it as `cursor`."""

    account: str
    since: str
    until: str
    time_zone: str
    sort: str
    posts: list[PostNumbersJson]
    next: str | None
    total: int
    fetched_at: int | None = msgspec.field(name="fetchedAt")


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page starts, and the parameters of its list: all that a cursor carries.

    `value`, `at` and `id` are the sorted number, the time and the id of the post before;
    `value` is None behind the last post that has one.
    """

    since: str
    until: str
    sort: str = TIMESTAMP
    product: str = ""
    min_reach: int = 100
    value: float | None = None
    at: str = ""
    id: str = ""


@functools.cache
def sortable() -> frozenset[str]:
    """Return the names by which posts can be sorted."""
    sets = metric_sets()
    named = {
        name
        for kind in ("media", "media_optional")
        for product in ("FEED", "REELS")
        for name in sets[kind][product]
    }
    return frozenset({TIMESTAMP, "engagement", *BASE, *RATES, *named})


@dataclass(frozen=True)
class Cursors:
    """Makes and reads cursors that are valid for one account; `secret` returns what signs them."""

    secret: Callable[[], str]

    def seal(self, account_id: str, start: Start, scope: str = POSTS) -> str:
        """Return the cursor of a page's start."""
        fields = {"start": msgspec.json.encode(start).decode()}
        return str(seal(f"{scope}:{account_id}", fields, self.secret()))

    def unseal(self, account_id: str, cursor: str, scope: str = POSTS) -> Start:
        """Return the start that a cursor names. Raises InvalidRequest."""
        fields = unseal(f"{scope}:{account_id}", cursor, self.secret())
        return msgspec.json.decode(fields["start"], type=Start)


@dataclass(frozen=True)
class PostList:
    """Lists an account's posts."""

    answers: Answers
    cursors: Cursors

    def page(self, account: Account, query: Mapping[str, str], limit: int, min_reach: int) -> str:
        """Return one page as JSON, which ends early where captions are long. Raises InvalidRequest.

        A cursor brings the parameters of its list along; any that are named again must be equal.
        """
        start = self._start(account, query, min_reach)
        question = self.answers.question(account, {"since": start.since, "until": start.until})
        rows = StoredRange.read(self.answers.reader, account.id, question.dates)
        report = rows.report(account.id, question.state, question.dates, question.now)
        chosen = [one for one in report.posts if _is_product(one, start.product)]
        following = _following(chosen, start)
        views = [report.views.of(one) for one in following[:limit]]
        shown = following[: fitting(views)]
        after = self.after(account, start, shown[-1]) if len(following) > len(shown) else None
        head = PostsHeadJson(
            account=account.id,
            since=start.since,
            until=start.until,
            time_zone=question.zone.key,
            sort=start.sort,
            posts=views[: len(shown)],
            next=after,
            total=len(chosen),
            fetched_at=fetched_at(one.post.collected_at for one in shown),
        )
        return self.answers.complete(question, as_answer(head, post_facts(shown, report.views)))

    def after(self, account: Account, start: Start, last: MeasuredPost) -> str:
        """Return the cursor that continues a list after a post."""
        value = (
            None if start.sort == TIMESTAMP else ranking_value(last, start.sort, start.min_reach)
        )
        at = to_rfc3339(last.post.taken_at)
        following = msgspec.structs.replace(start, value=value, at=at, id=last.post.id)
        return self.cursors.seal(account.id, following)

    def continuing(self, question: Question, last: MeasuredPost) -> str:
        """Return the cursor that continues a report's posts."""
        return self.after(question.account, start_of_list(question.dates), last)

    def _start(self, account: Account, query: Mapping[str, str], min_reach: int) -> Start:
        named = _named(query, min_reach)
        if (cursor := query.get("cursor")) is not None:
            start = self.cursors.unseal(account.id, cursor)
            if any(getattr(start, name) != value for name, value in named.items()):
                raise InvalidRequest(
                    "This cursor belongs to a list with other parameters. Start again without it.",
                    code="invalid_cursor",
                )
            return start
        dates = self.answers.question(account, query).dates
        return msgspec.structs.replace(start_of_list(dates), **named)


def start_of_list(dates: Dates) -> Start:
    """Return the start of the list of all posts of a range."""
    return Start(since=dates.since.isoformat(), until=dates.until.isoformat())


def _named(query: Mapping[str, str], min_reach: int) -> dict[str, str | int]:
    """Return the parameters that a request names. Raises InvalidRequest."""
    found: dict[str, str | int] = {
        name: query[name] for name in ("since", "until", "sort", "product") if name in query
    }
    if "minReach" in query:
        found["min_reach"] = min_reach
    if found.get("sort", TIMESTAMP) not in sortable():
        names = ", ".join(sorted(sortable()))
        raise InvalidRequest(f"sort must be one of {names}.", code="invalid_sort")
    if "product" in found and found["product"] not in PRODUCTS:
        raise InvalidRequest(
            f"product must be one of {', '.join(PRODUCTS)}.", code="invalid_product"
        )
    return found


def _is_product(one: MeasuredPost, product: str) -> bool:
    return not product or product in (one.post.product_type, kind_of(one.post))


Position = tuple[bool, float, str, str]


def _following(posts: Sequence[MeasuredPost], start: Start) -> list[MeasuredPost]:
    """Return the posts from the start of a page on: highest number first, unknown ones last."""

    def position(one: MeasuredPost) -> Position:
        value = None if start.sort == TIMESTAMP else ranking_value(one, start.sort, start.min_reach)
        return value is not None, value or 0, to_rfc3339(one.post.taken_at), one.post.id

    found = sorted(((position(one), one) for one in posts), key=lambda pair: pair[0], reverse=True)
    if not start.at:
        return [one for _, one in found]
    last: Position = start.value is not None, start.value or 0, start.at, start.id
    return [one for at, one in found if at < last]
