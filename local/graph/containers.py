"""Media containers: the first step of publishing."""

from __future__ import annotations

from datetime import timedelta

from local.graph import container_options
from local.graph.call import Answer, Call
from local.graph.errors import GraphError, bad_parameter
from local.graph.fields import selected
from local.graph.images import check_image
from local.graph.parameters import Parameters
from local.graph.records import ContainerStatus, EmulatedContainer
from local.graph.state import EmulatorState

LIFETIME = timedelta(hours=24)
MAX_PER_DAY = 400
MIN_CHILDREN, MAX_CHILDREN = 2, 10
IMAGE_SECONDS, VIDEO_SECONDS = 0, 30
STATUS_TEXTS = {
    ContainerStatus.FINISHED: "Finished: Media has been uploaded.",
    ContainerStatus.IN_PROGRESS: "In progress",
    ContainerStatus.PUBLISHED: "Published",
    ContainerStatus.EXPIRED: "Expired",
}


def create(call: Call) -> Answer:
    """`POST /{ig-id}/media`."""
    params = call.params
    call.refuse_fields()
    container_options.check(params, call.token.login_type)
    _check_quota(call)
    kind, is_item = params.get("media_type", "IMAGE"), bool(params.flag("is_carousel_item"))
    children: tuple[str, ...] = ()
    if kind == "CAROUSEL":
        children = _children(call, params)
    else:
        _check_source(call, params, kind, is_item=is_item)
    is_video = "video_url" in params or "upload_type" in params
    container = EmulatedContainer(
        id=call.state.new_id(),
        account_id=call.account.id,
        kind=kind,
        made_at=call.state.now(),
        caption=params.get("caption"),
        children=children,
        seconds=VIDEO_SECONDS if is_video else IMAGE_SECONDS,
        is_item=is_item,
        is_video=is_video,
        awaits_upload="upload_type" in params,
    )
    call.state.containers[container.id] = container
    if not container.awaits_upload:
        return {"id": container.id}
    uri = f"https://rupload.facebook.com/ig-api-upload/v25.0/{container.id}"
    return {"id": container.id, "uri": uri}


def read(call: Call, container: EmulatedContainer) -> Answer:
    """`GET /{container-id}`."""
    status = status_of(call.state, container)
    failure = f"Error: Media upload has failed with error code {container.failure}"
    values = {
        "id": container.id,
        "status_code": status,
        "status": STATUS_TEXTS.get(status, failure),
    }
    return selected(values, call.fields())


def status_of(state: EmulatorState, container: EmulatedContainer) -> ContainerStatus:
    """Return a container's status, in emulated time."""
    age = state.now() - container.made_at
    if container.published:
        return ContainerStatus.PUBLISHED
    if container.failure:
        return ContainerStatus.ERROR
    if age >= LIFETIME:
        return ContainerStatus.EXPIRED
    if container.awaits_upload or age < timedelta(seconds=container.seconds):
        return ContainerStatus.IN_PROGRESS
    return ContainerStatus.FINISHED


def _check_quota(call: Call) -> None:
    day_ago = call.state.now() - LIFETIME
    recent = sum(
        container.account_id == call.account.id and container.made_at > day_ago
        for container in call.state.containers.values()
    )
    if recent >= MAX_PER_DAY:
        raise GraphError(9, "The user reached the maximum number of containers", 2207042)


def _check_source(call: Call, params: Parameters, kind: str, *, is_item: bool) -> None:
    """Check the image or video that the container is made of; videos are not fetched."""
    if kind == "VIDEO" and not is_item:
        raise GraphError(100, "The VIDEO value for media_type is no longer supported", 2207089)
    if kind not in ("IMAGE", "VIDEO", "REELS", "STORIES"):
        raise GraphError(100, f"Unknown media type {kind}", 2207023)
    if kind in ("REELS", "VIDEO"):
        if "video_url" not in params and "upload_type" not in params:
            raise bad_parameter("The parameter video_url is required")
    elif kind == "IMAGE" or "video_url" not in params:
        url = params.required("image_url")
        check_image(url, call.fetch, has_any_ratio=kind == "STORIES")


def _children(call: Call, params: Parameters) -> tuple[str, ...]:
    ids = params.words("children")
    if not MIN_CHILDREN <= len(ids) <= MAX_CHILDREN:
        raise GraphError(100, "A carousel needs between 2 and 10 items", 2207028)
    for child_id in ids:
        child = call.state.containers.get(child_id)
        if child is None or child.account_id != call.account.id or not child.is_item:
            raise GraphError(24, "The media could not be found", 2207006)
        if status_of(call.state, child) is not ContainerStatus.FINISHED:
            raise GraphError(9007, "The media is not ready to be published", 2207027)
    return tuple(ids)
