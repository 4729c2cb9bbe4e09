"""What is stored of an account's numbers.

These records are packed (msgpack) into one column: an answer reads thousands of them, and
DynamoDB's own types cost more time to decode than the rest of the answer takes.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

import msgspec

Number = int | float
DAY = timedelta(days=1)


class Reason(enum.StrEnum):
    """Why a number is not known."""

    NOT_SUPPORTED = "not_supported"
    """The API does not have it for this kind of post, or refuses it."""
    BEFORE_BUSINESS_ACCOUNT = "before_business_account"
    TOO_FEW_VIEWERS = "too_few_viewers"
    NOT_YET = "not_yet"
    """The API has not computed it yet, or it was not asked yet."""
    THROTTLED = "throttled"
    """The share of the call budget for collecting is used up."""
    NOT_GRANTED = "not_granted"
    """The account's owner has not granted the permission to read insights."""


class Packed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of packed records. Times are aware and in UTC."""


class Post(Packed, frozen=True, kw_only=True):
    """A post of the account's catalogue with its newest numbers.

    `numbers` holds what is known, by metric, as received; `missing` why a metric has no number.
    `collected_at` is when numbers were last received, `tried_at` when they were last asked for.
    `gone_at` is when the post was found to be deleted on Instagram: its numbers stay.
    """

    id: str
    taken_at: datetime
    seen_at: datetime
    media_type: str | None = None
    product_type: str | None = None
    caption: str | None = None
    permalink: str | None = None
    thumbnail: str | None = None
    like_count: int | None = None
    comments_count: int | None = None
    numbers: dict[str, Number] = {}
    missing: dict[str, Reason] = {}
    collected_at: datetime | None = None
    tried_at: datetime | None = None
    gone_at: datetime | None = None


class Story(Packed, frozen=True, kw_only=True):
    """A story with its newest numbers; `navigation` is by action (`tap_forward`, ...)."""

    id: str
    taken_at: datetime
    seen_at: datetime
    media_type: str | None = None
    caption: str | None = None
    permalink: str | None = None
    numbers: dict[str, Number] = {}
    navigation: dict[str, Number] = {}
    navigation_at: datetime | None = None
    missing: dict[str, Reason] = {}
    collected_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """Return when it disappears, and its numbers with it."""
        return self.taken_at + DAY


class Snapshot(Packed, frozen=True, kw_only=True):
    """The numbers of a post or story at the end of one day of the account."""

    collected_at: datetime
    numbers: dict[str, Number]


class AccountDay(Packed, frozen=True, kw_only=True):
    """One day of the account, as Instagram cuts days: `end_time` is its end.

    `new_followers` are Instagram's `follower_count`; `follows` and `unfollows` its
    `follows_and_unfollows`; `followers` is the profile's count when it was last read on that day.
    `totals` holds further account metrics of the day. What was never received is None or absent;
    `totals_asked_at` and `follows_asked_at` say when it was last asked for.
    """

    end_time: datetime
    collected_at: datetime
    reach: Number | None = None
    new_followers: Number | None = None
    follows: Number | None = None
    unfollows: Number | None = None
    followers: int | None = None
    totals: dict[str, Number] = {}
    totals_asked_at: datetime | None = None
    follows_asked_at: datetime | None = None


class Window(Packed, frozen=True, kw_only=True):
    """Totals of several days, `[start, end)`, as Instagram computed them for the whole window.

    People are counted once: a window's reach is not the sum of its days.
    """

    start: datetime
    end: datetime
    collected_at: datetime
    totals: dict[str, Number] = {}
    follows: Number | None = None
    unfollows: Number | None = None
    totals_asked_at: datetime | None = None
    follows_asked_at: datetime | None = None


class Audience(Packed, frozen=True, kw_only=True):
    """Who follows and who engaged, by dimension (`age`, ...) and value (`25-34`), on one date."""

    date: str
    collected_at: datetime
    followers: dict[str, dict[str, Number]] = {}
    engaged: dict[str, dict[str, Number]] = {}
    missing: dict[str, Reason] = {}


class OnlineFollowers(Packed, frozen=True, kw_only=True):
    """Followers online in each hour (0 to 23, Pacific Time) of the day that ends at `end_time`."""

    end_time: datetime
    collected_at: datetime
    hours: dict[int, Number]


class Profile(Packed, frozen=True, kw_only=True):
    """The account as its profile shows it."""

    read_at: datetime
    user_id: str | None = None
    username: str | None = None
    name: str | None = None
    account_type: str | None = None
    profile_picture_url: str | None = None
    followers_count: int | None = None
    follows_count: int | None = None
    media_count: int | None = None
    biography: str | None = None
    website: str | None = None


class Unit(enum.StrEnum):
    """A part of an account's collection: a message, a schedule and a failure of its own."""

    POSTS = "posts"
    """The newest posts and the numbers that are due."""
    CATALOGUE = "catalogue"
    """All posts."""
    STORIES = "stories"
    DAYS = "days"
    """Profile, days and windows of the account."""
    AUDIENCE = "audience"
    """Demographics and online hours."""


class UnitStatus(Packed, frozen=True, kw_only=True):
    """How a unit of collection is doing.

    `problem` is why the last attempt did not complete: a code of `lambdas.analytics.problem`.
    `resume_at` is the time up to which an interrupted reading of all posts got, going back.
    """

    due_at: datetime | None = None
    tried_at: datetime | None = None
    succeeded_at: datetime | None = None
    failures: int = 0
    problem: str | None = None
    resume_at: datetime | None = None


class AccountState(Packed, frozen=True, kw_only=True):
    """An account's numbers as a whole.

    `revision` changes with every change of the account's rows: an answer that was computed under
    another revision is out of date. `first_day` is the end of the oldest stored day.
    """

    account_id: str
    revision: str
    time_zone: str | None = None
    profile: Profile | None = None
    units: dict[str, UnitStatus] = {}
    first_collected_at: datetime | None = None

    def status(self, unit: Unit) -> UnitStatus:
        """Return how a unit is doing."""
        return self.units.get(unit.value, UnitStatus())
