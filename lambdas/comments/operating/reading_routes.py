"""The routes of subscriptions and of discovery. Standard library only."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Method, Query, Route
from lambdas.comments.operating.inbox_routes import ACCOUNT, FUNCTION, OPERATING, RARE

READING_ROUTES = (
    Route(
        method=Method.GET,
        path="/instagram/subscriptions",
        function=FUNCTION,
        handler="list_subscriptions",
        summary="Show which webhooks accounts are subscribed to, and whether they arrive",
        response=f"{OPERATING}.subscription_lists:SubscriptionsJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/subscriptions/renew",
        function=FUNCTION,
        handler="renew_subscriptions",
        summary="Subscribe again now, and read what was missed",
        limit=RARE,
        query=(Query("account", "One account; all if omitted"),),
        success=(HTTPStatus.ACCEPTED,),
        response=f"{OPERATING}.subscription_lists:RenewalJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/discovery/accounts/{username}",
        function=FUNCTION,
        handler="discover_account",
        summary="Show another professional account's public numbers (Facebook login)",
        limit=RARE,
        texts=("username",),
        query=(ACCOUNT, Query("limit", "Newest posts, 1 to 50; 12 if omitted")),
        response=f"{OPERATING}.discovering:DiscoveredAccountJson",
    ),
    Route(
        method=Method.GET,
        path="/instagram/discovery/hashtags/{tag}",
        function=FUNCTION,
        handler="discover_hashtag",
        summary="Show public posts with a hashtag (Facebook login; 30 hashtags in 7 days)",
        limit=RARE,
        texts=("tag",),
        query=(
            ACCOUNT,
            Query("order", "top or recent; top if omitted"),
            Query("limit", "Posts, 1 to 50; 25 if omitted"),
        ),
        response=f"{OPERATING}.discovering:DiscoveredHashtagJson",
    ),
)
