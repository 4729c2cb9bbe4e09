"""Questions to the person at the terminal."""

from __future__ import annotations

import getpass

from cli.errors import CommandError


def ask_secret(question: str) -> str:
    """Return an answer that is not shown. Raises CommandError if there is no terminal to ask at."""
    try:
        return getpass.getpass(question)
    except EOFError:
        raise CommandError("nothing was changed: this command asks, so run it at a terminal") from (
            None
        )
