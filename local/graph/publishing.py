"""Publishing: the second step, and its quota."""

from __future__ import annotations

from datetime import datetime, timedelta

from local.graph.call import Answer, Call
from local.graph.container_record import ContainerStatus, EmulatedContainer, Spam
from local.graph.container_status import status_of
from local.graph.data import EmulatedMedia
from local.graph.errors import GraphError, bad_parameter
from local.graph.fields import check_fields, selected
from local.graph.parameters import Parameters
from local.graph.timestamps import time_parameter

QUOTA_PERIOD = timedelta(hours=24)
LIMIT_FIELDS = {"quota_usage", "config"}
PRODUCT_TYPES = {"REELS": "REELS", "STORIES": "STORY"}
SPAM = "We restrict certain activity to protect our community."


def publish(call: Call) -> Answer:
    """`POST /{ig-id}/media_publish`."""
    call.refuse_fields()
    container = call.state.containers.get(call.params.get("creation_id", ""))
    if container is None or container.account_id != call.account.id:
        raise GraphError(24, "The container could not be found", 2207008)
    status = status_of(call, container)
    with call.state.publishing_lock:
        _check(call, container, status)
        media = _publish(call, container)
    if call.account.publishing.spam is Spam.AFTER:
        raise GraphError(4, SPAM, 2207051)
    return {"id": media.id}


def _check(call: Call, container: EmulatedContainer, status: ContainerStatus) -> None:
    """Raise GraphError unless the container may be published now."""
    rules = call.account.publishing
    if container.published:
        # Undocumented. Of the errors that fit, this is the one after which a careless client
        # makes a second post: the advice for it is to create a new container.
        raise GraphError(24, "The container could not be found", 2207008)
    if rules.spam is Spam.BEFORE:
        raise GraphError(4, SPAM, 2207051)
    if _used_since(call, call.state.now() - QUOTA_PERIOD) >= rules.quota_total:
        raise GraphError(9, "The user has reached the maximum number of posts", 2207042)
    if status is ContainerStatus.EXPIRED:
        raise GraphError(-2, "The media has expired", 2207020)
    is_ready = status is ContainerStatus.FINISHED and container.is_visible(call.state.now())
    if not is_ready or container.is_item:
        raise GraphError(9007, "Media ID is not available", 2207027)


def _publish(call: Call, container: EmulatedContainer) -> EmulatedMedia:
    account, now = call.account, call.state.now()
    media = _media_of(call, container, now)
    container.published, container.published_at = media.id, now
    account.published_at.append(now)
    if media.late_until is not None:
        account.late_until = max(account.late_until or now, media.late_until)
    target = account.stories if media.product_type == "STORY" else account.media
    target.insert(0, media)
    return media


def _media_of(call: Call, container: EmulatedContainer, now: datetime) -> EmulatedMedia:
    children = [call.state.containers[child_id] for child_id in container.children]
    parts = tuple(_media_of(call, child, now) for child in children)
    rules, file = call.account.publishing, container.file
    size = (file.width, file.height) if file else (1080, 1350)
    return EmulatedMedia(
        id=call.state.new_id(),
        media_type=media_type(container),
        product_type=product_type(container),
        taken_at=now,
        caption=container.caption,
        size=parts[0].size if parts else size,
        children=parts,
        # Nothing is known of a new post. Live numbers know that by its age.
        viewers=0 if call.account.live is None else 500,
        details=_details(container),
        late_until=_later(now, rules.media_lag_seconds),
        permalink_from=_later(now, max(rules.media_lag_seconds, rules.permalink_lag_seconds)),
    )


def media_type(container: EmulatedContainer) -> str:
    """Return the type of the media that a container becomes."""
    if container.kind == "CAROUSEL":
        return "CAROUSEL_ALBUM"
    return "VIDEO" if container.is_video else "IMAGE"


def product_type(container: EmulatedContainer) -> str:
    """Return the product type of the media that a container becomes."""
    return PRODUCT_TYPES.get(container.kind, "FEED")


def _details(container: EmulatedContainer) -> dict[str, object]:
    options = Parameters(container.options)
    return {
        "alt_text": options.get("alt_text"),
        "is_ai_generated": options.flag("is_ai_generated"),
        "is_shared_to_feed": options.flag("share_to_feed"),
    }


def _later(now: datetime, seconds: int) -> datetime | None:
    return now + timedelta(seconds=seconds) if seconds else None


def read_limit(call: Call) -> Answer:
    """`GET /{ig-id}/content_publishing_limit`."""
    fields = call.fields("quota_usage,config")
    check_fields(fields, LIMIT_FIELDS)
    rules, day_ago = call.account.publishing, call.state.now() - QUOTA_PERIOD
    since = time_parameter(call.params, "since") or day_ago
    if since < day_ago:
        raise bad_parameter("since must be within the last 24 hours")
    duration = int(QUOTA_PERIOD.total_seconds())
    config = {"quota_total": rules.quota_total, "quota_duration": duration}
    values = {
        "quota_usage": _used_since(call, since),
        "config": config if rules.limit_config else None,
    }
    return {"data": [_without_id(selected(values, fields))]}


def _without_id(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name != "id"}


def _used_since(call: Call, since: datetime) -> int:
    own = sum(moment > since for moment in call.account.published_at)
    return own + call.account.publishing.quota_used
