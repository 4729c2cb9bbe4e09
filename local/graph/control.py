"""The knobs under `/_control`: time, faults, throttling, data, webhooks.

| knob | body |
|---|---|
| `reset` | restores the initial state, except for the time and the redirect addresses |
| `clock` | `{"advance_seconds": n}`, `{"set": "2026-04-29T00:00:00+00:00"}` or `{}` (real time) |
| `fail` | `{"count", "status", "code", "subcode", "transient", "drop": "before" or "after",
  "path", "exact_path", "account", "method", "body", "above_limit",
  "every": k, "share": 0.3, "seconds": 20}`;
  without `count` until the reset; every k-th or this share of the calls that match; with `seconds`
  the call has its effect and is answered so late |
| `heal` | ends all faults of `fail` |
| `throttle` | `{"account": id or "app", "code": 80002, "minutes": n}`; without `code` it ends |
| `usage` | `{"X-App-Usage": "...", "X-Business-Use-Case-Usage": "..."}` |
| `envelope` | `{"shape": "documented" or "observed"}` of `/me` and the code exchange |
| `app` | `{"id", "standard_access": true, "requires_proof": true, "redirect_uris": [...]}` |
| `latency` | `{"seconds": n}` |
| `token` | `{"token" or "account", "dead": subcode or null, "age_hours", "expires_in_hours",
  "data_access_in_hours", "scopes"}` |
| `account` | `{"id", "username", "account_type", "followers", "page_id", "has_role", "tagged_in",
  "token", "scopes", "login_type"}` |
| `media` | `{"account", "media": [{"id", "media_type", "product_type", "taken_at", "caption",
  "viewers", "numbers", "copyrighted", "before_business", "hides_likes"}]}` |

`inbox_knobs.py` has the knobs for comments, mentions, messages and webhooks,
`insight_knobs.py` has the knobs for accounts with many posts, and for what their insights say,
`publishing_knobs.py` those for publishing, and what `GET` lists of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lambdas.kit.decoded import JsonObject
from local.graph.data import EmulatedMedia
from local.graph.inbox_knobs import INBOX_KNOBS
from local.graph.insight_knobs import INSIGHT_KNOBS
from local.graph.publishing_knobs import PUBLISHING_KNOBS
from local.graph.records import Drop, EmulatedAccount, Fault
from local.graph.state import EmulatorState, Envelope
from local.graph.timestamps import graph_time
from local.graph.tokens import EmulatedToken, LoginType

Body = JsonObject
ACCOUNT_OPTIONS = ("account_type", "followers", "page_id", "has_role", "tagged_in")
MEDIA_OPTIONS = ("caption", "viewers", "numbers", "copyrighted", "before_business", "hides_likes")


def control(state: EmulatorState, name: str, body: Body) -> object:
    """Turn a knob. Raises KeyError for an unknown one, TypeError or ValueError for a bad body."""
    return KNOBS[name](state, body) or {"now": graph_time(state.now())}


def _reset(state: EmulatorState, _: Body) -> None:
    state.reset()


def _clock(state: EmulatorState, body: Body) -> None:
    if "advance_seconds" in body:
        state.advance(timedelta(seconds=body["advance_seconds"]))
    elif "set" in body:
        state.fixed = datetime.fromisoformat(body["set"]).astimezone(UTC)
    else:
        state.fixed, state.offset = None, timedelta()


def _fail(state: EmulatorState, body: Body) -> None:
    drop = Drop(body["drop"]) if body.get("drop") else None
    state.faults.append(Fault(**{**body, "drop": drop}))


def _heal(state: EmulatorState, _: Body) -> None:
    state.faults.clear()


def _throttle(state: EmulatorState, body: Body) -> None:
    name = str(body["account"])
    if "code" not in body:
        state.throttled.pop(name, None)
        state.usage_of.pop(name, None)
        return
    until = state.now() + timedelta(minutes=body["minutes"]) if "minutes" in body else None
    state.throttled[name] = (body["code"], until)
    if "minutes" in body:
        entry = {"type": "instagram", "call_count": 100, "total_cputime": 25, "total_time": 25}
        usage = {name: [entry | {"estimated_time_to_regain_access": body["minutes"]}]}
        state.usage_of[name] = {"X-Business-Use-Case-Usage": json.dumps(usage)}


def _usage(state: EmulatorState, body: Body) -> None:
    state.usage.update({str(name): str(value) for name, value in body.items()})


def _envelope(state: EmulatorState, body: Body) -> None:
    state.envelope = Envelope(body["shape"])


def _latency(state: EmulatorState, body: Body) -> None:
    state.latency = float(body["seconds"])


def _app(state: EmulatorState, body: Body) -> None:
    app = state.apps[str(body["id"])]
    app.standard_access = bool(body.get("standard_access", app.standard_access))
    app.requires_proof = bool(body.get("requires_proof", app.requires_proof))
    if "redirect_uris" in body:
        state.redirect_uris = app.redirect_uris = tuple(body["redirect_uris"])


def _token(state: EmulatorState, body: Body) -> None:
    if "token" in body:
        tokens = [state.tokens[body["token"]]]
    else:
        account_id = str(body["account"])
        tokens = [one for one in state.tokens.values() if one.account_id == account_id]
        if not tokens:
            raise KeyError(account_id)
    for token in tokens:
        _change_token(token, body, state.now())


def _change_token(token: EmulatedToken, body: Body, now: datetime) -> None:
    if "dead" in body:
        token.dead = body["dead"]
    if "age_hours" in body:
        token.issued_at = now - timedelta(hours=body["age_hours"])
    if "expires_in_hours" in body:
        token.expires_at = now + timedelta(hours=body["expires_in_hours"])
    if "data_access_in_hours" in body:
        token.data_access_until = now + timedelta(hours=body["data_access_in_hours"])
    if "scopes" in body:
        token.scopes = set(body["scopes"])


def _account(state: EmulatorState, body: Body) -> None:
    account_id = str(body["id"])
    username = str(body.get("username", f"user_{account_id[-4:]}"))
    options = {key: body[key] for key in ACCOUNT_OPTIONS if key in body}
    account = EmulatedAccount(account_id, f"25{account_id[2:]}", username, **options)
    state.accounts[account_id] = account
    if "token" in body:
        login_type = LoginType(body.get("login_type", "instagram"))
        scopes = set(body.get("scopes", login_type.scopes))
        issued_at = state.now() - timedelta(days=2)
        state.add_token(body["token"], account_id, login_type, scopes, issued_at)


def _media(state: EmulatorState, body: Body) -> None:
    account = state.accounts[str(body["account"])]
    for raw in body["media"]:
        media = EmulatedMedia(
            id=str(raw["id"]),
            media_type=raw.get("media_type", "IMAGE"),
            product_type=raw.get("product_type", "FEED"),
            taken_at=datetime.fromisoformat(raw["taken_at"]).astimezone(UTC),
            **{key: raw[key] for key in MEDIA_OPTIONS if key in raw},
        )
        (account.stories if media.product_type == "STORY" else account.media).append(media)


KNOBS: dict[str, Callable[[EmulatorState, Body], object]] = {
    "reset": _reset,
    "clock": _clock,
    "fail": _fail,
    "heal": _heal,
    "throttle": _throttle,
    "usage": _usage,
    "envelope": _envelope,
    "latency": _latency,
    "app": _app,
    "token": _token,
    "account": _account,
    "media": _media,
    **INBOX_KNOBS,
    **INSIGHT_KNOBS,
    **PUBLISHING_KNOBS,
}
