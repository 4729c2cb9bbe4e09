"""What the page after a login says, for account owners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lambdas.graph.found_account import Skipped, SkipReason
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.login_result import Connected, LoginResult
from lambdas.tokens.page import Section

# Longer lists are summarised.
MAX_NAMED = 20
SKIPPED = {
    SkipReason.LIST_INCOMPLETE: "This list of Pages could not be read completely",
    SkipReason.LIST_NOT_REACHED: "The time was too short to read this list of Pages",
    SkipReason.NOT_LINKED: "No Instagram account is linked to this Page",
    SkipReason.NOT_REACHED: "The time was too short for this Page; connect again with fewer Pages",
    SkipReason.PAGE_WITHOUT_TOKEN: "Your role on this Page does not give access to it",
    SkipReason.ACCOUNT_FAILED: "Instagram did not let us read the account of this Page",
}


def result_title(result: LoginResult) -> str:
    """Return the title of the page about a login that connected something."""
    return names_title([one.record.name for one in result.connected])


def names_title(names: Sequence[str]) -> str:
    """Return a title that says that these accounts are connected."""
    if len(names) == 1:
        return f"{names[0]} is connected"
    if len(names) > MAX_NAMED:
        return f"{len(names)} accounts are connected"
    return f"{', '.join(names[:-1])} and {names[-1]} are connected"


def result_sections(result: LoginResult) -> Iterator[Section]:
    """Return what the page says: the accounts, then what was not connected, by name."""
    for one in result.connected[:MAX_NAMED]:
        yield Section(one.record.name, connected_notes(one))
    yield from (Section(one.title, one.advice) for one in result.refused)
    if result.skipped:
        named = [_skipped(one) for one in result.skipped[:MAX_NAMED]]
        more = len(result.skipped) - len(named)
        rest = [f"{more} more Pages were not connected."] if more else []
        yield Section("Not connected", [*named, *rest])
    yield from declined_section(result.declined_scopes)


def declined_section(scopes: Sequence[str]) -> Iterator[Section]:
    """Return what the page says about permissions that were not given."""
    if scopes:
        lost = f"Not allowed in the dialog: {', '.join(scopes)}."
        yield Section("Permissions", [lost, "Pages that a business owns may be missing without."])


def failure_sections(failed: ConnectFailed) -> list[Section]:
    """Return what the page says about a login that connected nothing."""
    return [Section("", failed.advice)]


def connected_notes(one: Connected) -> tuple[str, ...]:
    """Return what the page says about a connected account."""
    record = one.record
    page = [f"Through the Page {record.page_name}."] if record.page_name else []
    until = (
        [f"The connection is valid until {record.expires_at:%Y-%m-%d} and renews automatically."]
        if record.expires_at
        else []
    )
    missing = [
        f"{capability} will not work: {', '.join(scopes)} was not allowed."
        for capability, scopes in one.missing.items()
    ]
    advice = (
        ["To allow it, connect the account again and leave everything switched on in the dialog."]
        if missing
        else []
    )
    return (*page, *until, *missing, *advice)


def _skipped(one: Skipped) -> str:
    return f"{one.name}: {SKIPPED[one.reason]}."
