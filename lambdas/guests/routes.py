"""The routes of guests' pages and uploads."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Auth, CachedPages, Limit, Method, Query, Route
from lambdas.guests.settings import DEVICE_COOKIE, PAGE_QUERY

PUBLIC_PAGES = (
    "Guests have no accounts: the event's address is what lets them look and add photos, within "
    "the event's limits."
)
PAGE = (
    Query("limit", "Items per page, 1 to 100"),
    Query("cursor", "Where the page starts: the `next` of the page before"),
)
WRITES = Limit(rate=50, burst=200)

ROUTES = (
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
    Route(
        method=Method.POST,
        path="/g/{event_id}/uploads",
        function="upload",
        handler="announce_uploads",
        summary="Announce files and receive a grant to upload each",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        limit=WRITES,
        page=True,
        request="lambdas.guests.upload_request:UploadRequest",
        response="lambdas.guests.views:UploadsJson",
    ),
    Route(
        method=Method.GET,
        path="/g/{event_id}/uploads",
        function="upload",
        handler="list_uploads",
        summary="Report the state of uploads",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        page=True,
        query=(Query("ids", "1 to 100 upload ids, comma-separated", required=True),),
        response="lambdas.guests.views:UploadStatusesJson",
    ),
    Route(
        method=Method.GET,
        path="/g/{event_id}/upload",
        function="upload",
        handler="show_form",
        summary="Show a plain form for one photo, for browsers without JavaScript",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        page=True,
    ),
    Route(
        method=Method.DELETE,
        path="/g/{event_id}/photos/{photo_id}",
        function="upload",
        handler="delete_photo",
        success=(HTTPStatus.NO_CONTENT,),
        summary="Delete a photo, by the device that uploaded it",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        limit=Limit(rate=20, burst=50),
        page=True,
    ),
    Route(
        method=Method.GET,
        path="/events/{event_id}/photos",
        function="operate",
        handler="list_for_operators",
        summary="List an event's photos of one state, with links to their originals",
        query=(
            Query("state", "A photo state; in_review if omitted"),
            Query("limit", "Photos per page, 1 to 200"),
            Query("cursor", "The `next` of the page before"),
        ),
        response="lambdas.guests.views:ReviewJson",
    ),
    Route(
        method=Method.PATCH,
        path="/events/{event_id}/photos/{photo_id}",
        function="operate",
        handler="moderate_photo",
        summary="Show, hide or delete a photo",
        request="lambdas.guests.views:ModerationRequest",
        response="lambdas.guests.views:ReviewPhotoJson",
    ),
)

CACHED_PAGES = (CachedPages("g/*", (DEVICE_COOKIE,), PAGE_QUERY),)
