"""The routes of connecting Instagram accounts and keeping their tokens."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Auth, Limit, Method, Query, Route

LOGIN_IN_BROWSER = (
    "Account owners return here from Meta's login, or arrive by a link that was sent to them. Each "
    "such address holds a secret that works for one login or one account, for a short time."
)
SIGNED_BY_META = (
    "Meta calls without a sign-in of ours: each request is signed with the app's secret, which is "
    "verified before anything is done."
)
LOGINS = Limit(rate=5, burst=10)
# An open page of a login reloads itself every few seconds.
PROGRESS = Limit(rate=20, burst=40)
CALLBACKS = Limit(rate=100, burst=200)
ACCOUNT = Query("account", "The account's id; optional while only one is connected")

ROUTES = (
    Route(
        method=Method.GET,
        path="/instagram/connect",
        function="connect",
        handler="begin_login",
        summary="Redirect to Meta's login dialog",
        limit=LOGINS,
        page=True,
        query=(Query("login_type", "instagram or facebook; the stage's own if omitted"),),
        success=(HTTPStatus.FOUND,),
    ),
    Route(
        method=Method.GET,
        path="/instagram/reconnect/{ticket}",
        function="connect",
        handler="begin_login_again",
        summary="Redirect the holder of a mailed link to Meta's login dialog",
        auth=Auth.NONE,
        no_auth_reason=LOGIN_IN_BROWSER,
        limit=LOGINS,
        page=True,
        success=(HTTPStatus.FOUND,),
    ),
    Route(
        method=Method.GET,
        path="/instagram/callback",
        function="connect",
        handler="finish_login",
        summary="Finish the login that Meta's dialog leads back from",
        auth=Auth.NONE,
        no_auth_reason=LOGIN_IN_BROWSER,
        limit=LOGINS,
        page=True,
        success=(HTTPStatus.OK, HTTPStatus.SEE_OTHER),
    ),
    Route(
        method=Method.GET,
        path="/instagram/logins/{login}",
        function="connect",
        handler="show_login",
        summary="Show a login that has several accounts, or is not finished",
        auth=Auth.NONE,
        no_auth_reason=LOGIN_IN_BROWSER,
        limit=PROGRESS,
        page=True,
    ),
    Route(
        method=Method.POST,
        path="/instagram/logins/{login}",
        function="connect",
        handler="choose_accounts",
        summary="Choose which accounts of a login are connected (a form)",
        auth=Auth.NONE,
        no_auth_reason=LOGIN_IN_BROWSER,
        limit=LOGINS,
        page=True,
        success=(HTTPStatus.SEE_OTHER,),
    ),
    Route(
        method=Method.GET,
        path="/instagram/accounts",
        function="operate",
        handler="list_accounts",
        summary="List connected accounts; never a token",
        query=(
            Query("state", "active, refreshing or reconnect_required"),
            Query("limit", "Accounts per page, 1 to 1000"),
            Query("after", "The `next` of the page before"),
        ),
        response="lambdas.tokens.views:AccountsJson",
    ),
    Route(
        method=Method.DELETE,
        path="/instagram/accounts/{account_id}",
        function="operate",
        handler="disconnect_account",
        summary="Disconnect an account",
        limit=Limit(rate=20, burst=50),
    ),
    Route(
        method=Method.GET,
        path="/instagram/accounts/{account_id}/audit",
        function="operate",
        handler="show_audit",
        summary="List what happened to an account's connection, newest first",
        query=(Query("before", "The `next` of the page before"),),
    ),
    Route(
        method=Method.GET,
        path="/instagram/accounts/{account_id}/check",
        function="operate",
        handler="check_account",
        summary="Check app, account, Page, permissions and expiry of a connection",
    ),
    Route(
        method=Method.GET,
        path="/instagram/token/status",
        function="operate",
        handler="show_status",
        summary="Show the state of an account's token",
        query=(ACCOUNT,),
        response="lambdas.tokens.views:TokenStatusJson",
    ),
    Route(
        method=Method.POST,
        path="/instagram/token/refresh",
        function="operate",
        handler="refresh_now",
        summary="Refresh an account's token now",
        limit=LOGINS,
        query=(ACCOUNT,),
        response="lambdas.tokens.views:RefreshJson",
    ),
    Route(
        method=Method.POST,
        path="/webhooks/instagram/deauthorize",
        function="privacy",
        handler="take_deauthorization",
        summary="Record that a person removed the app (called by Meta)",
        auth=Auth.NONE,
        no_auth_reason=SIGNED_BY_META,
        limit=CALLBACKS,
    ),
    Route(
        method=Method.POST,
        path="/webhooks/instagram/data-deletion",
        function="privacy",
        handler="take_deletion",
        summary="Delete a person's data (called by Meta)",
        auth=Auth.NONE,
        no_auth_reason=SIGNED_BY_META,
        limit=CALLBACKS,
    ),
    Route(
        method=Method.GET,
        path="/instagram/data-deletion/{code}",
        function="privacy",
        handler="show_deletion",
        summary="Show the state of a data-deletion request",
        auth=Auth.NONE,
        no_auth_reason=(
            "The person who asked for the deletion has no account here; the code is theirs alone."
        ),
        limit=LOGINS,
        page=True,
    ),
)
