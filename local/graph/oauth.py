"""Code exchange, token exchange and refresh."""

from __future__ import annotations

from local.graph.call import Answer
from local.graph.errors import GraphError, bad_parameter, permission_missing
from local.graph.parameters import Parameters
from local.graph.records import EmulatedApp
from local.graph.state import EmulatorState, Envelope
from local.graph.tokens import (
    LONG_LIFETIME,
    MIN_REFRESH_AGE,
    SHORT_LIFETIME,
    AuthorizationCode,
    EmulatedToken,
    LoginType,
    TokenKind,
)


def find_app(state: EmulatorState, app_id: str, login_type: LoginType) -> EmulatedApp:
    """Return the app of a login type. Raises GraphError 101 if there is none."""
    app = state.apps.get(app_id)
    if app is None or app.login_type is not login_type:
        raise GraphError(101, "Error validating application. Invalid application ID.")
    return app


def exchange_code(state: EmulatorState, params: Parameters, login_type: LoginType) -> Answer:
    """Return a short-lived token for a code that has not been used."""
    app = find_app(state, params.get("client_id", ""), login_type)
    if params.get("client_secret") != app.secret:
        raise GraphError(1, "Error validating client secret.", status=400)
    is_instagram = login_type is LoginType.INSTAGRAM
    if is_instagram and params.get("grant_type") != "authorization_code":
        raise GraphError(400, "Invalid grant_type")
    code = _code(state, params, app)
    del state.codes[params["code"]]
    token = state.redeem(code.grant)
    if is_instagram:
        return _instagram_token(state, token)
    lifetime = int(SHORT_LIFETIME.total_seconds())
    return {"access_token": token.value, "token_type": "bearer", "expires_in": lifetime}


def _code(state: EmulatorState, params: Parameters, app: EmulatedApp) -> AuthorizationCode:
    code = state.codes.get(params.get("code", ""))
    if code is None or code.grant.app_id != app.id or code.expires_at <= state.now():
        raise GraphError(100, "Matching code was not found or was already used", 36009)
    if code.redirect_uri != params.get("redirect_uri"):
        message = (
            "Error validating verification code. Please make sure your redirect_uri is identical"
        )
        raise GraphError(100, message, 36008)
    return code


def _instagram_token(state: EmulatorState, token: EmulatedToken) -> Answer:
    scoped_id, scopes = state.accounts[token.account_id].scoped_id, sorted(token.scopes)
    if state.envelope is Envelope.OBSERVED:
        return {"access_token": token.value, "user_id": int(scoped_id), "permissions": scopes}
    documented = {
        "access_token": token.value,
        "user_id": scoped_id,
        "permissions": ",".join(scopes),
    }
    return {"data": [documented]}


def exchange_token(state: EmulatorState, params: Parameters, login_type: LoginType) -> Answer:
    """Return a long-lived token: `ig_exchange_token` and `fb_exchange_token`."""
    is_instagram = login_type is LoginType.INSTAGRAM
    if is_instagram and params.get("grant_type") != "ig_exchange_token":
        raise bad_parameter("The parameter grant_type is required")
    value = params.get("access_token" if is_instagram else "fb_exchange_token", "")
    token = state.token(value, login_type.data_host)
    app = state.apps[token.app_id]
    if not is_instagram and params.get("client_id") != app.id:
        raise GraphError(101, "Error validating application. Invalid application ID.")
    if params.get("client_secret") != app.secret:
        raise GraphError(1, "Error validating client secret.", status=400)
    if is_instagram and token.kind is not TokenKind.SHORT:
        raise GraphError(452, "Session key invalid or no longer valid")
    return _long_lived(state, token)


def refresh(state: EmulatorState, params: Parameters) -> Answer:
    """Return a new long-lived token for one that is at least 24 hours old: `ig_refresh_token`."""
    if params.get("grant_type") != "ig_refresh_token":
        raise bad_parameter("The parameter grant_type is required")
    token = state.token(params.get("access_token", ""), LoginType.INSTAGRAM.data_host)
    if token.kind is not TokenKind.LONG:
        raise GraphError(100, "Only long-lived tokens can be refreshed")
    if state.now() - token.issued_at < MIN_REFRESH_AGE:
        raise GraphError(100, "The token is less than 24 hours old")
    if "instagram_business_basic" not in token.scopes:
        raise permission_missing("instagram_business_basic")
    permissions = ",".join(sorted(token.scopes))
    return {**_long_lived(state, token), "permissions": permissions}


def _long_lived(state: EmulatorState, token: EmulatedToken) -> Answer:
    lifetime = int(LONG_LIFETIME.total_seconds())
    value = state.exchange(token).value
    return {"access_token": value, "token_type": "bearer", "expires_in": lifetime}
