"""The account's own node."""

from __future__ import annotations

from datetime import datetime

from local.graph import discovery
from local.graph.call import Answer, Call
from local.graph.fields import Fields, check_fields, selected
from local.graph.records import EmulatedAccount
from local.graph.reported import followers
from local.graph.state import Envelope

FIELDS = {
    "id", "username", "name", "biography", "website", "profile_picture_url",
    "followers_count", "follows_count", "media_count",
}  # fmt: skip
INSTAGRAM_LOGIN_FIELDS = {"user_id", "account_type"}


def read(call: Call) -> Answer:
    """`GET /me` and `GET /{ig-id}`."""
    fields = call.fields()
    if call.is_instagram_login:
        flat = instagram_login_profile(call.account, fields, call.state.now())
        wrapped = call.request.path[0] == "me" and call.state.envelope is Envelope.DOCUMENTED
        return {"data": [flat]} if wrapped else flat
    if any("." in name for name in fields):
        return discovery.read(call, fields, public_profile)
    return public_profile(call.account, fields, call.state.now())


def public_profile(account: EmulatedAccount, fields: Fields, now: datetime) -> dict[str, object]:
    """Return a profile as Facebook Login and business discovery show it."""
    check_fields(fields, FIELDS)
    return selected(_values(account, now), fields)


def instagram_login_profile(
    account: EmulatedAccount, fields: Fields, now: datetime
) -> dict[str, object]:
    """Return a profile as Instagram Login shows it: `id` is the app-scoped id."""
    check_fields(fields, FIELDS | INSTAGRAM_LOGIN_FIELDS)
    own = {
        "id": account.scoped_id,
        "user_id": account.id,
        "account_type": account.account_type,
    }
    return selected(_values(account, now) | own, fields)


def _values(account: EmulatedAccount, now: datetime) -> dict[str, object]:
    return {
        "id": account.id,
        "username": account.username,
        "name": account.username.replace("_", " ").title(),
        "followers_count": followers(account, now),
        "follows_count": 180,
        "media_count": len(account.shown_media(now)),
        "biography": "Example account",
    }
