"""The status of a media container, in emulated time."""

from __future__ import annotations

from local.graph.call import Answer, Call
from local.graph.container_record import LIFETIME, ContainerStatus, EmulatedContainer
from local.graph.errors import unknown_object
from local.graph.fields import check_fields, selected
from local.graph.videos import DOWNLOAD_FAILED

FIELDS = {"id", "status_code", "status", "copyright_check_status", "video_status"}
TEXTS = {
    ContainerStatus.FINISHED: "Finished: Media has been uploaded and it is ready to be published.",
    ContainerStatus.IN_PROGRESS: "In Progress: Media is still being processed.",
    ContainerStatus.PUBLISHED: "Published: Media has been successfully published.",
    ContainerStatus.EXPIRED: "Expired: Media was not published within 24 hours.",
}
DOWNLOAD_TEXT = "Error: Media download has failed"


def read(call: Call, container: EmulatedContainer) -> Answer:
    """`GET /{container-id}`. The time of the read is kept, to count polls."""
    now = call.state.now()
    container.reads.append(now)
    if not container.is_visible(now):
        raise unknown_object(container.id, call.method)
    fields = call.fields()
    check_fields(fields, FIELDS)
    status = status_of(call, container)
    has_code = status is not ContainerStatus.ERROR or not container.text_only
    values: dict[str, object] = {
        "id": container.id,
        "status_code": status if has_code else None,
        "status": TEXTS.get(status, _failure_text(container)),
        "copyright_check_status": _copyright(status) if container.is_video else None,
    }
    if "upload_type" in container.options:
        values["video_status"] = _upload_status(container, status)
    return selected(values, fields)


def status_of(call: Call, container: EmulatedContainer) -> ContainerStatus:
    """Return a container's status."""
    now = call.state.now()
    is_processed = container.is_processed(now)
    if container.published:
        return ContainerStatus.PUBLISHED
    if container.has_failed and is_processed:
        return ContainerStatus.ERROR
    if now - container.made_at >= LIFETIME:
        return ContainerStatus.EXPIRED
    if not is_processed:
        return ContainerStatus.IN_PROGRESS
    return ContainerStatus.ERROR if _is_gone(call, container) else ContainerStatus.FINISHED


def _is_gone(call: Call, container: EmulatedContainer) -> bool:
    """Return whether a video could no longer be read when its processing was over.

    It was fetched at the creation, and is fetched once more here: a client must not remove it, or
    let its URL expire, before the status says that it is FINISHED.
    """
    if container.source_url is not None:
        try:
            call.fetch(container.source_url)
        except (OSError, ValueError):
            container.failure = DOWNLOAD_FAILED
        container.source_url = None
    return container.has_failed


def _failure_text(container: EmulatedContainer) -> str:
    if container.text_only:
        code = "" if container.failure is None else f" ({container.failure})"
        return f"{DOWNLOAD_TEXT}. The media URI doesn't meet our requirements.{code}"
    if container.failure == DOWNLOAD_FAILED:
        return f"{DOWNLOAD_TEXT} with error code {container.failure}"
    return f"Error: Media upload has failed with error code {container.failure}"


def _copyright(status: ContainerStatus) -> dict[str, object]:
    is_checked = status in (ContainerStatus.FINISHED, ContainerStatus.PUBLISHED)
    return {"status": "completed" if is_checked else "in_progress", "matches_found": False}


def _upload_status(container: EmulatedContainer, status: ContainerStatus) -> dict[str, object]:
    """Return how far an upload is. Only Meta's SDK names these fields, not the reference."""
    return {
        "uploading_phase": {
            "status": "in_progress" if container.awaits_upload else "complete",
            "bytes_transferred": len(container.received),
        },
        "processing_phase": {
            "status": "not_started" if container.awaits_upload else status.lower(),
        },
    }
