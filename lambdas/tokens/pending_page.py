"""The page of a pending login: the choice among several accounts, the progress, and the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lambdas.tokens.connect_page import SKIPPED, declined_section, names_title
from lambdas.tokens.page import Choice, Form, PageContent, Section
from lambdas.tokens.pending_login import MAX_DESCRIBED, OfferedAccount, PendingLogin, Progress, Step

# More accounts than this get a button for all of them.
FEW = 5
OTHER_BROWSER = Section(
    "",
    (
        "Accounts are chosen in the browser in which you logged in.",
        "Open this page there, or start again from the link that you were sent.",
    ),
)
NONE_CHOSEN = "Choose at least one account."


def page_of(login: PendingLogin, browser: str, *, error: str = "") -> PageContent:
    """Return the page of a login as it is now; `browser` is the hash of the visitor's cookie."""
    if login.step is Step.SEARCHING:
        waits = "This takes up to a few minutes. You can leave this page open; it reloads itself."
        why = "There are many Pages, or Facebook is slow: the search continues in the background."
        return PageContent(
            "Your Pages are being searched", [Section("", [why, waits])], reloads=True
        )
    if login.step is Step.CHOOSING:
        return _choice(login, browser, error)
    if login.step is Step.CONNECTING:
        return PageContent("Your accounts are being connected", [*_progress(login)], reloads=True)
    return PageContent(_result_title(login), [*_result(login)])


def _choice(login: PendingLogin, browser: str, error: str) -> PageContent:
    title = "Which accounts should be connected?"
    if browser != login.browser:
        return PageContent(title, [OTHER_BROWSER])
    advice = (
        "This login gives access to several Instagram accounts. Nothing is connected until you "
        "choose. Accounts that you leave out stay as they are."
    )
    choices = [_offer(index, one) for index, one in enumerate(login.accounts)]
    rest = f"Connect all {len(choices)} accounts" if len(choices) > FEW else ""
    form = Form("Accounts", choices, "Connect the chosen accounts", rest, error)
    until = f"You can choose until {login.until:%H:%M} UTC."
    below = [*_not_connected(login, "Cannot be connected")]
    return PageContent(title, [Section("", [advice, until])], form=form, below=below)


def _offer(index: int, one: OfferedAccount) -> Choice:
    notes = [f"Page {one.page_name}"] if one.page_name and one.username else []
    if not one.username:
        notes.append("Page whose Instagram name was not read yet")
    if one.known:
        notes.append("connected already, will be renewed")
    return Choice(str(index), one.name, " · ".join(notes), one.known)


def chosen_ids(login: PendingLogin, numbers: Sequence[str], *, everything: bool) -> list[str]:
    """Return the ids of the accounts that a form names by their numbers; unknown ones are none."""
    if everything:
        return [one.account_id for one in login.accounts]
    known = {str(index): one.account_id for index, one in enumerate(login.accounts)}
    return [known[number] for number in dict.fromkeys(numbers) if number in known]


def _progress(login: PendingLogin) -> Iterator[Section]:
    waiting = login.waiting
    pages = "1 Page is" if len(waiting) == 1 else f"{len(waiting)} Pages are"
    names = _named([one.name for one in waiting])
    reloads = "This page reloads itself until the result is there."
    yield Section("", [f"{pages} still being searched: {names}.", reloads])
    done = login.of(Progress.CONNECTED)
    if done:
        yield Section("Connected", [f"{_named([one.name for one in done])}."])
    yield from _failures(login)


def _result_title(login: PendingLogin) -> str:
    done = login.of(Progress.CONNECTED)
    if done:
        return names_title([one.name for one in done])
    return login.problem or "Nothing was connected"


def _result(login: PendingLogin) -> Iterator[Section]:
    yield from (
        Section(one.name, one.notes) for one in login.of(Progress.CONNECTED)[:MAX_DESCRIBED]
    )
    if login.problem:
        heading = login.problem if login.of(Progress.CONNECTED) else ""
        yield Section(heading, login.advice)
    yield from _failures(login)
    yield from _not_connected(login)
    yield from declined_section(login.declined_scopes)


def _failures(login: PendingLogin) -> Iterator[Section]:
    failed = login.of(Progress.FAILED)
    if failed:
        lines = [" ".join((f"{one.name}:", *(one.notes or ("not connected.",)))) for one in failed]
        yield Section("Chosen, but not connected", lines)


def _not_connected(login: PendingLogin, heading: str = "Not connected") -> Iterator[Section]:
    """Return what led to no account; nothing if everything did."""
    lines = [f"{one.name}: {SKIPPED[one.reason]}." for one in login.skipped]
    if login.skipped_more:
        lines.append(f"{login.skipped_more} more Pages cannot be connected.")
    if lines:
        yield Section(heading, lines)


def _named(names: Sequence[str], most: int = 20) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
