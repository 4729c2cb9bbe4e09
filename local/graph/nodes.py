"""Reading nodes and edges: fields, pages, profile, media, stories, comments."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from local.graph.data import EmulatedMedia
from local.graph.refusal import bad_parameter
from local.graph.state import EmulatedAccount, EmulatorState

PAGE_SIZE = 25
MAX_PER_PAGE = 100
MAX_MEDIA = 10_000
FIELD = re.compile(r"[a-z_0-9]+(?:\.[a-z_]+\([^)]*\))*")
OPTION = re.compile(r"\.([a-z_]+)\(([^)]*)\)")

MEDIA_FIELDS = {
    "id", "caption", "media_type", "media_product_type", "media_url", "thumbnail_url", "permalink", "shortcode", "timestamp", "username",
    "like_count", "comments_count", "children", "is_comment_enabled", "is_shared_to_feed", "alt_text", "owner", "media_audio_type",
}  # fmt: skip
# Told on the Facebook host; the other one drops them without a word.
FACEBOOK_MEDIA_FIELDS = {
    "reposts_count", "saved_count", "shares_count", "total_like_count", "total_comments_count", "total_views_count",
    "legacy_instagram_media_id", "view_count",
}  # fmt: skip
PROFILE_FIELDS = {
    "id", "username", "name", "biography", "website", "profile_picture_url", "followers_count", "follows_count", "media_count",
}  # fmt: skip
COMMENT_FIELDS = {
    "id",
    "text",
    "timestamp",
    "username",
    "from",
    "like_count",
    "hidden",
    "parent_id",
    "replies",
    "media",
    "user",
}


def parse_fields(text: str) -> dict[str, str]:
    """`id,children{id,media_type}` as names with what stands in their braces. Raises Refusal for what is no field list."""
    fields, depth, start = {}, 0, 0
    for index, character in enumerate(text + ","):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            part = text[start:index].strip()
            name, _, inner = part.partition("{")
            if not FIELD.fullmatch(name) or (inner and not inner.endswith("}")):
                raise bad_parameter(f"Syntax error in fields: {part}")
            fields[name] = inner.removesuffix("}")
            start = index + 1
    if depth:
        raise bad_parameter("Syntax error in fields: unbalanced braces")
    return fields


def check_fields(fields: Mapping[str, str], known: set[str]) -> None:
    """Raises Refusal for a field that the node does not have."""
    for name in fields:
        if name not in known:
            raise bad_parameter(f"Tried accessing nonexisting field ({name})")


def graph_time(moment: datetime) -> str:
    """`2026-01-15T10:30:00+0000`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"


def page_of(
    entries: list[Any], query: Mapping[str, str], url: str, most: int = MAX_PER_PAGE
) -> dict[str, Any]:
    """One page with cursors. `paging.next` holds the whole address, token and all, as Meta's does."""
    limit = query.get("limit", str(PAGE_SIZE))
    if not limit.isdigit() or int(limit) < 1:
        raise bad_parameter("limit must be a positive number")
    size, start = min(int(limit), most), _start(query)
    shown = entries[start : start + size]
    page: dict[str, Any] = {"data": shown}
    if shown:
        page["paging"] = {
            "cursors": {"before": _cursor(start), "after": _cursor(start + len(shown))}
        }
        if start + size < len(entries):
            others = {name: value for name, value in query.items() if name != "after"}
            after = {"access_token": "EMULATED", **others, "after": _cursor(start + len(shown))}
            page["paging"]["next"] = f"{url.partition('?')[0]}?{urlencode(after)}"
    return page


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"QVFI{position}".encode()).decode().rstrip("=")


def _start(query: Mapping[str, str]) -> int:
    if "after" not in query:
        return 0
    try:
        text = base64.urlsafe_b64decode(query["after"] + "=" * (-len(query["after"]) % 4)).decode()
        return int(text.removeprefix("QVFI"))
    except ValueError:
        raise bad_parameter("Invalid cursor") from None


def profile(account: EmulatedAccount, login_type: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The account's own node."""
    known = PROFILE_FIELDS | ({"user_id", "account_type"} if login_type == "instagram" else set())
    check_fields(fields, known)
    values = {
        "id": account.scoped_id if login_type == "instagram" else account.id,
        "user_id": account.id,
        "username": account.username,
        "name": account.username.replace("_", " ").title(),
        "account_type": account.account_type,
        "followers_count": account.followers,
        "follows_count": 180,
        "media_count": len(account.media),
        "biography": "Example account",
    }
    return {name: values[name] for name in {"id": "", **fields} if name in values}


def media_window(account: EmulatedAccount, query: Mapping[str, str]) -> list[EmulatedMedia]:
    """The account's media between `since` and `until`, newest first, and never more than the newest 10,000."""
    bounds = {}
    for name in ("since", "until"):
        if name in query:
            try:
                text = query[name]
                bounds[name] = (
                    datetime.fromtimestamp(int(text), UTC)
                    if text.isdigit()
                    else datetime.fromisoformat(text).replace(tzinfo=UTC)
                )
            except (ValueError, OverflowError):
                raise bad_parameter(f"{name} is no time") from None
    newest = sorted(account.media, key=lambda one: one.taken_at, reverse=True)[:MAX_MEDIA]
    since, until = bounds.get("since"), bounds.get("until")
    return [
        m
        for m in newest
        if (since is None or m.taken_at >= since) and (until is None or m.taken_at <= until)
    ]


def media(
    one: EmulatedMedia,
    account: EmulatedAccount,
    fields: Mapping[str, str],
    address: str,
    login_type: str,
    *,
    child: bool = False,
) -> dict[str, Any]:
    """A media node. Unset fields are left out."""
    check_fields(fields, MEDIA_FIELDS | FACEBOOK_MEDIA_FIELDS)
    still = f"{address}/scontent.cdninstagram.com/{one.id}.jpg?oe=6A2F427E"
    video = one.media_type == "VIDEO"
    values: dict[str, Any] = {
        "id": one.id,
        "caption": one.caption,
        "media_type": one.media_type,
        "media_product_type": one.product_type,
        "media_url": None
        if one.copyrighted
        else f"{address}/scontent.cdninstagram.com/{one.id}.mp4?oe=6A2F427E"
        if video
        else still,
        "thumbnail_url": still if video else None,
        "permalink": None
        if child
        else f"https://www.instagram.com/{'reel' if one.product_type == 'REELS' else 'p'}/{one.shortcode}/",
        "shortcode": one.shortcode,
        "timestamp": graph_time(one.taken_at),
        "username": account.username,
        "like_count": int(one.id) % 97,
        "comments_count": sum(comment["media"] == one.id for comment in account.comments.values()),
        "is_comment_enabled": one.id not in account.comments_closed,
        "alt_text": None,
        "owner": {"id": account.id},
    }
    if login_type == "facebook":
        counts = (
            "shares_count",
            "saved_count",
            "reposts_count",
            "total_like_count",
            "total_comments_count",
            "total_views_count",
        )
        values |= {
            name: one.numbers.get(name, int(one.id) % (13 + deployment))
            for deployment, name in enumerate(counts)
        }
    if one.children:
        inner = parse_fields(fields["children"]) if fields.get("children") else {"id": ""}
        values["children"] = {
            "data": [
                media(part, account, {"id": "", **inner}, address, login_type, child=True)
                for part in one.children
            ]
        }
    return {name: values[name] for name in {"id": "", **fields} if values.get(name) is not None}


def tagged(
    emulator_state: EmulatorState,
    account: EmulatedAccount,
    query: Mapping[str, str],
    url: str,
    address: str,
    login_type: str,
) -> dict[str, Any]:
    """Media of others in which the account is tagged: with cursors, and without the address of a next page."""
    fields = parse_fields(query.get("fields", "id"))
    found = [
        pair for media_id in account.tagged_in if (pair := emulator_state.find_media(media_id))
    ]
    page = page_of(found, query, url)
    page["data"] = [media(one, owner, fields, address, login_type) for owner, one in page["data"]]
    page.get("paging", {}).pop("next", None)
    return page


def comment(account: EmulatedAccount, comment_id: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """A comment node with its replies."""
    check_fields(fields, COMMENT_FIELDS)
    stored = account.comments[comment_id]
    values: dict[str, Any] = {
        "id": comment_id,
        "like_count": 0,
        **stored,
        "media": {"id": stored["media"]},
    }
    if "replies" in fields:
        inner = (
            parse_fields(fields["replies"])
            if fields["replies"]
            else {"id": "", "text": "", "timestamp": ""}
        )
        replies = [
            key for key, other in account.comments.items() if other.get("parent_id") == comment_id
        ]
        if replies:
            values["replies"] = page_of(
                [comment(account, key, inner) for key in replies],
                {},
                f"https://graph.example/{comment_id}/replies",
            )
    wanted = {"id": "", **(fields or {"text": "", "timestamp": ""})}
    return {
        name: values[name] for name in wanted if values.get(name) is not None and name in values
    }


def account_of(emulator_state: EmulatorState, node: str, own: str) -> EmulatedAccount | None:
    """The account that a path names, if the token may see it."""
    account = emulator_state.accounts[own]
    return account if node in ("me", account.id, account.scoped_id) else None
