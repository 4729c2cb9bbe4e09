"""The routes of downloads. Standard library only."""

from __future__ import annotations

from http import HTTPStatus

from lambdas.api.routing import Auth, Limit, Method, Route
from lambdas.guests.hosting.host_routes import FUNCTION, for_both

GUESTS_ONLY_SEE = (
    "Guests have no accounts: the event says whether they may take home what they see anyway."
)
VIEWS = "lambdas.guests.downloads.views"
BEGUN = (HTTPStatus.ACCEPTED, HTTPStatus.OK)
SENT_ON = (HTTPStatus.SEE_OTHER,)
ONE = "/downloads/{download_id}"
# A request that begins nothing still reads all photos of the event.
REQUESTS = Limit(rate=5, burst=50)
READS = Limit(rate=50, burst=200)

DOWNLOAD_ROUTES = (
    *for_both(
        Method.POST,
        "/downloads",
        "request_download",
        "Make zip files of all photos, or of chosen ones; what is there is not made again",
        success=BEGUN,
        refusals=(HTTPStatus.TOO_MANY_REQUESTS,),
        request=f"{VIEWS}:DownloadRequest",
        response=f"{VIEWS}:DownloadAnswerJson",
    ),
    *for_both(
        Method.GET,
        "/downloads",
        "list_downloads",
        "List the event's downloads, the newest first",
        response=f"{VIEWS}:DownloadsJson",
    ),
    *for_both(
        Method.GET,
        ONE,
        "show_download",
        "Show how far a download is, and the addresses of its parts",
        response=f"{VIEWS}:DownloadAnswerJson",
    ),
    *for_both(
        Method.GET,
        f"{ONE}/parts/{{number}}",
        "fetch_part",
        "Go to a zip file, by a link that is valid for ten minutes",
        success=SENT_ON,
    ),
    Route(
        method=Method.POST,
        path="/g/{event_id}/downloads",
        function=FUNCTION,
        handler="request_guest_download",
        summary="Make zip files of what guests see, where the event allows it",
        auth=Auth.NONE,
        no_auth_reason=GUESTS_ONLY_SEE,
        limit=REQUESTS,
        success=BEGUN,
        request=f"{VIEWS}:GuestDownloadRequest",
        response=f"{VIEWS}:DownloadAnswerJson",
    ),
    Route(
        method=Method.GET,
        path=f"/g/{{event_id}}{ONE}",
        function=FUNCTION,
        handler="show_guest_download",
        summary="Show a guest how far a download is, and the addresses of its parts",
        auth=Auth.NONE,
        no_auth_reason=GUESTS_ONLY_SEE,
        limit=READS,
        response=f"{VIEWS}:DownloadAnswerJson",
    ),
    Route(
        method=Method.GET,
        path=f"/g/{{event_id}}{ONE}/parts/{{number}}",
        function=FUNCTION,
        handler="fetch_guest_part",
        summary="Send a guest to a zip file, by a link that is valid for ten minutes",
        auth=Auth.NONE,
        no_auth_reason=GUESTS_ONLY_SEE,
        limit=READS,
        success=SENT_ON,
    ),
)
