"""The routes of guests' pages. Standard library only."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Auth, Method, Query, Route

PUBLIC_PAGES = (
    "Guests have no accounts: the event's address is what lets them look and add photos, within "
    "the event's limits."
)
SECTION = Query("section", "The id of a section; the whole event if omitted")
PAGE = (
    SECTION,
    Query("limit", "Items per page, 1 to 100"),
    Query("cursor", "Where the page starts: the `next` of the page before"),
)

PAGE_ROUTES = (
    Route(
        method=Method.GET,
        path="/",
        function="view",
        handler="show_home",
        summary="Show the site's first page",
        auth=Auth.NONE,
        no_auth_reason="It shows how the site works, and names no event.",
        page=True,
    ),
    Route(
        method=Method.GET,
        path="/g/{event_id}",
        function="view",
        handler="show_page",
        summary="Show the event's page",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        page=True,
        query=PAGE,
    ),
    Route(
        method=Method.GET,
        path="/g/{event_id}/tiles",
        function="view",
        handler="show_tiles",
        success=(HTTPStatus.OK, HTTPStatus.NOT_MODIFIED),
        summary="Show the list of the event's page alone, for the page to update itself",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        page=True,
        query=PAGE,
    ),
    Route(
        method=Method.GET,
        path="/g/{event_id}/photos",
        function="view",
        handler="list_photos",
        success=(HTTPStatus.OK, HTTPStatus.NOT_MODIFIED),
        summary="List the event's photos and Instagram posts, newest first",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        page=True,
        query=PAGE,
        response="lambdas.guests.views:TimelineJson",
    ),
    Route(
        method=Method.GET,
        path="/g/{event_id}/qr.svg",
        function="view",
        handler="show_qr",
        summary="Return the QR code of the event's address",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        page=True,
        media_type="image/svg+xml",
        query=(SECTION,),
    ),
    Route(
        method=Method.GET,
        path="/g/{event_id}/poster",
        function="view",
        handler="show_poster",
        summary="Show a poster or a table card to print, with the QR code",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        page=True,
        query=(SECTION, Query("size", "a4 for a poster, a6 for a table card; a4 if omitted")),
    ),
    Route(
        method=Method.GET,
        path="/assets/{name}",
        function="view",
        handler="show_asset",
        summary="Return a file of the page's bundle",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        page=True,
    ),
    Route(
        method=Method.ANY,
        path="$default",
        function="view",
        handler="show_nothing_here",
        summary="Answer every address that no other route serves",
        auth=Auth.NONE,
        no_auth_reason="It answers 404 to every caller, whatever is asked.",
        page=True,
    ),
)
