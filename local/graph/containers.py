"""Media containers: the first step of publishing."""

from __future__ import annotations

from datetime import timedelta

from local.graph import container_options
from local.graph.call import Answer, Call
from local.graph.container_record import LIFETIME, ContainerStatus, EmulatedContainer
from local.graph.container_status import status_of
from local.graph.errors import GraphError
from local.graph.parameters import Parameters
from local.graph.sources import Source, source_of

MIN_CHILDREN, MAX_CHILDREN = 2, 10


def create(call: Call) -> Answer:
    """`POST /{ig-id}/media`."""
    params = call.params
    call.refuse_fields()
    container_options.check(params, call.token.login_type)
    _check_quota(call)
    if params.get("media_type") == "CAROUSEL":
        children, source = _children(call, params), Source()
    else:
        children, source = (), source_of(call, params)
    with call.state.publishing_lock:
        container = _container(call, params, children, source)
        call.state.containers[container.id] = container
    if not container.awaits_upload:
        return {"id": container.id}
    uri = f"https://rupload.facebook.com/ig-api-upload/v25.0/{container.id}"
    return {"id": container.id, "uri": uri}


def _container(
    call: Call, params: Parameters, children: tuple[str, ...], source: Source
) -> EmulatedContainer:
    rules, now = call.account.publishing, call.state.now()
    plan = rules.next_container()
    usual_seconds = rules.video_seconds if source.is_video else rules.image_seconds
    return EmulatedContainer(
        id=call.state.new_id(),
        account_id=call.account.id,
        kind=params.get("media_type", "IMAGE"),
        made_at=now,
        children=children,
        seconds=usual_seconds if plan.seconds is None else plan.seconds,
        options=params,
        is_item=bool(params.flag("is_carousel_item")),
        is_video=source.is_video,
        failure=plan.failure or source.failure,
        text_only=plan.text_only,
        awaits_upload="upload_type" in params,
        visible_from=now + timedelta(seconds=rules.lag_seconds) if rules.lag_seconds else None,
        file=source.file,
        cover=source.cover,
        source_url=source.url,
    )


def _check_quota(call: Call) -> None:
    day_ago = call.state.now() - LIFETIME
    recent = sum(
        container.account_id == call.account.id and container.made_at > day_ago
        for container in tuple(call.state.containers.values())
    )
    if recent >= call.account.publishing.container_total:
        raise GraphError(9, "The user reached the maximum number of containers", 2207042)


def _children(call: Call, params: Parameters) -> tuple[str, ...]:
    ids = params.words("children")
    if not MIN_CHILDREN <= len(ids) <= MAX_CHILDREN:
        raise GraphError(100, "A carousel needs between 2 and 10 items", 2207028)
    for child_id in ids:
        child = call.state.containers.get(child_id)
        if child is None or child.account_id != call.account.id or not child.is_item:
            raise GraphError(24, "The media could not be found", 2207006)
        _check_child(call, child)
    return tuple(ids)


def _check_child(call: Call, child: EmulatedContainer) -> None:
    status = status_of(call, child)
    if status is ContainerStatus.EXPIRED:
        raise GraphError(-2, "The media you are trying to access has expired.", 2207020)
    if status is ContainerStatus.ERROR:
        # The answer for an item that failed is not documented.
        raise GraphError(-1, "Create media fail, please try to re-create media", 2207032)
    if status is not ContainerStatus.FINISHED or not child.is_visible(call.state.now()):
        raise GraphError(9007, "The media is not ready to be published", 2207027)
