"""What changes the world: containers, publishing, comments, messages, subscriptions."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from local.graph.data import EmulatedMedia
from local.graph.nodes import graph_time
from local.graph.refusal import Refusal, bad_parameter, unsupported, unsupported_method
from local.graph.state import EmulatedAccount, EmulatedContainer, EmulatorState

Fetch = Callable[[str], bytes]
DAY = timedelta(days=1)
REPLY_WINDOW = timedelta(days=7)
ACCOUNT_FIELDS = {
    "comments", "live_comments", "mentions", "messages", "message_reactions", "messaging_postbacks", "messaging_seen",
    "messaging_referral", "message_edit", "standby",
}  # fmt: skip
# The edge of a Page knows a Page's own fields only; Instagram's come from the app's subscription.
PAGE_FIELDS = {
    "feed",
    "mention",
    "messages",
    "messaging_postbacks",
    "name",
    "picture",
    "ratings",
    "videos",
}
MAX_CONTAINERS = 400
QUOTA = 50
MAX_BYTES = 8 * 1024 * 1024
RATIOS = (0.8, 1.91)
IMAGE_SECONDS, VIDEO_SECONDS = 0, 30
OPTIONS = {
    "caption", "location_id", "user_tags", "collaborators", "product_tags", "alt_text", "share_to_feed", "cover_url", "thumb_offset",
    "audio_name", "trial_params", "is_ai_generated", "upload_type", "image_url", "video_url", "media_type", "is_carousel_item", "children",
}  # fmt: skip


def fetch(url: str) -> bytes:
    """What lies behind an address, fetched as Meta would: one try, no credentials."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read(MAX_BYTES * 2))


def create_container(
    emulator_state: EmulatorState,
    account: EmulatedAccount,
    form: Mapping[str, str],
    fetch: Fetch,
    login_type: str,
) -> dict[str, str]:
    """`POST /{ig-id}/media`."""
    if "upload_type" in form and (login_type != "facebook" or form["upload_type"] != "resumable"):
        raise bad_parameter("upload_type is not available")
    for name in form:
        if name not in OPTIONS:
            raise bad_parameter(f"Unknown parameter {name}")
    day_ago = emulator_state.now() - DAY
    if (
        sum(
            c.account_id == account.id and c.made_at > day_ago
            for c in emulator_state.containers.values()
        )
        >= MAX_CONTAINERS
    ):
        raise Refusal(9, "The user reached the maximum number of containers", 2207042)
    kind, is_item = form.get("media_type", "IMAGE"), form.get("is_carousel_item") == "true"
    if len(form.get("caption", "")) > 2200:
        raise Refusal(36004, "The caption was too long", 2207010)
    if is_item and ({"caption", "location_id"} & form.keys()):
        raise bad_parameter("Carousel items take neither caption nor location")
    children: tuple[str, ...] = ()
    if kind == "CAROUSEL":
        children = _children(emulator_state, account, form)
    elif kind == "VIDEO" and not is_item:
        raise Refusal(100, "The VIDEO value for media_type is no longer supported", 2207089)
    elif kind in ("REELS", "VIDEO") or (kind == "STORIES" and "video_url" in form):
        if "video_url" not in form and "upload_type" not in form:
            raise bad_parameter("The parameter video_url is required")
    elif kind in ("IMAGE", "STORIES"):
        _check_image(form.get("image_url"), fetch, story=kind == "STORIES")
    else:
        raise Refusal(100, f"Unknown media type {kind}", 2207023)
    seconds = VIDEO_SECONDS if {"video_url", "upload_type"} & form.keys() else IMAGE_SECONDS
    container = EmulatedContainer(
        emulator_state.new_id(),
        account.id,
        kind,
        emulator_state.now(),
        form.get("caption"),
        children,
        seconds,
        is_item=is_item,
    )
    emulator_state.containers[container.id] = container
    if "upload_type" in form:
        container.awaits = "upload"
        return {
            "id": container.id,
            "uri": f"https://rupload.facebook.com/ig-api-upload/v25.0/{container.id}",
        }
    return {"id": container.id}


def _children(
    emulator_state: EmulatorState, account: EmulatedAccount, form: Mapping[str, str]
) -> tuple[str, ...]:
    children = tuple(child for child in form.get("children", "").split(",") if child)
    if not 2 <= len(children) <= 10:
        raise Refusal(100, "A carousel needs between 2 and 10 items", 2207028)
    for child in children:
        found = emulator_state.containers.get(child)
        if found is None or found.account_id != account.id or not found.is_item:
            raise Refusal(24, "The media could not be found", 2207006)
        if state_of(emulator_state, found) != "FINISHED":
            raise Refusal(9007, "The media is not ready to be published", 2207027)
    return children


def _check_image(url: str | None, fetch: Fetch, *, story: bool) -> None:
    if not url:
        raise bad_parameter("The parameter image_url is required")
    try:
        body = fetch(url)
    except (urllib.error.URLError, OSError, ValueError):
        raise Refusal(9004, "Only photo or video can be accepted as media type.", 2207052) from None
    if len(body) > MAX_BYTES:
        raise Refusal(36000, "The image is too large", 2207004)
    try:
        picture = Image.open(io.BytesIO(body))
    except Exception:
        raise Refusal(9004, "Only photo or video can be accepted as media type.", 2207052) from None
    if picture.format != "JPEG":
        raise Refusal(36001, "The image format is not supported", 2207005)
    if not story and not RATIOS[0] - 0.005 <= picture.width / picture.height <= RATIOS[1] + 0.005:
        raise Refusal(36003, "The submitted image with aspect ratio cannot be published", 2207009)


def state_of(emulator_state: EmulatorState, container: EmulatedContainer) -> str:
    """Where a container is in its life, in emulated time."""
    if container.published:
        return "PUBLISHED"
    age = emulator_state.now() - container.made_at
    if container.failure:
        return "ERROR"
    if age >= DAY:
        return "EXPIRED"
    if container.awaits:
        return "IN_PROGRESS"
    return "FINISHED" if age >= timedelta(seconds=container.seconds) else "IN_PROGRESS"


def container_status(
    emulator_state: EmulatorState, container: EmulatedContainer, fields: Mapping[str, str]
) -> dict[str, Any]:
    """`GET /{container-id}`."""
    state = state_of(emulator_state, container)
    texts = {
        "ERROR": f"Error: Media upload has failed with error code {container.failure}",
        "FINISHED": "Finished: Media has been uploaded.",
    }
    values = {
        "id": container.id,
        "status_code": state,
        "status": texts.get(state, state.replace("_", " ").capitalize()),
    }
    return {name: values[name] for name in {"id": "", **fields} if name in values}


def publish(
    emulator_state: EmulatorState, account: EmulatedAccount, form: Mapping[str, str]
) -> dict[str, str]:
    """`POST /{ig-id}/media_publish`."""
    container = emulator_state.containers.get(form.get("creation_id", ""))
    if container is None or container.account_id != account.id:
        raise Refusal(24, "The container could not be found", 2207008)
    now = emulator_state.now()
    if sum(moment > now - DAY for moment in account.published_at) >= QUOTA:
        raise Refusal(9, "The user has reached the maximum number of posts", 2207042)
    state = state_of(emulator_state, container)
    if state == "EXPIRED":
        raise Refusal(-2, "The media has expired", 2207020)
    if state != "FINISHED":
        raise Refusal(9007, "Media ID is not available", 2207027)
    container.published = emulator_state.new_id()
    account.published_at.append(now)
    product = {"REELS": "REELS", "STORIES": "STORY"}.get(container.kind, "FEED")
    kind = {"REELS": "VIDEO", "CAROUSEL": "CAROUSEL_ALBUM"}.get(container.kind, "IMAGE")
    made = EmulatedMedia(container.published, kind, product, now, container.caption, viewers=0)
    (account.stories if product == "STORY" else account.media).insert(0, made)
    return {"id": container.published}


def publishing_limit(emulator_state: EmulatorState, account: EmulatedAccount) -> dict[str, Any]:
    """`GET /{ig-id}/content_publishing_limit`."""
    used = sum(moment > emulator_state.now() - DAY for moment in account.published_at)
    return {
        "data": [{"quota_usage": used, "config": {"quota_total": QUOTA, "quota_duration": 86400}}]
    }


def add_comment(
    emulator_state: EmulatorState,
    account: EmulatedAccount,
    media_id: str,
    message: str | None,
    parent: str | None = None,
    by: EmulatedAccount | None = None,
) -> dict[str, str]:
    """`POST /{media-id}/comments` and `POST /{comment-id}/replies`. A reply to a reply lands on the top comment."""
    if not message:
        raise bad_parameter("The parameter message is required")
    if media_id in account.comments_closed:
        raise Refusal(10, "Comments are turned off for this media", status=403)
    if parent:
        top = account.comments[parent]
        if top.get("hidden"):
            raise bad_parameter("Cannot reply to a hidden comment")
        parent = str(top.get("parent_id") or parent)
    comment_id = emulator_state.new_id()
    writer = by or account
    author = {"id": writer.scoped_id, "username": writer.username}
    account.comments[comment_id] = {
        "text": message, "timestamp": graph_time(emulator_state.now()), "username": writer.username, "from": author, "hidden": False,
        "media": media_id, "parent_id": parent,
    }  # fmt: skip
    return {"id": comment_id}


def answer_mention(
    emulator_state: EmulatorState, account: EmulatedAccount, form: Mapping[str, str]
) -> dict[str, str]:
    """`POST /{ig-id}/mentions`, on somebody's media or on a comment below it."""
    found = emulator_state.find_media(form.get("media_id", ""))
    if found is None or found[1].product_type == "STORY":
        raise unsupported(form.get("media_id", ""))
    parent = form.get("comment_id")
    if parent and parent not in found[0].comments:
        raise unsupported(parent)
    return add_comment(
        emulator_state, found[0], found[1].id, form.get("message"), parent, by=account
    )


def subscription(
    kept: set[str], known: set[str], method: str, values: Mapping[str, str], app_id: str
) -> Any:
    """`subscribed_apps` of an account or a Page."""
    if method == "POST":
        fields = {name for name in values.get("subscribed_fields", "").split(",") if name}
        if not fields or fields - known:
            raise bad_parameter(f"subscribed_fields must be among {', '.join(sorted(known))}")
        kept |= fields
        return {"success": True}
    if method == "DELETE":
        kept.clear()
        return {"success": True}
    if method != "GET":
        raise unsupported_method(method)
    return {"data": [{"id": app_id, "subscribed_fields": sorted(kept)}] if kept else []}


def private_reply(
    emulator_state: EmulatorState, account: EmulatedAccount, body: Any
) -> dict[str, str]:
    """`POST /{ig-id}/messages` to whoever wrote a comment: once, and within seven days."""
    comment_id = str(((body or {}).get("recipient") or {}).get("comment_id", ""))
    text = ((body or {}).get("message") or {}).get("text")
    stored = account.comments.get(comment_id)
    if stored is None:
        raise unsupported(comment_id)
    if (
        emulator_state.now() - datetime.strptime(str(stored["timestamp"]), "%Y-%m-%dT%H:%M:%S%z")
        > REPLY_WINDOW
    ):
        raise Refusal(10, "This message is sent outside of allowed window.", 2534022, 403)
    if not text:
        raise bad_parameter("message.text is required")
    if stored.get("answered"):
        raise Refusal(10, "A private reply was already sent to this comment", status=403)
    stored["answered"] = True
    return {"recipient_id": "26000000000000001", "message_id": f"m_{emulator_state.new_id()}"}
