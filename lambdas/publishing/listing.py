"""Lists of posts, newest first, of one account or of all."""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lambdas.api.answer_size import fitting
from lambdas.api.cursor import seal, unseal
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.errors import InvalidRequest
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.post_view import post_json
from lambdas.publishing.posting_accounts import PostingAccounts
from lambdas.publishing.records import Post
from lambdas.publishing.states import State
from lambdas.publishing.views import InstagramPostsJson

DEFAULT_LIMIT, MAX_LIMIT = 50, 100
BEFORE = "before"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = range(2000, 2999)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class PostFilter:
    """Which posts are listed: of these states, and due from `start` until before `end`."""

    account: str | None = None
    states: tuple[State, ...] = ()
    start: datetime | None = None
    end: datetime | None = None

    @property
    def scope(self) -> str:
        """Return a text that two equal filters share: their cursors are valid for each other."""
        states = ",".join(sorted(self.states))
        return f"posts:{self.account}:{states}:{self.start}:{self.end}"

    def holds(self, post: Post) -> bool:
        """Return whether a post is listed."""
        if self.start and post.due_at < self.start:
            return False
        return not (self.end and post.due_at >= self.end)


@dataclass(frozen=True, kw_only=True)
class PostLists:
    """Lists posts; `secret` returns what signs cursors."""

    ledger: DynamoLedger
    accounts: PostingAccounts
    secret: Callable[[], str]

    def page(self, chosen: PostFilter, limit: int, cursor: str | None) -> InstagramPostsJson:
        """Return one page, which ends early where posts are long.

        Raises NotFound, and InvalidRequest for a cursor of another list.
        """
        if chosen.account:
            self.accounts.require_known(chosen.account)
        before = unseal(chosen.scope, cursor, self.secret())[BEFORE] if cursor else None
        found = filter(chosen.holds, self._posts(chosen, before))
        posts = list(itertools.islice(found, limit + 1))
        shown = [post_json(post) for post in posts[:limit]]
        fit = fitting(shown)
        start = {BEFORE: posts[fit - 1].number} if len(posts) > fit else None
        return InstagramPostsJson(shown[:fit], seal(chosen.scope, start, self.secret()))

    def _posts(self, chosen: PostFilter, before: str | None) -> Iterable[Post]:
        def of(account_id: str) -> Iterator[Post]:
            return self.ledger.posts(account_id, before=before, states=chosen.states)

        if chosen.account:
            return of(chosen.account)
        parts = [of(account_id) for account_id in self.accounts.ids()]
        return heapq.merge(*parts, key=lambda post: post.number, reverse=True)


def states_of(texts: Sequence[str]) -> tuple[State, ...]:
    """Return the states that a request names. Raises InvalidRequest."""
    try:
        return tuple(dict.fromkeys(State(text) for text in texts))
    except ValueError:
        raise InvalidRequest(
            f"state must be one or more of {', '.join(State)}.", code="invalid_state"
        ) from None


def moment_of(name: str, text: str | None, zone: ZoneInfo, *, is_end: bool) -> datetime | None:
    """Return the bound that a request names: a time, or a date in the site's zone, included.

    Raises InvalidRequest.
    """
    if text is None:
        return None
    try:
        if DATE.fullmatch(text):
            day = date.fromisoformat(text)
            moment = datetime.combine(day + ONE_DAY if is_end else day, time(), zone)
        else:
            # A `+` that was not encoded arrives as a space.
            moment = from_rfc3339(text.replace(" ", "+"))
        if moment.year in YEARS:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidRequest(
        f"{name} must be a date such as 2026-12-24, or a time such as 2026-12-24T18:00:00Z.",
        code=f"invalid_{name}",
    )
