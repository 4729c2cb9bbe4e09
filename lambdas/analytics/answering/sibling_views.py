"""The answers beside the report. Each ends with `fetchedAt`, `fromCache` and `coverage`."""

from __future__ import annotations

import msgspec

from lambdas.analytics.answering.coverage import CoverageJson
from lambdas.analytics.answering.post_list import PostsHeadJson
from lambdas.analytics.answering.views import NumberOrNull, PostNumbersJson


class PostsJson(PostsHeadJson, kw_only=True):
    """One page of posts."""

    from_cache: bool = msgspec.field(name="fromCache")
    coverage: CoverageJson


class RangeJson(msgspec.Struct, kw_only=True):
    """The account and the dates, both included, in its zone."""

    account: str
    since: str
    until: str
    time_zone: str


class SnapshotJson(msgspec.Struct, rename="camel"):
    """A post's numbers at the end of a date."""

    date: str
    numbers: dict[str, NumberOrNull]
    collected_at: str


class PostHistoryHead(msgspec.Struct, rename="camel", kw_only=True):
    """One post, and its numbers by date, oldest first."""

    account: str
    time_zone: str = msgspec.field(name="time_zone")
    post: PostNumbersJson
    history: list[SnapshotJson]
    fetched_at: int | None


class PostHistoryJson(PostHistoryHead, rename="camel", kw_only=True):
    """One post with the history of its numbers."""

    from_cache: bool
    coverage: CoverageJson


class StoryJson(msgspec.Struct, rename="camel", kw_only=True):
    """A story; `navigation` counts what viewers did, by action."""

    id: str
    caption: str | None
    media_type: str | None = msgspec.field(name="media_type")
    timestamp: str
    ends_at: str
    permalink: str | None
    metrics: dict[str, NumberOrNull]
    navigation: dict[str, NumberOrNull] | None
    missing: dict[str, str]
    collected_at: str | None


class StoriesHead(RangeJson, kw_only=True):
    """One page of stories, newest first; `next` continues it as `cursor`."""

    stories: list[StoryJson]
    next: str | None
    total: int
    fetched_at: int | None = msgspec.field(name="fetchedAt")


class StoriesJson(StoriesHead, kw_only=True):
    """One page of stories."""

    from_cache: bool = msgspec.field(name="fromCache")
    coverage: CoverageJson


Shares = dict[str, NumberOrNull]


class PeopleJson(msgspec.Struct, rename="camel", kw_only=True):
    """People by age, gender, country and city on a date; null where it is not known."""

    date: str | None
    age: Shares | None
    gender: Shares | None
    country: Shares | None
    city: Shares | None
    collected_at: str | None


class OnlineJson(msgspec.Struct, rename="camel", kw_only=True):
    """How many followers were online in each hour of a date, on the account's clocks."""

    date: str | None
    hours: dict[str, NumberOrNull]
    collected_at: str | None


class AudienceHead(msgspec.Struct, kw_only=True):
    """Who follows, who engaged, and when followers are online."""

    account: str
    time_zone: str
    followers: PeopleJson
    engaged: PeopleJson
    online: OnlineJson
    missing: dict[str, str]
    fetched_at: int | None = msgspec.field(name="fetchedAt")


class AudienceJson(AudienceHead, kw_only=True):
    """The audience."""

    from_cache: bool = msgspec.field(name="fromCache")
    coverage: CoverageJson


class FollowersDayJson(msgspec.Struct, kw_only=True):
    """A date's followers: `total` when last read, those who came, who left, and the difference."""

    date: str
    total: NumberOrNull
    new: NumberOrNull
    lost: NumberOrNull
    net: NumberOrNull


class FollowersHead(RangeJson, kw_only=True):
    """Followers by date, oldest first."""

    days: list[FollowersDayJson]
    fetched_at: int | None = msgspec.field(name="fetchedAt")


class FollowersJson(FollowersHead, kw_only=True):
    """Followers by date."""

    from_cache: bool = msgspec.field(name="fromCache")
    coverage: CoverageJson


class SlotJson(msgspec.Struct, rename="camel", kw_only=True):
    """One hour of the week; `onlineFollowers` is the average of the last days."""

    weekday: str
    hour: str
    posts: int
    median_reach: NumberOrNull
    median_engagement_rate: NumberOrNull
    online_followers: NumberOrNull


class BestTimesHead(RangeJson, kw_only=True):
    """The hours of the week that have posts or followers online, and the best three."""

    slots: list[SlotJson]
    best: list[SlotJson]
    fetched_at: int | None = msgspec.field(name="fetchedAt")


class BestTimesJson(BestTimesHead, kw_only=True):
    """The hours of the week."""

    from_cache: bool = msgspec.field(name="fromCache")
    coverage: CoverageJson


class MediansJson(msgspec.Struct, rename="camel", kw_only=True):
    """Medians over all of the account's posts in the range."""

    posts: int
    median_reach: NumberOrNull
    median_engagement_rate: NumberOrNull


class HashtagJson(msgspec.Struct, rename="camel", kw_only=True):
    """The posts with a hashtag; the ratios are against the account's medians."""

    hashtag: str
    posts: int
    median_reach: NumberOrNull
    median_engagement_rate: NumberOrNull
    reach_ratio: NumberOrNull
    engagement_rate_ratio: NumberOrNull


class HashtagsHead(RangeJson, kw_only=True):
    """Hashtags, those of most posts first; `total` counts all, of which the first are listed."""

    all_posts: MediansJson = msgspec.field(name="allPosts")
    hashtags: list[HashtagJson]
    total: int
    fetched_at: int | None = msgspec.field(name="fetchedAt")


class HashtagsJson(HashtagsHead, kw_only=True):
    """Hashtags of the account's own posts."""

    from_cache: bool = msgspec.field(name="fromCache")
    coverage: CoverageJson


class ChangeJson(msgspec.Struct):
    """A total, that of the period before, and the difference as a fraction of the latter."""

    value: NumberOrNull
    previous: NumberOrNull
    change: NumberOrNull


class PeriodJson(msgspec.Struct):
    """Dates, both included."""

    since: str
    until: str


class ComparisonHead(RangeJson, kw_only=True):
    """Totals beside those of the period of the same length before."""

    previous: PeriodJson
    totals: dict[str, ChangeJson]
    fetched_at: int | None = msgspec.field(name="fetchedAt")


class ComparisonJson(ComparisonHead, kw_only=True):
    """Totals of two periods."""

    from_cache: bool = msgspec.field(name="fromCache")
    coverage: CoverageJson
