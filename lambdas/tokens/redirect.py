"""What Meta's dialog redirects back with."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lambdas.tokens.connect_failed import ConnectFailed

START_AGAIN = "Start again from the link that you were sent."


def require_code(query: Mapping[str, str]) -> None:
    """Raise ConnectFailed unless the dialog's redirect holds a code and no error."""
    if query.get("error", "access_denied") != "access_denied" or "error_code" in query:
        said = query.get("error_code") or query.get("error") or ""
        raise ConnectFailed(
            "dialog_refused",
            "Instagram's dialog reported an error",
            f"Its error is: {re.sub(r'[^A-Za-z0-9_ ]', '', said)[:60]}.",
            "Site operator: invalid_scope means that the app lacks a permission that this site "
            "requests; other errors usually mean that the app is not active. Both are shown in "
            "the app dashboard.",
        )
    if "error" in query:
        raise ConnectFailed(
            "cancelled",
            "You cancelled the login",
            "Nothing was changed.",
            "To connect the account, start again and choose Allow at the end.",
        )
    if not query.get("code"):
        raise ConnectFailed("no_code", "Instagram sent no login code", START_AGAIN)
