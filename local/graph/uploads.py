"""Resumable uploads of videos, on rupload.facebook.com."""

from __future__ import annotations

from local.graph.call import Answer
from local.graph.errors import GraphError
from local.graph.request import GraphRequest
from local.graph.state import EmulatorState

MAX_DIGITS = 12


def answer(state: EmulatorState, request: GraphRequest) -> Answer:
    """`POST /ig-api-upload/{version}/{container-id}`: the bytes of a video from an offset on."""
    is_upload = request.method == "POST" and request.path[:1] == ("ig-api-upload",)
    container = state.containers.get(request.path[-1]) if is_upload else None
    if container is None or not container.awaits_upload:
        raise GraphError(100, "The container does not accept an upload")
    token = state.token(request.token, "graph.facebook.com")
    has_scheme = request.headers.get("authorization", "").startswith("OAuth ")
    if token.account_id != container.account_id or not has_scheme:
        raise GraphError(190, "Invalid OAuth access token")
    offset, size = request.headers.get("offset", ""), request.headers.get("file_size", "")
    if not _is_count(offset) or not _is_count(size) or int(offset) > len(container.received):
        raise GraphError(100, "offset and file_size must match the received bytes")
    container.received = container.received[: int(offset)] + request.content
    if len(container.received) >= int(size):
        container.awaits_upload = False
        container.made_at = state.now()
    return {"success": True, "message": "Upload successful."}


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) <= MAX_DIGITS
