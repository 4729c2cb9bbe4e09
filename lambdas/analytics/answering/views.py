"""The answer of `GET /instagram/analytics` in the shape, key order and units of the contract."""

from __future__ import annotations

import msgspec

from lambdas.analytics.answering.coverage import CoverageJson
from lambdas.analytics.records import Number

NumberOrNull = Number | None


class ProfileJson(msgspec.Struct):
    """The account as its profile showed it last."""

    id: str
    user_id: str | None
    username: str | None
    name: str | None
    account_type: str | None
    profile_picture_url: str | None
    followers_count: int | None
    follows_count: int | None
    media_count: int | None
    biography: str | None
    website: str | None


class TotalsJson(msgspec.Struct, rename="camel", kw_only=True):
    """Numbers of the whole range; `missing` says why one is null."""

    posts: int
    account_reach: NumberOrNull
    net_followers: NumberOrNull
    post_reach: NumberOrNull
    likes: NumberOrNull
    comments: NumberOrNull
    saved: NumberOrNull
    shares: NumberOrNull
    views: NumberOrNull
    engagement: NumberOrNull
    avg_reach_per_post: NumberOrNull
    avg_engagement_per_post: NumberOrNull
    engagement_rate_by_reach: NumberOrNull
    like_rate_by_reach: NumberOrNull
    comment_rate_by_reach: NumberOrNull
    save_rate_by_reach: NumberOrNull
    share_rate_by_reach: NumberOrNull
    view_to_reach_ratio: NumberOrNull
    avg_likes_per_post: NumberOrNull
    avg_comments_per_post: NumberOrNull
    avg_views_per_post: NumberOrNull
    account_reach_daily_sum: NumberOrNull
    new_followers: NumberOrNull
    missing: dict[str, str]


class DailyValueJson(msgspec.Struct):
    """The number of the day that ends at `end_time`."""

    value: NumberOrNull
    end_time: str


class DailySeriesJson(msgspec.Struct):
    """A series of daily numbers, in the Graph API's shape."""

    name: str
    period: str
    values: list[DailyValueJson]


class AccountInsightsJson(msgspec.Struct):
    """The account's stored series; empty lists where nothing is stored."""

    reach: list[DailySeriesJson]
    follower_count: list[DailySeriesJson]


class MonthJson(msgspec.Struct, rename="camel", kw_only=True):
    """The posts of one month."""

    month: str
    posts: int
    reach: NumberOrNull
    likes: NumberOrNull
    comments: NumberOrNull
    saved: NumberOrNull
    shares: NumberOrNull
    views: NumberOrNull
    engagement: NumberOrNull
    avg_reach_per_post: NumberOrNull
    avg_engagement_per_post: NumberOrNull
    engagement_rate_by_reach: NumberOrNull


class GroupJson(msgspec.Struct, rename="camel", kw_only=True):
    """The posts of one kind, weekday or hour."""

    key: str
    posts: int
    reach: NumberOrNull
    likes: NumberOrNull
    comments: NumberOrNull
    saved: NumberOrNull
    shares: NumberOrNull
    views: NumberOrNull
    engagement: NumberOrNull
    avg_reach_per_post: NumberOrNull
    avg_engagement_per_post: NumberOrNull
    engagement_rate_by_reach: NumberOrNull
    save_rate_by_reach: NumberOrNull
    share_rate_by_reach: NumberOrNull


class DerivedJson(msgspec.Struct, rename="camel", kw_only=True):
    """What is computed from a post's numbers."""

    engagement: NumberOrNull
    engagement_rate_by_reach: NumberOrNull
    save_rate_by_reach: NumberOrNull
    share_rate_by_reach: NumberOrNull
    like_rate_by_reach: NumberOrNull
    comment_rate_by_reach: NumberOrNull
    view_to_reach_ratio: NumberOrNull


class PostNumbersJson(msgspec.Struct, kw_only=True):
    """A post; `missing` says why a metric is null, `goneAt` when it was found deleted."""

    id: str
    caption: str | None
    media_type: str | None
    media_product_type: str | None
    timestamp: str
    permalink: str | None
    thumbnail: str | None
    metrics: dict[str, NumberOrNull]
    derived: DerivedJson
    missing: dict[str, str]
    collected_at: str | None = msgspec.field(name="collectedAt")
    like_count: int | None = msgspec.field(name="likeCount")
    comments_count: int | None = msgspec.field(name="commentsCount")
    gone_at: str | None = msgspec.field(name="goneAt")


class TopPostsJson(msgspec.Struct, rename="camel"):
    """The first five posts of four rankings."""

    by_reach: list[PostNumbersJson]
    by_engagement_rate: list[PostNumbersJson]
    by_saved: list[PostNumbersJson]
    by_shares: list[PostNumbersJson]


class ReportJson(msgspec.Struct, kw_only=True):
    """The part of the answer that is computed once per change of the account's rows."""

    account: ProfileJson
    since: str
    until: str
    time_zone: str
    totals: TotalsJson
    account_insights: AccountInsightsJson = msgspec.field(name="accountInsights")
    monthly: list[MonthJson]
    media_type_breakdown: list[GroupJson] = msgspec.field(name="mediaTypeBreakdown")
    weekday_breakdown: list[GroupJson] = msgspec.field(name="weekdayBreakdown")
    hour_breakdown: list[GroupJson] = msgspec.field(name="hourBreakdown")
    top_posts: TopPostsJson = msgspec.field(name="topPosts")
    posts: list[PostNumbersJson]
    posts_cursor: str | None = msgspec.field(name="postsCursor")
    fetched_at: int | None = msgspec.field(name="fetchedAt")


class AnalyticsJson(ReportJson, kw_only=True):
    """The whole answer."""

    from_cache: bool = msgspec.field(name="fromCache")
    coverage: CoverageJson
