"""What an answer's numbers do not cover, and why. Computed for every answer, never stored."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from lambdas.analytics.accounts import Connection
from lambdas.analytics.answering.dates import ONE, Dates
from lambdas.analytics.problem import Problem
from lambdas.analytics.records import AccountState, Reason, Unit
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.login_type import LoginType


class Code(enum.StrEnum):
    """Why numbers are missing, beside the problems of units."""

    ACCOUNT_DISCONNECTED = "account_disconnected"
    COLLECTION_FAILING = "collection_failing"
    """A problem that this version does not know."""
    NOT_COLLECTED_YET = "not_collected_yet"
    FUTURE = "future"
    BEFORE_FIRST_COLLECTION = "before_first_collection"
    DAYS_MISSING = "days_missing"
    FOLLOWS_MISSING = "follows_missing"
    NEW_FOLLOWERS_MISSING = "new_followers_missing"
    NUMBERS_MISSING = "numbers_missing"
    POSTS_LIMITED = "posts_limited"


class ReasonJson(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One reason; the counts say how much it concerns, `since` how long it has lasted."""

    code: str
    message: str
    link: str | None = None
    units: list[str] | None = None
    since: str | None = None
    dates: int | None = None
    posts: int | None = None
    shown: int | None = None
    by_reason: dict[str, int] | None = None


class CoverageJson(msgspec.Struct, rename="camel"):
    """Whether an answer is complete; from which to which date the account's days are stored."""

    complete: bool
    collected_from: str | None
    collected_until: str | None
    reasons: list[ReasonJson]


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a computed answer itself knows about its gaps; stored beside it.

    `since` is its first date if it covers more than the dates that were asked for.
    `numbers_missing` counts the posts without a number by reason; a post can have several.
    """

    since: date | None = None
    first_day: date | None = None
    last_day: date | None = None
    days_missing: int = 0
    follows_missing: int | None = None
    new_followers_missing: int = 0
    posts: int = 0
    shown: int = 0
    incomplete_posts: int = 0
    numbers_missing: dict[str, int] = {}
    valid_until: datetime | None = None
    nothing_yet: bool = False


# What a post's number is missing for, by the problem of the unit that collects it.
UNIT_REASONS = {
    Problem.THROTTLED.value: Reason.THROTTLED,
    Problem.INSIGHTS_NOT_GRANTED.value: Reason.NOT_GRANTED,
}


def reason_for_unknown(state: AccountState | None, unit: Unit) -> Reason:
    """Return why a number without a reason of its own is not known."""
    units = (unit, Unit.CATALOGUE) if unit is Unit.POSTS else (unit,)
    problems = [state.status(one).problem or "" for one in units] if state else []
    return next((UNIT_REASONS[one] for one in problems if one in UNIT_REASONS), Reason.NOT_YET)


def posts_were_read(state: AccountState | None) -> bool:
    """Return whether all posts of an account were read at least once."""
    return state is not None and state.status(Unit.CATALOGUE).succeeded_at is not None


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Makes the coverage of one answer."""

    state: AccountState | None
    connection: Connection
    login_type: LoginType
    public_url: str
    dates: Dates | None
    today: date
    facts: Facts

    def to_json(self) -> CoverageJson:
        """Return the coverage in the shape of the contract."""
        reasons = [*self._of_account(), *self._of_range(), *self._of_posts()]
        first, last = self.facts.first_day, self.facts.last_day
        return CoverageJson(
            not reasons,
            first.isoformat() if first else None,
            last.isoformat() if last else None,
            reasons,
        )

    def _of_account(self) -> Iterator[ReasonJson]:
        connect = f"{self.public_url}/instagram/connect?login_type={self.login_type}"
        problems = self._problems()
        if code := STATES.get(self.connection):
            yield ReasonJson(code=code, message=MESSAGES[code], link=connect)
        is_new = self.state is None or self.state.first_collected_at is None
        if is_new or self.facts.nothing_yet:
            yield ReasonJson(
                code=Code.NOT_COLLECTED_YET, message="No numbers have been collected yet."
            )
        elif lacking := self._never_read():
            yield ReasonJson(
                code=Code.NOT_COLLECTED_YET,
                message="Some of the numbers have not been read completely yet.",
                units=[unit.value for unit in lacking],
            )
        connected = self.connection is Connection.CONNECTED
        for problem, units in problems.items() if connected else ():
            yield ReasonJson(
                code=problem,
                message=MESSAGES[problem],
                link=connect if problem in NEEDS_LOGIN else None,
                units=[unit.value for unit in units],
                since=self._since(units),
            )

    def _never_read(self) -> list[Unit]:
        """Return the parts of a range's numbers that were never read to their end."""
        needed = (Unit.CATALOGUE, Unit.DAYS) if self.dates else ()
        state = self.state or AccountState(account_id="", revision="")
        return [unit for unit in needed if state.status(unit).succeeded_at is None]

    def _problems(self) -> Mapping[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        for unit in Unit if self.state else ():
            problem = self.state.status(unit).problem if self.state else None
            if problem:
                code = problem if problem in MESSAGES else Code.COLLECTION_FAILING.value
                found.setdefault(code, []).append(unit)
        return found

    def _since(self, units: list[Unit]) -> str | None:
        """Return when all of these units last succeeded."""
        known = [self.state.status(unit).succeeded_at for unit in units] if self.state else []
        succeeded = [one for one in known if one]
        return to_rfc3339(min(succeeded)) if succeeded and len(succeeded) == len(known) else None

    def _of_range(self) -> Iterator[ReasonJson]:
        facts = self.facts
        if self.dates and self.dates.until > self.today:
            yield ReasonJson(
                code=Code.FUTURE, message=f"Today is {self.today}: later dates have no numbers yet."
            )
        since = facts.since or (self.dates.since if self.dates else None)
        if self.dates and since and facts.first_day and since < facts.first_day:
            yield ReasonJson(
                code=Code.BEFORE_FIRST_COLLECTION,
                message=(
                    f"Daily numbers are stored from {facts.first_day} onwards. The posts' numbers "
                    "are not affected."
                ),
                dates=(min(facts.first_day, self.dates.until + ONE) - since).days,
            )
        if facts.days_missing:
            yield ReasonJson(
                code=Code.DAYS_MISSING,
                message="The account's reach is not known for every day.",
                dates=facts.days_missing,
            )
        if facts.follows_missing is not None:
            yield ReasonJson(
                code=Code.FOLLOWS_MISSING,
                message="Follows and unfollows are not known for every day.",
                dates=facts.follows_missing,
            )
        if facts.new_followers_missing:
            yield ReasonJson(
                code=Code.NEW_FOLLOWERS_MISSING,
                message="New followers are not known for every day.",
                dates=facts.new_followers_missing,
            )

    def _of_posts(self) -> Iterator[ReasonJson]:
        facts = self.facts
        if facts.incomplete_posts:
            yield ReasonJson(
                code=Code.NUMBERS_MISSING,
                message="Some posts lack numbers; each post says why.",
                posts=facts.incomplete_posts,
                by_reason=dict(sorted(facts.numbers_missing.items())),
            )
        if facts.shown < facts.posts:
            yield ReasonJson(
                code=Code.POSTS_LIMITED,
                message="All posts are counted, but not all are listed: follow postsCursor.",
                posts=facts.posts,
                shown=facts.shown,
            )


STATES = {
    Connection.DISCONNECTED: Code.ACCOUNT_DISCONNECTED.value,
    Connection.RECONNECT_REQUIRED: Problem.RECONNECT_REQUIRED.value,
}
NEEDS_LOGIN = (Problem.INSIGHTS_NOT_GRANTED.value, Problem.RECONNECT_REQUIRED.value)
MESSAGES: Mapping[str, str] = {
    Code.ACCOUNT_DISCONNECTED.value: "The account is disconnected: nothing new is collected.",
    Code.COLLECTION_FAILING.value: "The last attempt to collect did not succeed. It is repeated.",
    Problem.THROTTLED.value: (
        "Instagram's call limit is nearly used up. The collection goes on when it frees up."
    ),
    Problem.INSIGHTS_NOT_GRANTED.value: (
        "The account's owner has not granted the permission to read insights. Connect the account "
        "again and grant it."
    ),
    Problem.RECONNECT_REQUIRED.value: (
        "The account must be connected again: nothing new is collected."
    ),
    Problem.UNAVAILABLE.value: "Instagram did not answer as it should. The collection is repeated.",
    Problem.REFUSED.value: "Instagram refused to give some numbers. They are asked for again.",
    Problem.PARTLY_FAILED.value: (
        "Some posts or stories could not be read the last time. They are read again."
    ),
    Problem.UNFINISHED.value: "There is more to read than fits into one run. The next one goes on.",
}
