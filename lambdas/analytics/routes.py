"""The routes of an account's numbers."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Limit, Method, Query, Route

ACCOUNT = Query("account", "The account's id; the site's own account if omitted")
RANGE = (
    Query("since", "First date, YYYY-MM-DD in the account's zone; the site's start if omitted"),
    Query("until", "Last date, included; today in the account's zone if omitted"),
)
MIN_REACH = Query("minReach", "Least reach of a post that is ranked by a rate; 100 if omitted")
VIEWS = "lambdas.analytics.answering.views"
SIBLINGS = "lambdas.analytics.answering.sibling_views"
CHANGES = "lambdas.analytics.change_views"

ROUTES = (
    Route(
        method=Method.GET,
        path="/instagram/analytics",
        function="answer",
        handler="show_report",
        summary="Report an account's numbers over a range of dates",
        query=(*RANGE, ACCOUNT, MIN_REACH),
        response=f"{VIEWS}:AnalyticsJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/posts",
        function="answer",
        handler="list_posts",
        summary="List posts with their numbers, sorted by any of them, highest first",
        query=(
            *RANGE,
            ACCOUNT,
            Query("sort", "timestamp, a metric, or a rate; timestamp if omitted"),
            Query("product", "FEED, REELS, AD, IMAGE, VIDEO or CAROUSEL_ALBUM; all if omitted"),
            Query("limit", "Posts per page, 1 to 200; 50 if omitted"),
            Query("cursor", "The `next` of the page before, or a report's `postsCursor`"),
            MIN_REACH,
        ),
        response=f"{SIBLINGS}:PostsJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/posts/{media_id}",
        function="answer",
        handler="show_post",
        summary="Show one post with the history of its numbers",
        query=(ACCOUNT,),
        response=f"{SIBLINGS}:PostHistoryJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/stories",
        function="answer",
        handler="list_stories",
        summary="List stories with their numbers, newest first",
        query=(
            *RANGE,
            ACCOUNT,
            Query("limit", "Stories per page, 1 to 200; 50 if omitted"),
            Query("cursor", "The `next` of the page before"),
        ),
        response=f"{SIBLINGS}:StoriesJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/audience",
        function="answer",
        handler="show_audience",
        summary="Show who follows, who engaged, and when followers are online",
        query=(ACCOUNT,),
        response=f"{SIBLINGS}:AudienceJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/followers",
        function="answer",
        handler="list_followers",
        summary="List followers by date: total, new, lost, net",
        query=(*RANGE, ACCOUNT),
        response=f"{SIBLINGS}:FollowersJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/best-times",
        function="answer",
        handler="show_best_times",
        summary="Compare weekdays and hours by the posts that were published in them",
        query=(*RANGE, ACCOUNT, MIN_REACH),
        response=f"{SIBLINGS}:BestTimesJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/hashtags",
        function="answer",
        handler="list_hashtags",
        summary="Compare the hashtags of the account's own posts",
        query=(*RANGE, ACCOUNT, MIN_REACH),
        response=f"{SIBLINGS}:HashtagsJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/compare",
        function="answer",
        handler="show_comparison",
        summary="Compare the totals with those of the period of the same length before",
        query=(*RANGE, ACCOUNT),
        response=f"{SIBLINGS}:ComparisonJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/analytics/export",
        function="answer",
        handler="export_table",
        summary="Export a table as CSV, or redirect to it where it is large",
        query=(
            Query("table", "posts, days, monthly, stories or audience", required=True),
            Query("format", "csv; long ids and texts like formulas begin with an apostrophe"),
            *RANGE,
            ACCOUNT,
        ),
        success=(HTTPStatus.OK, HTTPStatus.SEE_OTHER),
        media_type="text/csv",
    ),
    Route(
        method=Method.PATCH,
        path="/instagram/analytics/account",
        function="answer",
        handler="change_account",
        summary="Set the zone in which an account's dates, weekdays and hours are meant",
        query=(ACCOUNT,),
        request=f"{CHANGES}:AccountChange",
        response=f"{CHANGES}:AccountZoneJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/analytics/collect",
        function="answer",
        handler="collect_now",
        summary="Start a collection now, at most once in 15 minutes",
        limit=Limit(rate=5, burst=10),
        query=(ACCOUNT,),
        response=f"{CHANGES}:CollectJson",
        success=(HTTPStatus.ACCEPTED,),
    ),
)
