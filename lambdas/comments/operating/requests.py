"""What handlers of operators' requests have in common."""

from __future__ import annotations

from collections.abc import Sequence

from lambdas.api.request import Request
from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.operating.bodies import MAX_REQUEST_ID
from lambdas.kit.errors import Conflict, InvalidRequest, NotFound


def operator_of(request: Request) -> str:
    """Return the name under which an operator is recorded."""
    return str(request.claims.get("username") or request.claims.get("sub") or "")


def request_id_of(request: Request) -> str | None:
    """Return the `client_request_id` of a request without a body. Raises InvalidRequest."""
    text = request.query_text("client_request_id")
    if len(text) > MAX_REQUEST_ID:
        raise InvalidRequest(
            f"client_request_id has at most {MAX_REQUEST_ID} characters.",
            code="invalid_client_request_id",
        )
    return text or None


def account_of(request: Request, accounts: InboxAccounts) -> InboxAccount:
    """Return the connected account that a request names, or the only one there is.

    Raises NotFound, InvalidRequest if there are several, and Conflict if none is connected.
    """
    named = request.query_id("account")
    if named is None:
        return _only([one for one in accounts.all().values() if one.is_connected])
    found = accounts.of(named)
    if found is None:
        raise NotFound("No Instagram account with this id is known.", code="unknown_account")
    if not found.is_connected:
        raise _disconnected("This account is disconnected.")
    return found


def _only(connected: Sequence[InboxAccount]) -> InboxAccount:
    if not connected:
        raise _disconnected("No Instagram account is connected.")
    if len(connected) > 1:
        names = ", ".join(sorted(one.id for one in connected))
        raise InvalidRequest(
            f"Several accounts are connected. Say which: account={names}.",
            code="account_required",
        )
    return connected[0]


def _disconnected(sentence: str) -> Conflict:
    return Conflict(
        f"{sentence} Open GET /instagram/connect to connect it.", code="account_disconnected"
    )
