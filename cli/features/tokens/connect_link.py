"""A link with which an account owner starts the login."""

from __future__ import annotations

import sys

from cli.features.tokens.site import TokensSite, known_login_type


def print_connect_link(site: TokensSite, login_type: str) -> int:
    """Print a link that is valid for an hour; without a login type it is the stage's own.

    Raises UsageError for an unknown login type.
    """
    chosen = known_login_type(login_type or site.settings.login_type)
    print(f"{site.settings.public_url}/instagram/reconnect/{site.invitation(chosen)}")
    print(
        "Open it within an hour, in the browser in which you log in as the account. "
        "Anyone who has the link can connect an account: do not pass it on.",
        file=sys.stderr,
    )
    return 0
