"""The routes of comments, mentions and messages."""

from __future__ import annotations

from lambdas.api.routing import Auth, Limit, Method, Route
from lambdas.comments.operating.inbox_routes import INBOX_ROUTES
from lambdas.comments.operating.reading_routes import READING_ROUTES
from lambdas.comments.operating.rule_routes import RULE_ROUTES

SIGNED_BY_META = (
    "Meta calls without a sign-in of ours: each request is signed with the app's secret, and the "
    "handshake holds the verification token; both are verified before anything is done."
)
WEBHOOKS = Limit(rate=500, burst=1000)
HANDSHAKES = Limit(rate=5, burst=10)

ROUTES = (
    Route(
        method=Method.GET,
        path="/webhooks/instagram",
        function="receive",
        handler="confirm_webhook",
        summary="Answer the handshake of a subscription (called by Meta)",
        auth=Auth.NONE,
        no_auth_reason=SIGNED_BY_META,
        limit=HANDSHAKES,
        media_type="text/plain",
    ),
    Route(
        method=Method.POST,
        path="/webhooks/instagram",
        function="receive",
        handler="receive_webhook",
        summary="Take what happened on Instagram (called by Meta)",
        auth=Auth.NONE,
        no_auth_reason=SIGNED_BY_META,
        limit=WEBHOOKS,
    ),
    *INBOX_ROUTES,
    *RULE_ROUTES,
    *READING_ROUTES,
)
