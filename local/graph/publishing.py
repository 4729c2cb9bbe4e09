"""Publishing: the second step, and its quota."""

from __future__ import annotations

from datetime import datetime, timedelta

from local.graph.call import Answer, Call
from local.graph.containers import status_of
from local.graph.data import EmulatedMedia
from local.graph.errors import GraphError, bad_parameter
from local.graph.fields import check_fields, selected
from local.graph.records import ContainerStatus, EmulatedContainer
from local.graph.timestamps import time_parameter

QUOTA = 50
QUOTA_PERIOD = timedelta(hours=24)
LIMIT_FIELDS = {"quota_usage", "config"}
PRODUCT_TYPES = {"REELS": "REELS", "STORIES": "STORY"}


def publish(call: Call) -> Answer:
    """`POST /{ig-id}/media_publish`."""
    call.refuse_fields()
    container = call.state.containers.get(call.params.get("creation_id", ""))
    if container is None or container.account_id != call.account.id:
        raise GraphError(24, "The container could not be found", 2207008)
    now = call.state.now()
    if _published_since(call, now - QUOTA_PERIOD) >= QUOTA:
        raise GraphError(9, "The user has reached the maximum number of posts", 2207042)
    status = status_of(call.state, container)
    if status is ContainerStatus.EXPIRED:
        raise GraphError(-2, "The media has expired", 2207020)
    if status is not ContainerStatus.FINISHED or container.is_item:
        raise GraphError(9007, "Media ID is not available", 2207027)
    media = _media_of(call, container, now)
    container.published = media.id
    call.account.published_at.append(now)
    target = call.account.stories if media.product_type == "STORY" else call.account.media
    target.insert(0, media)
    return {"id": media.id}


def _media_of(call: Call, container: EmulatedContainer, now: datetime) -> EmulatedMedia:
    if container.kind == "CAROUSEL":
        kind = "CAROUSEL_ALBUM"
    else:
        kind = "VIDEO" if container.is_video else "IMAGE"
    children = [call.state.containers[child_id] for child_id in container.children]
    return EmulatedMedia(
        id=call.state.new_id(),
        media_type=kind,
        product_type=PRODUCT_TYPES.get(container.kind, "FEED"),
        taken_at=now,
        caption=container.caption,
        children=tuple(_media_of(call, child, now) for child in children),
        # Nothing is known of a new post. Live numbers know that by its age.
        viewers=0 if call.account.live is None else 500,
    )


def read_limit(call: Call) -> Answer:
    """`GET /{ig-id}/content_publishing_limit`."""
    fields = call.fields("quota_usage,config")
    check_fields(fields, LIMIT_FIELDS)
    day_ago = call.state.now() - QUOTA_PERIOD
    since = time_parameter(call.params, "since") or day_ago
    if since < day_ago:
        raise bad_parameter("since must be within the last 24 hours")
    config = {"quota_total": QUOTA, "quota_duration": int(QUOTA_PERIOD.total_seconds())}
    values = {"quota_usage": _published_since(call, since), "config": config}
    return {"data": [selected(values, fields)]}


def _published_since(call: Call, since: datetime) -> int:
    return sum(moment > since for moment in call.account.published_at)
