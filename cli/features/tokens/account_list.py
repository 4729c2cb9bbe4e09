"""The connected accounts, as a table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from cli.features.tokens.site import TokensSite
from lambdas.kit.decoded import JsonObject

ROW = "{:<20} {:<24} {:<10} {:<20} {:>5}  {}"


def print_accounts(site: TokensSite) -> int:
    """Print one line for each account; return 1 if any needs its owner to log in again."""
    found = list(_all(site))
    if not found:
        print("No account is connected. `make connect-link` prints a link to connect one.")
        return 0
    print(ROW.format("id", "account", "login", "token", "days", "last error"))
    for one in found:
        days = one["daysRemaining"]
        error = one.get("lastError", {}).get("meaning", "")
        left = "-" if days is None else days
        name = f"@{one['username']}" if one["username"] else "-"
        print(ROW.format(one["id"], name, one["login_type"], one["state"], left, error).rstrip())
    return 1 if any(one["state"] == "reconnect_required" for one in found) else 0


def _all(site: TokensSite) -> Iterator[JsonObject]:
    after: str | None = ""
    while after is not None:
        page = site.accounts(after)
        yield from page["accounts"]
        after = page["next"]
