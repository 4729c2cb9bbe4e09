"""The audit trail of an account, for a terminal."""

from __future__ import annotations

from cli.errors import CommandError
from cli.features.tokens.site import TokensSite
from lambdas.kit.errors import DaybookError


def print_audit(site: TokensSite, account_id: str) -> int:
    """Print what happened to an account's connection, newest first; entries are kept 400 days.

    Raises CommandError if the account was never connected.
    """
    before: str | None = None
    while True:
        try:
            page = site.trail(account_id, before)
        except DaybookError as error:
            raise CommandError(error.message) from None
        for entry in page["entries"]:
            details = ", ".join(
                f"{name}={value}" for name, value in entry.items() if name not in ("at", "what")
            )
            print(f"{entry['at']}  {entry['what']:<20} {details}".rstrip())
        before = page["next"]
        if before is None:
            return 0
