"""The consent dialog of both login types."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from local.graph.data import ACCOUNT_ID
from local.graph.oauth import find_app
from local.graph.records import EmulatedApp
from local.graph.state import EmulatorState
from local.graph.tokens import AuthorizationCode, Grant, LoginType

CODE_LIFETIME = timedelta(hours=1)
LOGIN_TYPES = {"www.instagram.com": LoginType.INSTAGRAM, "www.facebook.com": LoginType.FACEBOOK}
PATHS = {
    LoginType.INSTAGRAM: re.compile(r"/www\.instagram\.com/oauth/authorize/?"),
    LoginType.FACEBOOK: re.compile(r"/www\.facebook\.com/v\d+\.\d+/dialog/oauth/?"),
}
DENIED = {
    "error": "access_denied",
    "error_reason": "user_denied",
    "error_description": "The user denied your request",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Allow access</title>
</head>
<body>
<main>
<h1>App {app_id} requests access</h1>
<form method="get" action="{action}">
{hidden}
{accounts}{pages}{scopes}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="cancel">Cancel</button>
</form>
</main>
</body>
</html>"""


def answer(state: EmulatorState, host: str, request: Request) -> Response:
    """Show the dialog, or redirect with the decision that was made in it."""
    query, login_type = dict(request.query_params), LOGIN_TYPES[host]
    app = find_app(state, query.get("client_id", ""), login_type)
    if query.get("redirect_uri") not in app.redirect_uris:
        return _refusal("Invalid redirect_uri")
    if query.get("response_type", "code") != "code":
        return _refusal("Invalid response_type")
    if not PATHS[login_type].fullmatch(request.url.path):
        return _refusal("This page isn't available", 404)
    scopes = [scope for scope in re.split("[, ]", query.get("scope", "")) if scope]
    invalid = [scope for scope in scopes if scope not in login_type.scopes]
    if invalid or not scopes:
        return _refusal(f"Invalid Scopes: {html.escape(', '.join(invalid))}")
    if "decision" not in query:
        return _dialog(state, app, query, scopes, request.url.path)
    if query["decision"] != "allow":
        return _redirect(query, DENIED)
    granted = frozenset(scopes) & frozenset(request.query_params.getlist("granted"))
    pages = frozenset(request.query_params.getlist("page"))
    grant = Grant(
        app_id=app.id,
        login_type=login_type,
        account_id=query.get("account", ACCOUNT_ID),
        scopes=granted,
        declined=frozenset(scopes) - granted,
        pages=pages if login_type is LoginType.FACEBOOK else None,
    )
    code, expires_at = secrets.token_urlsafe(24), state.now() + CODE_LIFETIME
    state.codes[code] = AuthorizationCode(grant, query["redirect_uri"], expires_at)
    # Instagram appends a fragment that is not part of the code.
    return _redirect(query, {"code": code}, "#_" if login_type is LoginType.INSTAGRAM else "")


def _refusal(heading: str, status: int = 400) -> Response:
    return HTMLResponse(f"<h1>{heading}</h1>", status)


def _redirect(query: dict[str, str], result: dict[str, str], fragment: str = "") -> Response:
    state = {"state": query["state"]} if "state" in query else {}
    return RedirectResponse(
        f"{query['redirect_uri']}?{urlencode(result | state)}{fragment}", status_code=302
    )


def _dialog(
    state: EmulatorState,
    app: EmulatedApp,
    query: dict[str, str],
    scopes: list[str],
    action: str,
) -> Response:
    """Return the dialog: accounts on Instagram, Pages on Facebook, and the permissions."""
    accounts = pages = ""
    if app.login_type is LoginType.INSTAGRAM:
        names = [(account.id, account.username) for account in state.accounts.values()]
        accounts = _fieldset(
            "Account",
            (_choice("radio", "account", *one, checked=one == names[0]) for one in names),
        )
    else:
        pages = _fieldset(
            "Pages",
            (_choice("checkbox", "page", id_, page["name"]) for id_, page in state.pages.items()),
        )
    return HTMLResponse(
        PAGE.format(
            app_id=app.id,
            action=html.escape(action),
            hidden="".join(_hidden(name, value) for name, value in query.items()),
            accounts=accounts,
            pages=pages,
            scopes=_fieldset(
                "Permissions", (_choice("checkbox", "granted", one, one) for one in scopes)
            ),
        )
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'


def _choice(kind: str, name: str, value: str, label: str, *, checked: bool = True) -> str:
    state = " checked" if checked else ""
    field = f'<input type="{kind}" name="{name}" value="{html.escape(value)}"{state}>'
    return f"<label>{field} {html.escape(label)}</label><br>"


def _fieldset(legend: str, choices: Iterable[str]) -> str:
    return f"<fieldset><legend>{legend}</legend>{''.join(choices)}</fieldset>"
