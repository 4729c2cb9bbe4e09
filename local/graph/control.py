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
from local.graph.state import EmulatedAccount, EmulatedToken, EmulatorState, Fault


def control(emulator_state: EmulatorState, name: str, body: Mapping[str, Any]) -> Any:
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
    | `account` | `{"id", "username", "account_type", "followers", "has_role", "tagged_in", "token", "scopes", "login type"}` |
    | `media` | `{"account", "media": [{"id", "media_type", "product_type", "taken_at", "caption", "viewers", ...}]}` |
    | `comment` | `{"account", "media", "text", "username"}` |
    | `container` | `{"id", "seconds", "failure": subcode}` |
    | `webhook` | `{"url", "payload", "secret", "broken": true}`: sends it, signed |
    """
    knobs: dict[str, Callable[[], Any]] = {
        "reset": emulator_state.reset,
        "clock": lambda: _clock(emulator_state, body),
        "fail": lambda: emulator_state.faults.append(Fault(**body)),
        "throttle": lambda: _throttle(emulator_state, body),
        "usage": lambda: emulator_state.usage.update({str(k): str(v) for k, v in body.items()}),
        "envelope": lambda: setattr(
            emulator_state,
            "envelope",
            {"documented": "documented", "observed": "observed"}[body["shape"]],
        ),
        "app": lambda: _app(emulator_state, body),
        "latency": lambda: setattr(emulator_state, "latency", float(body["seconds"])),
        "token": lambda: _token(emulator_state, body),
        "account": lambda: _account(emulator_state, body),
        "media": lambda: _media(emulator_state, body),
        "comment": lambda: _comment(emulator_state, body),
        "container": lambda: _container(emulator_state, body),
        "webhook": lambda: _webhook(body),
    }
    return knobs[name]() or {"now": graph_time(emulator_state.now())}


def _clock(emulator_state: EmulatorState, body: Mapping[str, Any]) -> None:
    if "advance_seconds" in body:
        emulator_state.advance(timedelta(seconds=body["advance_seconds"]))
    elif "set" in body:
        emulator_state.fixed = datetime.fromisoformat(body["set"]).astimezone(UTC)
    else:
        emulator_state.fixed, emulator_state.offset = None, timedelta()


def _throttle(emulator_state: EmulatorState, body: Mapping[str, Any]) -> None:
    name = str(body["account"])
    if "code" not in body:
        emulator_state.throttled.pop(name, None)
        emulator_state.usage_of.pop(name, None)
        return
    until = emulator_state.now() + timedelta(minutes=body["minutes"]) if "minutes" in body else None
    emulator_state.throttled[name] = (body["code"], until)
    if "minutes" in body:
        entry = {"type": "instagram", "call_count": 100, "total_cputime": 25, "total_time": 25}
        header = json.dumps({name: [entry | {"estimated_time_to_regain_access": body["minutes"]}]})
        emulator_state.usage_of[name] = {"X-Business-Use-Case-Usage": header}


def _app(emulator_state: EmulatorState, body: Mapping[str, Any]) -> None:
    app = emulator_state.apps[str(body["id"])]
    app.standard_access = bool(body.get("standard_access", app.standard_access))
    if "redirect_uris" in body:
        emulator_state.redirect_uris = app.redirect_uris = tuple(body["redirect_uris"])


def _token(emulator_state: EmulatorState, body: Mapping[str, Any]) -> None:
    for token in (
        [emulator_state.tokens[body["token"]]]
        if "token" in body
        else _tokens_of(emulator_state, str(body["account"]))
    ):
        _change_token(emulator_state, token, body)


def _tokens_of(emulator_state: EmulatorState, account_id: str) -> list[EmulatedToken]:
    found = [token for token in emulator_state.tokens.values() if token.account_id == account_id]
    if not found:
        raise KeyError(account_id)
    return found


def _change_token(
    emulator_state: EmulatorState, token: EmulatedToken, body: Mapping[str, Any]
) -> None:
    if "dead" in body:
        token.dead = body["dead"]
    if "age_hours" in body:
        token.issued_at = emulator_state.now() - timedelta(hours=body["age_hours"])
    if "expires_in_hours" in body:
        token.expires_at = emulator_state.now() + timedelta(hours=body["expires_in_hours"])
    if "data_access_in_hours" in body:
        token.data_access_until = emulator_state.now() + timedelta(
            hours=body["data_access_in_hours"]
        )
    if "scopes" in body:
        token.scopes = set(body["scopes"])


def _account(emulator_state: EmulatorState, body: Mapping[str, Any]) -> None:
    account_id = str(body["id"])
    known = {
        key: body[key]
        for key in ("account_type", "followers", "page_id", "has_role", "tagged_in")
        if key in body
    }
    scoped_id = "25" + account_id[2:]
    emulator_state.accounts[account_id] = EmulatedAccount(
        account_id, scoped_id, str(body.get("username", f"user_{account_id[-4:]}")), **known
    )
    if "token" in body:
        login_type = body.get("login_type", "instagram")
        every = {
            token.login_type: token.scopes
            for token in emulator_state.tokens.values()
            if "noinsights" not in token.value
        }
        scopes = set(body["scopes"]) if "scopes" in body else every[login_type]
        emulator_state.add_token(
            body["token"], account_id, login_type, scopes, emulator_state.now() - timedelta(days=2)
        )


def _media(emulator_state: EmulatorState, body: Mapping[str, Any]) -> None:
    account = emulator_state.accounts[str(body["account"])]
    for raw in body["media"]:
        options = {
            key: raw[key]
            for key in ("caption", "viewers", "numbers", "copyrighted", "before_business")
            if key in raw
        }
        taken_at = datetime.fromisoformat(raw["taken_at"]).astimezone(UTC)
        made = EmulatedMedia(
            str(raw["id"]),
            raw.get("media_type", "IMAGE"),
            raw.get("product_type", "FEED"),
            taken_at,
            **options,
        )
        (account.stories if made.product_type == "STORY" else account.media).append(made)


def _comment(emulator_state: EmulatorState, body: Mapping[str, Any]) -> dict[str, str]:
    comment_id = emulator_state.new_id()
    author = {"id": "26000000000000001", "username": body.get("username", "a_guest")}
    emulator_state.accounts[str(body["account"])].comments[comment_id] = {
        "text": body["text"], "timestamp": graph_time(emulator_state.now()), "username": author["username"], "from": author, "hidden": False,
        "media": str(body["media"]), "parent_id": None,
    }  # fmt: skip
    return {"id": comment_id}


def _container(emulator_state: EmulatorState, body: Mapping[str, Any]) -> None:
    container = emulator_state.containers[str(body["id"])]
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
