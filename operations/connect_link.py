"""`make connect-link`: a link for a browser that begins the login of an account; valid for an hour."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from lambdas.graph.flavour import FLAVOURS
from lambdas.tokens import room


def connect_link(variables: Mapping[str, str]) -> int:
    """Prints it. `FLAVOUR` is the login to use, else the stage's own."""
    flavour = variables.get("FLAVOUR") or room.settings().login_flavour
    if flavour not in FLAVOURS:
        sys.exit(f"daybook: FLAVOUR={flavour}: use one of {', '.join(FLAVOURS)}")
    print(f"{room.settings().public_url}/instagram/reconnect/{room.states().issue_invitation(flavour)}")
    print(
        "Open it within an hour, in the browser in which you log in as the account. Whoever has it may connect an account.", file=sys.stderr
    )
    return 0
