"""Sums as answers show them."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from lambdas.analytics.answering.account_days import AccountRange
from lambdas.analytics.answering.measures import Sums
from lambdas.analytics.answering.views import GroupJson, MonthJson, ProfileJson, TotalsJson
from lambdas.analytics.records import AccountState, Number, Profile


def profile_json(account_id: str, state: AccountState | None) -> ProfileJson:
    """Return the view of an account; null where its profile was not read yet."""
    profile = (state.profile if state else None) or Profile(read_at=datetime.min)  # noqa: DTZ901
    return ProfileJson(
        id=account_id,
        user_id=profile.user_id,
        username=profile.username,
        name=profile.name,
        account_type=profile.account_type,
        profile_picture_url=profile.profile_picture_url,
        followers_count=profile.followers_count,
        follows_count=profile.follows_count,
        media_count=profile.media_count,
        biography=profile.biography,
        website=profile.website,
    )


def totals_json(sums: Sums, account: AccountRange) -> TotalsJson:
    """Return the totals of a range, with a reason for each that is not known."""
    found = TotalsJson(
        posts=sums.posts,
        account_reach=account.reach,
        net_followers=account.net_followers,
        post_reach=sums.total("reach"),
        likes=sums.total("likes"),
        comments=sums.total("comments"),
        saved=sums.total("saved"),
        shares=sums.total("shares"),
        views=sums.total("views"),
        engagement=sums.total("engagement"),
        avg_reach_per_post=sums.average("reach"),
        avg_engagement_per_post=sums.average("engagement"),
        engagement_rate_by_reach=sums.rate("engagementRateByReach"),
        like_rate_by_reach=sums.rate("likeRateByReach"),
        comment_rate_by_reach=sums.rate("commentRateByReach"),
        save_rate_by_reach=sums.rate("saveRateByReach"),
        share_rate_by_reach=sums.rate("shareRateByReach"),
        view_to_reach_ratio=sums.rate("viewToReachRatio"),
        avg_likes_per_post=sums.average("likes"),
        avg_comments_per_post=sums.average("comments"),
        avg_views_per_post=sums.average("views"),
        account_reach_daily_sum=account.daily_reach,
        new_followers=account.new_followers,
        missing={},
    )
    names = zip(found.__struct_fields__, found.__struct_encode_fields__, strict=True)
    found.missing = {
        shown: OF_ACCOUNT.get(shown, "numbers_missing")
        for name, shown in names
        if getattr(found, name) is None
    }
    return found


OF_ACCOUNT = {
    "accountReach": "no_window",
    "netFollowers": "follows_missing",
    "accountReachDailySum": "days_missing",
    "newFollowers": "new_followers_missing",
}
"""Why a total of the account itself is null; all others are sums over posts."""


def month_json(month: str, sums: Sums) -> MonthJson:
    """Return the view of a month."""
    return MonthJson(month=month, **_sums(sums))


def group_json(key: str, sums: Sums) -> GroupJson:
    """Return the view of a group of posts."""
    return GroupJson(
        key=key,
        **_sums(sums),
        save_rate_by_reach=sums.rate("saveRateByReach"),
        share_rate_by_reach=sums.rate("shareRateByReach"),
    )


class _Sums(TypedDict):
    posts: int
    reach: Number | None
    likes: Number | None
    comments: Number | None
    saved: Number | None
    shares: Number | None
    views: Number | None
    engagement: Number | None
    avg_reach_per_post: Number | None
    avg_engagement_per_post: Number | None
    engagement_rate_by_reach: Number | None


def _sums(sums: Sums) -> _Sums:
    return {
        "posts": sums.posts,
        "reach": sums.total("reach"),
        "likes": sums.total("likes"),
        "comments": sums.total("comments"),
        "saved": sums.total("saved"),
        "shares": sums.total("shares"),
        "views": sums.total("views"),
        "engagement": sums.total("engagement"),
        "avg_reach_per_post": sums.average("reach"),
        "avg_engagement_per_post": sums.average("engagement"),
        "engagement_rate_by_reach": sums.rate("engagementRateByReach"),
    }
