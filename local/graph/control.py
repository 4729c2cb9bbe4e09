"""The knobs under `/_control`: time, faults, throttles, data, webhooks, and the journal of calls."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from local.graph.data import EmulatedMedia
from local.graph.nodes import graph_time
from local.graph.world import EmulatedAccount, EmulatedToken, Fault, World


def control(world: World, name: str, body: Mapping[str, Any]) -> Any:
    """Turns a knob; what it answers. Raises KeyError for a knob that does not exist.

    | knob | body |
    |---|---|
    | `reset` | everything but the time and the redirect addresses as at the start |
    | `clock` | `{"advance_seconds": n}`, `{"set": "2026-04-29T00:00:00+00:00"}` or `{}` for the machine's time |
    | `fail` | `{"count", "status", "code", "subcode", "transient", "drop": "before" or "after", "path", "account", "method", "body",
      "above_limit"}` |
    | `throttle` | `{"account": id or "app", "code": 80002, "minutes": n}`; `{"account"}` alone ends it |
    | `usage` | `{"X-App-Usage": "...", "X-Business-Use-Case-Usage": "..."}` |
    | `envelope` | `{"shape": "documented" or "observed"}`: how `/me` and the code exchange wrap their answers |
    | `app` | `{"id", "standard_access": true, "redirect_uris": [...]}` |
    | `latency` | `{"seconds": n}` |
    | `token` | `{"token" or "account", "dead": subcode or null, "age_hours", "expires_in_hours", "data_access_in_hours", "scopes"}` |
    | `account` | `{"id", "username", "account_type", "followers", "has_role", "tagged_in", "token", "scopes", "flavour"}` |
    | `media` | `{"account", "media": [{"id", "media_type", "product_type", "taken_at", "caption", "viewers", ...}]}` |
    | `comment` | `{"account", "media", "text", "username"}` |
    | `container` | `{"id", "seconds", "failure": subcode}` |
    | `webhook` | `{"url", "payload", "secret", "broken": true}`: sends it, signed |
    """
    knobs: dict[str, Callable[[], Any]] = {
        "reset": world.reset,
        "clock": lambda: _clock(world, body),
        "fail": lambda: world.faults.append(Fault(**body)),
        "throttle": lambda: _throttle(world, body),
        "usage": lambda: world.usage.update({str(k): str(v) for k, v in body.items()}),
        "envelope": lambda: setattr(world, "envelope", {"documented": "documented", "observed": "observed"}[body["shape"]]),
        "app": lambda: _app(world, body),
        "latency": lambda: setattr(world, "latency", float(body["seconds"])),
        "token": lambda: _token(world, body),
        "account": lambda: _account(world, body),
        "media": lambda: _media(world, body),
        "comment": lambda: _comment(world, body),
        "container": lambda: _container(world, body),
        "webhook": lambda: _webhook(body),
    }
    return knobs[name]() or {"now": graph_time(world.now())}


def _clock(world: World, body: Mapping[str, Any]) -> None:
    if "advance_seconds" in body:
        world.advance(timedelta(seconds=body["advance_seconds"]))
    elif "set" in body:
        world.fixed = datetime.fromisoformat(body["set"]).astimezone(UTC)
    else:
        world.fixed, world.offset = None, timedelta()


def _throttle(world: World, body: Mapping[str, Any]) -> None:
    name = str(body["account"])
    if "code" not in body:
        world.throttled.pop(name, None)
        world.usage_of.pop(name, None)
        return
    until = world.now() + timedelta(minutes=body["minutes"]) if "minutes" in body else None
    world.throttled[name] = (body["code"], until)
    if "minutes" in body:
        entry = {"type": "instagram", "call_count": 100, "total_cputime": 25, "total_time": 25}
        header = json.dumps({name: [entry | {"estimated_time_to_regain_access": body["minutes"]}]})
        world.usage_of[name] = {"X-Business-Use-Case-Usage": header}


def _app(world: World, body: Mapping[str, Any]) -> None:
    app = world.apps[str(body["id"])]
    app.standard_access = bool(body.get("standard_access", app.standard_access))
    if "redirect_uris" in body:
        world.redirect_uris = app.redirect_uris = tuple(body["redirect_uris"])


def _token(world: World, body: Mapping[str, Any]) -> None:
    for token in [world.tokens[body["token"]]] if "token" in body else _tokens_of(world, str(body["account"])):
        _change_token(world, token, body)


def _tokens_of(world: World, account_id: str) -> list[EmulatedToken]:
    found = [token for token in world.tokens.values() if token.account_id == account_id]
    if not found:
        raise KeyError(account_id)
    return found


def _change_token(world: World, token: EmulatedToken, body: Mapping[str, Any]) -> None:
    if "dead" in body:
        token.dead = body["dead"]
    if "age_hours" in body:
        token.issued_at = world.now() - timedelta(hours=body["age_hours"])
    if "expires_in_hours" in body:
        token.expires_at = world.now() + timedelta(hours=body["expires_in_hours"])
    if "data_access_in_hours" in body:
        token.data_access_until = world.now() + timedelta(hours=body["data_access_in_hours"])
    if "scopes" in body:
        token.scopes = set(body["scopes"])


def _account(world: World, body: Mapping[str, Any]) -> None:
    account_id = str(body["id"])
    known = {key: body[key] for key in ("account_type", "followers", "page_id", "has_role", "tagged_in") if key in body}
    scoped_id = "25" + account_id[2:]
    world.accounts[account_id] = EmulatedAccount(account_id, scoped_id, str(body.get("username", f"user_{account_id[-4:]}")), **known)
    if "token" in body:
        flavour = body.get("flavour", "instagram")
        every = {token.flavour: token.scopes for token in world.tokens.values() if "noinsights" not in token.value}
        scopes = set(body["scopes"]) if "scopes" in body else every[flavour]
        world.add_token(body["token"], account_id, flavour, scopes, world.now() - timedelta(days=2))


def _media(world: World, body: Mapping[str, Any]) -> None:
    account = world.accounts[str(body["account"])]
    for raw in body["media"]:
        options = {key: raw[key] for key in ("caption", "viewers", "numbers", "copyrighted", "before_business") if key in raw}
        taken_at = datetime.fromisoformat(raw["taken_at"]).astimezone(UTC)
        made = EmulatedMedia(str(raw["id"]), raw.get("media_type", "IMAGE"), raw.get("product_type", "FEED"), taken_at, **options)
        (account.stories if made.product_type == "STORY" else account.media).append(made)


def _comment(world: World, body: Mapping[str, Any]) -> dict[str, str]:
    comment_id = world.new_id()
    author = {"id": "26000000000000001", "username": body.get("username", "a_guest")}
    world.accounts[str(body["account"])].comments[comment_id] = {
        "text": body["text"], "timestamp": graph_time(world.now()), "username": author["username"], "from": author, "hidden": False,
        "media": str(body["media"]), "parent_id": None,
    }  # fmt: skip
    return {"id": comment_id}


def _container(world: World, body: Mapping[str, Any]) -> None:
    container = world.containers[str(body["id"])]
    container.seconds = int(body.get("seconds", container.seconds))
    container.failure = body.get("failure", container.failure)


def _webhook(body: Mapping[str, Any]) -> dict[str, int]:
    raw = json.dumps(body["payload"], ensure_ascii=True).encode()
    signature = hmac.new(str(body["secret"]).encode(), raw, hashlib.sha256).hexdigest()
    if body.get("broken"):
        signature = signature[::-1]
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    request = urllib.request.Request(body["url"], raw, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return {"status": answer.status}
    except urllib.error.HTTPError as error:
        return {"status": error.code}
