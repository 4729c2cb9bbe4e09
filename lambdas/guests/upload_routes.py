"""The routes by which guests add, delete and report photos. Standard library only."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Auth, Limit, Method, Query, Route
from lambdas.guests.page_routes import PUBLIC_PAGES, SECTION

WRITES = Limit(rate=50, burst=200)

UPLOAD_ROUTES = (
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
        query=(SECTION,),
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
        method=Method.POST,
        path="/g/{event_id}/photos/{photo_id}/reports",
        function="upload",
        handler="report_photo",
        success=(HTTPStatus.ACCEPTED,),
        summary="Report a photo: it is hidden at once, and the host looks at it",
        auth=Auth.NONE,
        no_auth_reason=PUBLIC_PAGES,
        limit=Limit(rate=20, burst=50),
        page=True,
        request="lambdas.guests.moderating.views:ReportRequest",
        response="lambdas.guests.moderating.views:ReportedJson",
    ),
)
