"""Login: the consent page, codes, exchanges, refreshes, and what is told of tokens."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from local.graph.data import ACCOUNT_ID
from local.graph.refusal import Refusal, bad_parameter, dead_token
from local.graph.state import (
    DATA_ACCESS,
    FACEBOOK_SCOPES,
    INSTAGRAM_SCOPES,
    PERSON,
    SHORT,
    SIXTY_DAYS,
    YOUNGEST,
    EmulatedApp,
    EmulatedToken,
    EmulatorState,
)

CODE_LIFE = timedelta(hours=1)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Allow access</title></head><body><main><h1>{app} asks for access</h1><form method="get" action="{action}">{hidden}
{accounts}{pages}<fieldset><legend>Permissions</legend>{scopes}</fieldset>
<button name="decision" value="allow">Allow</button> <button name="decision" value="cancel">Cancel</button></form></main></body></html>"""


def authorize(
    emulator_state: EmulatorState,
    host: str,
    query: dict[str, str],
    granted: list[str],
    pages: list[str],
    path: str,
) -> Response:
    """The consent page, and what follows from a person's decision on it."""
    app = _app(
        emulator_state,
        query.get("client_id", ""),
        "instagram" if host == "www.instagram.com" else "facebook",
    )
    if query.get("redirect_uri") not in app.redirect_uris:
        return HTMLResponse("<h1>Invalid redirect_uri</h1>", 400)
    if query.get("response_type", "code") != "code":
        return HTMLResponse("<h1>Invalid response_type</h1>", 400)
    allowed = r"oauth/authorize" if app.login_type == "instagram" else r"v\d+\.\d+/dialog/oauth"
    if not re.fullmatch(rf"/{re.escape(host)}/{allowed}/?", path):
        return HTMLResponse("<h1>This page isn't available</h1>", 404)
    known = INSTAGRAM_SCOPES if app.login_type == "instagram" else FACEBOOK_SCOPES
    asked = [scope for scope in query.get("scope", "").replace(" ", ",").split(",") if scope]
    invalid = [scope for scope in asked if scope not in known]
    if invalid or not asked:
        return HTMLResponse(f"<h1>Invalid Scopes: {html.escape(', '.join(invalid))}</h1>", 400)
    decision = query.get("decision")
    if decision is None:
        return _page(emulator_state, app, query, asked, path)
    state = {"state": query["state"]} if "state" in query else {}
    if decision != "allow":
        denied = {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request",
        }
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(denied | state)}", 302)
    code = secrets.token_urlsafe(24)
    scopes = set(asked) & set(granted) if granted else set()
    now = emulator_state.now()
    granted_token = EmulatedToken(
        "",
        app.id,
        app.login_type,
        query.get("account", ACCOUNT_ID),
        scopes,
        now,
        now + CODE_LIFE,
        "code",
    )
    granted_token.declined = set(asked) - scopes
    granted_token.pages = set(pages) if app.login_type == "facebook" else None
    emulator_state.codes[code] = granted_token
    emulator_state.code_redirects[code] = query["redirect_uri"]
    suffix = "#_" if app.login_type == "instagram" else ""
    return RedirectResponse(
        f"{query['redirect_uri']}?{urlencode({'code': code} | state)}{suffix}", 302
    )


def _page(
    emulator_state: EmulatorState,
    app: EmulatedApp,
    query: Mapping[str, str],
    asked: list[str],
    path: str,
) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">'
        for k, v in query.items()
    )
    # On Facebook a person signs in, with the Pages that they share; there is one.
    accounts = "".join(
        f'<label><input type="radio" name="account" value="{a.id}"{" checked" if i == 0 else ""}> {a.username}</label><br>'
        for i, a in enumerate(emulator_state.accounts.values())
        if app.login_type == "instagram"
    )
    scopes = "".join(
        f'<label><input type="checkbox" name="granted" value="{scope}" checked> {scope}</label><br>'
        for scope in asked
    )
    ticks = "".join(
        f'<label><input type="checkbox" name="page" value="{page}" checked> {row["name"]}</label><br>'
        for page, row in emulator_state.pages.items()
    )
    pages = (
        f"<fieldset><legend>Pages</legend>{ticks}</fieldset>"
        if app.login_type == "facebook"
        else ""
    )
    form = {
        "hidden": hidden,
        "accounts": f"<fieldset><legend>Account</legend>{accounts}</fieldset>" if accounts else "",
        "pages": pages,
        "scopes": scopes,
    }
    return HTMLResponse(PAGE.format(app=f"App {app.id}", action=html.escape(path), **form))


def _app(emulator_state: EmulatorState, app_id: str, login_type: str) -> EmulatedApp:
    app = emulator_state.apps.get(app_id)
    if app is None or app.login_type != login_type:
        raise Refusal(101, "Error validating application. Invalid application ID.")
    return app


def exchange_code(
    emulator_state: EmulatorState, query: Mapping[str, str], login_type: str
) -> dict[str, Any]:
    """A short-lived token for a code that was not used before."""
    app = _app(emulator_state, query.get("client_id", ""), login_type)
    if query.get("client_secret") != app.secret:
        raise Refusal(1, "Error validating client secret.", status=400)
    if login_type == "instagram" and query.get("grant_type") != "authorization_code":
        raise Refusal(400, "Invalid grant_type")
    granted = emulator_state.codes.get(query.get("code", ""))
    redirect = emulator_state.code_redirects.get(query.get("code", ""))
    if (
        granted is None
        or granted.app_id != app.id
        or (granted.expires_at and granted.expires_at <= emulator_state.now())
    ):
        raise Refusal(100, "Matching code was not found or was already used", 36009)
    if redirect != query.get("redirect_uri"):
        raise Refusal(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical",
            36008,
        )
    del emulator_state.codes[query["code"]]
    token = emulator_state.fresh_token(granted, SHORT, "short")
    if login_type == "facebook":
        return {
            "access_token": token.value,
            "token_type": "bearer",
            "expires_in": int(SHORT.total_seconds()),
        }
    account = emulator_state.accounts[granted.account_id]
    if emulator_state.envelope == "documented":
        told = {
            "access_token": token.value,
            "user_id": account.scoped_id,
            "permissions": ",".join(sorted(granted.scopes)),
        }
        return {"data": [told]}
    return {
        "access_token": token.value,
        "user_id": int(account.scoped_id),
        "permissions": sorted(granted.scopes),
    }


def exchange_long(
    emulator_state: EmulatorState, query: Mapping[str, str], login_type: str
) -> dict[str, Any]:
    """`ig_exchange_token` and `fb_exchange_token`."""
    given = query.get("access_token" if login_type == "instagram" else "fb_exchange_token", "")
    host = "graph.instagram.com" if login_type == "instagram" else "graph.facebook.com"
    token = emulator_state.token(given, host)
    if query.get("client_secret") != emulator_state.apps[token.app_id].secret:
        raise Refusal(1, "Error validating client secret.", status=400)
    if login_type == "instagram" and token.kind != "short":
        raise Refusal(452, "Session key invalid or no longer valid")
    return _long(emulator_state, token)


def refresh(emulator_state: EmulatorState, query: Mapping[str, str]) -> dict[str, Any]:
    """`ig_refresh_token`: at least 24 hours old, alive, and the basic permission still there."""
    if query.get("grant_type") != "ig_refresh_token":
        raise bad_parameter("The parameter grant_type is required")
    token = emulator_state.token(query.get("access_token", ""), "graph.instagram.com")
    if token.kind != "long":
        raise Refusal(100, "Only long-lived tokens can be refreshed")
    if emulator_state.now() - token.issued_at < YOUNGEST:
        raise Refusal(100, "The token is less than 24 hours old")
    if "instagram_business_basic" not in token.scopes:
        raise Refusal(10, "(#10) Application does not have permission for this action", status=403)
    return _long(emulator_state, token) | {"permissions": ",".join(sorted(token.scopes))}


def _long(emulator_state: EmulatorState, token: EmulatedToken) -> dict[str, Any]:
    made = emulator_state.fresh_token(token, SIXTY_DAYS, "long")
    return {
        "access_token": made.value,
        "token_type": "bearer",
        "expires_in": int(SIXTY_DAYS.total_seconds()),
    }


def _granular(emulator_state: EmulatorState, token: EmulatedToken) -> list[dict[str, Any]]:
    pages = [page for page in emulator_state.pages if token.pages is None or page in token.pages]
    accounts = [account for page in pages if (account := emulator_state.pages[page]["account"])]
    targets = {
        scope: pages if scope.startswith("pages_") else accounts
        for scope in sorted(token.scopes)
        if scope != "business_management"
    }
    return [
        {"scope": scope, "target_ids": ids}
        for scope, ids in targets.items()
        if token.pages is not None
    ]


def debug_token(emulator_state: EmulatorState, query: Mapping[str, str]) -> dict[str, Any]:
    """What is told of a token to whoever holds the app's own."""
    app_id, _, secret = query.get("access_token", "").partition("|")
    app = emulator_state.apps.get(app_id)
    if app is None or app.secret != secret:
        raise Refusal(190, "Invalid OAuth access token signature.")
    token = emulator_state.tokens.get(query.get("input_token", ""))
    if token is None or token.app_id != app.id:
        return {
            "data": {
                "is_valid": False,
                "scopes": [],
                "error": {"code": 190, "message": "Invalid OAuth access token."},
            }
        }
    alive = token.dead is None and (
        token.expires_at is None or token.expires_at > emulator_state.now()
    )
    data: dict[str, Any] = {
        "app_id": app.id,
        "type": "PAGE" if token.kind == "page" else "USER",
        "application": "daybook",
        "user_id": PERSON,
        "is_valid": alive,
        "issued_at": int(token.issued_at.timestamp()),
        "expires_at": int(token.expires_at.timestamp()) if token.expires_at else 0,
        "data_access_expires_at": int(
            (token.data_access_until or token.issued_at + DATA_ACCESS).timestamp()
        ),
        "scopes": sorted(token.scopes),
        "granular_scopes": _granular(emulator_state, token),
    }
    if not alive:
        data["error"] = {
            "code": 190,
            "subcode": token.dead or 463,
            "message": dead_token(token.dead or 463).message,
        }
    return {"data": data}
