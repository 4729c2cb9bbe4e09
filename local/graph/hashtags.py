"""Hashtag search, with Facebook Login."""

from __future__ import annotations

from datetime import timedelta

from local.graph.call import Answer, Call
from local.graph.errors import GraphError, bad_parameter, unsupported_method
from local.graph.media import media_node
from local.graph.paging import page_of
from local.graph.records import EmulatedAccount

ID_PREFIX = "178438"
MAX_HASHTAGS = 30
WINDOW = timedelta(days=7)
EDGES = ("top_media", "recent_media")


def search(call: Call) -> Answer:
    """`GET /ig_hashtag_search`: 30 different hashtags per account in seven days."""
    account = _querying_account(call)
    name, now = call.params.required("q"), call.state.now()
    recent = {tag: at for tag, at in account.hashtags.items() if at > now - WINDOW}
    if name not in recent:
        if len(recent) >= MAX_HASHTAGS:
            message = "The account has queried the maximum number of hashtags in seven days"
            raise GraphError(18, message)
        recent[name] = now
    account.hashtags = recent
    number = sum(ord(letter) * 31**index for index, letter in enumerate(name)) % 10**11
    return {"data": [{"id": f"{ID_PREFIX}{number:011d}"}]}


def list_media(call: Call, edge: str | None) -> Answer:
    """`GET /{hashtag-id}/top_media` and `GET /{hashtag-id}/recent_media`."""
    account = _querying_account(call)
    if edge not in EDGES:
        raise unsupported_method(call.method)
    fields = call.fields()
    return page_of(
        account.shown_media(call.state.now())[:3],
        call.params,
        call.request.url,
        lambda media: media_node(call, media, account, fields),
    )


def _querying_account(call: Call) -> EmulatedAccount:
    """Return the account of `user_id`, which is required."""
    if call.method != "GET":
        raise unsupported_method(call.method)
    call.require("basic")
    account = call.visible_accounts().get(call.params.required("user_id"))
    if account is None:
        raise bad_parameter("user_id must be an account that the token can access")
    return account
