"""Resumable uploads of videos, on rupload.facebook.com."""

from __future__ import annotations

from local.graph.call import Answer
from local.graph.container_record import EmulatedContainer
from local.graph.errors import GraphError, UploadError
from local.graph.fetch import Fetch
from local.graph.parameters import Parameters
from local.graph.request import GraphRequest
from local.graph.sources import fetch_video, video_kind
from local.graph.state import EmulatorState
from local.graph.videos import DOWNLOAD_FAILED, UNKNOWN_UPLOAD, VideoRefused, examine_video

MAX_DIGITS = 12


def answer(state: EmulatorState, request: GraphRequest, fetch: Fetch) -> Answer:
    """`POST /ig-api-upload/{version}/{container-id}`: the bytes of a video, or where they are."""
    is_upload = request.method == "POST" and request.path[:1] == ("ig-api-upload",)
    container = state.containers.get(request.path[-1]) if is_upload else None
    if container is None or not container.awaits_upload:
        raise GraphError(100, "The container does not accept an upload")
    token = state.token(request.token, "graph.facebook.com")
    has_scheme = request.headers.get("authorization", "").startswith("OAuth ")
    if token.account_id != container.account_id or not has_scheme:
        raise GraphError(190, "Invalid OAuth access token")
    if "file_url" in request.headers:
        _fetch(container, request.headers["file_url"], fetch)
    elif not _receive(container, request):
        return {"success": True, "message": "Upload successful."}
    container.awaits_upload = False
    container.started_at = state.now()
    return {"success": True, "message": "Upload successful."}


def _fetch(container: EmulatedContainer, url: str, fetch: Fetch) -> None:
    """Take a video from a URL. A failed download may be tried again."""
    file, failure = fetch_video(url, fetch, Parameters(container.options))
    if failure == DOWNLOAD_FAILED:
        raise UploadError("The file at file_url could not be downloaded", transient=True)
    container.file, container.failure = file, container.failure or failure


def _receive(container: EmulatedContainer, request: GraphRequest) -> bool:
    """Take bytes from an offset on; return whether all have arrived."""
    offset, size = request.headers.get("offset", ""), request.headers.get("file_size", "")
    if not _is_count(offset) or not _is_count(size):
        raise UploadError("The headers offset and file_size must be numbers")
    # What was received may be sent again, as after a lost answer; a gap may not be left.
    if int(offset) > len(container.received):
        message = f"Request starting offset is invalid: {len(container.received)} bytes are here"
        raise UploadError(message, "OffsetInvalidError", transient=True)
    received = container.received[: int(offset)] + request.content
    if len(received) > int(size):
        raise UploadError("The file is longer than file_size", "PartialRequestError")
    container.received = received
    if len(received) < int(size):
        return False
    kind, thumb_offset = video_kind(Parameters(container.options))
    try:
        container.file = examine_video(received, kind, thumb_offset, UNKNOWN_UPLOAD)
    except VideoRefused as refused:
        container.failure = container.failure or refused.subcode
    return True


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) <= MAX_DIGITS
