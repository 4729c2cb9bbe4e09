"""Hashtag search, with Facebook Login."""

from __future__ import annotations

import re
from datetime import timedelta

from local.graph.call import Answer, Call
from local.graph.errors import GraphError, bad_parameter, unsupported_method
from local.graph.media import media_node
from local.graph.paging import page_of
from local.graph.records import EmulatedAccount

ID_PREFIX = "178438"
MAX_HASHTAGS = 30
WINDOW, RECENT = timedelta(days=7), timedelta(hours=24)
MAX_PAGE_SIZE = 50
HASHTAG = re.compile(r"#(\w+)")
EDGES = ("top_media", "recent_media")


def search(call: Call) -> Answer:
    """`GET /ig_hashtag_search`: 30 different hashtags per account in seven days."""
    account = _querying_account(call)
    name, now = call.params.required("q"), call.state.now()
    with call.state.inbox_lock:
        recent = {tag: at for tag, at in account.hashtags.items() if at > now - WINDOW}
        if name not in recent:
            if len(recent) >= MAX_HASHTAGS:
                message = "The account has queried the maximum number of hashtags in seven days"
                raise GraphError(18, message)
            recent[name] = now
        account.hashtags = recent
    return {"data": [{"id": _hashtag_id(name)}]}


def list_media(call: Call, edge: str | None) -> Answer:
    """`GET /{hashtag-id}/top_media` and `GET /{hashtag-id}/recent_media`, of all accounts."""
    _querying_account(call)
    if edge not in EDGES:
        raise unsupported_method(call.method)
    fields, hashtag_id, now = call.fields(), call.request.path[0], call.state.now()
    found = [
        (owner, media)
        for owner in call.state.accounts.values()
        for media in owner.shown_media(now)
        if hashtag_id in map(_hashtag_id, HASHTAG.findall(media.caption or ""))
        and (edge == "top_media" or media.taken_at > now - RECENT)
    ]
    return page_of(
        sorted(found, key=lambda one: one[1].taken_at, reverse=True),
        call.params,
        call.request.url,
        lambda one: media_node(call, one[1], one[0], fields),
        MAX_PAGE_SIZE,
    )


def _hashtag_id(name: str) -> str:
    letters = enumerate(name.lower())
    number = sum(ord(letter) * 31**index for index, letter in letters) % 10**11
    return f"{ID_PREFIX}{number:011d}"


def _querying_account(call: Call) -> EmulatedAccount:
    """Return the account of `user_id`, which is required."""
    if call.method != "GET":
        raise unsupported_method(call.method)
    call.require("basic")
    account = call.visible_accounts().get(call.params.required("user_id"))
    if account is None:
        raise bad_parameter("user_id must be an account that the token can access")
    return account
