"""Token inspection."""

from __future__ import annotations

from local.graph.call import Answer
from local.graph.errors import GraphError, dead_token
from local.graph.parameters import Parameters
from local.graph.sample import PERSON_ID
from local.graph.state import EmulatorState
from local.graph.tokens import DATA_ACCESS_LIFETIME, EmulatedToken, TokenKind

UNKNOWN_TOKEN = {
    "is_valid": False,
    "scopes": [],
    "error": {"code": 190, "message": "Invalid OAuth access token."},
}


def read(state: EmulatorState, params: Parameters) -> Answer:
    """`GET /debug_token`, with the app's own token."""
    app_id, _, secret = params.get("access_token", "").partition("|")
    app = state.apps.get(app_id)
    if app is None or app.secret != secret:
        raise GraphError(190, "Invalid OAuth access token signature.")
    token = state.tokens.get(params.get("input_token", ""))
    if token is None or token.app_id != app.id:
        return {"data": UNKNOWN_TOKEN}
    is_valid = token.dead is None and not token.is_expired(state.now())
    data_access = token.data_access_until or token.issued_at + DATA_ACCESS_LIFETIME
    data: dict[str, object] = {
        "app_id": app.id,
        "type": "PAGE" if token.kind is TokenKind.PAGE else "USER",
        "application": "daybook",
        "user_id": PERSON_ID,
        "is_valid": is_valid,
        "issued_at": int(token.issued_at.timestamp()),
        "expires_at": int(token.expires_at.timestamp()) if token.expires_at else 0,
        "data_access_expires_at": int(data_access.timestamp()),
        "scopes": sorted(token.scopes),
        "granular_scopes": _granular_scopes(state, token),
    }
    if not is_valid:
        error = dead_token(token.dead or 463)
        data["error"] = {"code": 190, "subcode": error.subcode, "message": error.message}
    return {"data": data}


def _granular_scopes(state: EmulatorState, token: EmulatedToken) -> list[dict[str, object]]:
    """Return the objects of each scope, if the person selected Pages in the consent dialog."""
    if token.pages is None:
        return []
    page_ids = [page_id for page_id in state.pages if token.has_page(page_id)]
    account_ids = [one for page_id in page_ids if (one := state.pages[page_id]["account"])]
    return [
        {
            "scope": scope,
            "target_ids": page_ids if scope.startswith("pages_") else account_ids,
        }
        for scope in sorted(token.scopes)
        if scope != "business_management"
    ]
