"""Webhook subscriptions of accounts and Pages."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from local.graph.call import Answer, Call
from local.graph.errors import bad_parameter, unsupported_method

ACCOUNT_FIELDS = {
    "comments", "live_comments", "mentions", "messages", "message_reactions",
    "messaging_postbacks", "messaging_seen", "messaging_referral", "message_edit", "standby",
}  # fmt: skip
# A Page's edge knows the Page's own fields only; Instagram's come from the app's subscription.
PAGE_FIELDS = {
    "feed", "mention", "messages", "messaging_postbacks", "name", "picture", "ratings", "videos",
}  # fmt: skip


def answer(call: Call, subscribed: set[str], known: AbstractSet[str]) -> Answer:
    """`/{ig-id}/subscribed_apps` and `/{page-id}/subscribed_apps`."""
    if call.method == "POST":
        fields = set(call.params.words("subscribed_fields"))
        if not fields or fields - known:
            raise bad_parameter(f"subscribed_fields must be among {', '.join(sorted(known))}")
        subscribed |= fields
        return {"success": True}
    if call.method == "DELETE":
        subscribed.clear()
        return {"success": True}
    if call.method != "GET":
        raise unsupported_method(call.method)
    entry = {"id": call.token.app_id, "subscribed_fields": sorted(subscribed)}
    return {"data": [entry] if subscribed else []}
