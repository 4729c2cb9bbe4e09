"""`make connect-link`: a link for a browser that begins the login of an account; valid for an hour."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from lambdas.graph.login_type import LOGIN_TYPES
from lambdas.tokens import dependencies as feature


def connect_link(variables: Mapping[str, str]) -> int:
    """Prints it. `LOGIN_TYPE` is the login to use, else the stage's own."""
    login_type = variables.get("FLAVOUR") or feature.settings().login_type
    if login_type not in LOGIN_TYPES:
        sys.exit(f"daybook: LOGIN_TYPE={login_type}: use one of {', '.join(LOGIN_TYPES)}")
    print(
        f"{feature.settings().public_url}/instagram/reconnect/{feature.states().issue_invitation(login_type)}"
    )
    print(
        "Open it within an hour, in the browser in which you log in as the account. Whoever has it may connect an account.",
        file=sys.stderr,
    )
    return 0
