"""A login that is not finished with the dialog: its accounts are searched, chosen or connected."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from lambdas.graph.found_account import Skipped, SkipReason
from lambdas.kit.login_type import LoginType
from lambdas.tokens.identified import Identified

# Accounts of one login; the others are named as not reached. A row must stay below 400 KB.
MAX_OFFERED = 500
# Pages that are named as not connected; further ones are counted.
MAX_SKIPPED = 100
# Connected accounts that are described; further ones are named.
MAX_DESCRIBED = 20
NO_PROBLEM = ""


class Step(enum.StrEnum):
    """What happens next with a pending login."""

    SEARCHING = "searching"
    """The queue lists the Pages, for which the dialog's redirect left too little time."""
    CHOOSING = "choosing"
    """The person chooses among several accounts."""
    CONNECTING = "connecting"
    """The queue connects the chosen accounts."""
    DONE = "done"


class Progress(enum.StrEnum):
    """The progress of one account."""

    OFFERED = "offered"
    CHOSEN = "chosen"
    CONNECTED = "connected"
    FAILED = "failed"


@dataclass(frozen=True)
class OfferedAccount:
    """An account of a pending login; `notes` are sentences for people about how it went.

    `username` is None where the time was too short to read it. `known`: it was connected before.
    """

    account_id: str
    page_id: str | None = None
    page_name: str | None = None
    username: str | None = None
    known: bool = False
    progress: Progress = Progress.OFFERED
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name by which people know the account, or else its Page."""
        return f"@{self.username}" if self.username else self.page_name or self.account_id


@dataclass(frozen=True)
class SkippedPage:
    """A Page, or a list of Pages, that gives no account, and why."""

    name: str
    reason: SkipReason


@dataclass(frozen=True)
class PendingLogin:
    """A pending login. Its person's token is stored beside it, encrypted, until it is done.

    `id` is the hash of the secret in its page's address. `browser` is the hash of a cookie of the
    browser that may choose. With `only`, the login is for that account. `until` is when it
    expires, `rounds` how many messages of the queue have worked on it. `problem` and `advice` say
    why nothing was connected.
    """

    id: str
    tenant: str
    login_type: LoginType
    browser: str
    started_at: datetime
    until: datetime
    step: Step
    person_id: str | None = None
    only: str | None = None
    accounts: tuple[OfferedAccount, ...] = ()
    skipped: tuple[SkippedPage, ...] = ()
    skipped_more: int = 0
    declined_scopes: tuple[str, ...] = ()
    rounds: int = 0
    problem: str = NO_PROBLEM
    advice: tuple[str, ...] = ()

    def of(self, progress: Progress) -> tuple[OfferedAccount, ...]:
        """Return the accounts with this progress."""
        return tuple(one for one in self.accounts if one.progress is progress)

    @property
    def waiting(self) -> tuple[OfferedAccount, ...]:
        """Return the accounts that are still to be connected."""
        return self.of(Progress.CHOSEN)

    @property
    def is_working(self) -> bool:
        """Return whether the queue has to continue with it."""
        return self.step in (Step.SEARCHING, Step.CONNECTING)

    def shortened(self) -> PendingLogin:
        """Return the login without what no page shows: it has to fit into a row."""
        shown = {one.account_id for one in self.of(Progress.CONNECTED)[:MAX_DESCRIBED]}
        accounts = tuple(
            replace(one, notes=())
            if one.progress is Progress.CONNECTED and one.account_id not in shown
            else one
            for one in self.accounts
        )
        return replace(self, accounts=accounts)

    def choosing(self, account_ids: Collection[str]) -> PendingLogin:
        """Return the login with these accounts chosen."""
        accounts = tuple(
            replace(one, progress=Progress.CHOSEN) if one.account_id in account_ids else one
            for one in self.accounts
        )
        return replace(self, step=Step.CONNECTING, accounts=accounts)

    def offering(self, found: Identified, known: Collection[str]) -> PendingLogin:
        """Return the login with what a search found; `known` are the connected accounts' ids.

        A single account needs no choice. If the time ended before all lists of Pages were read,
        the search has to be repeated.
        """
        offers = _offers(found, known)
        if self.only:
            offers = [one for one in offers if one.account_id == self.only]
        cut = any(one.reason is SkipReason.LIST_NOT_REACHED for one in found.skipped)
        skipped = [one for one in found.skipped if one.reason is not SkipReason.NOT_REACHED]
        skipped += _beyond(offers)
        offered = replace(
            self,
            accounts=tuple(offers[:MAX_OFFERED]),
            skipped=tuple(SkippedPage(one.name, one.reason) for one in skipped[:MAX_SKIPPED]),
            skipped_more=max(0, len(skipped) - MAX_SKIPPED),
            declined_scopes=found.declined_scopes,
        )
        if cut and not (self.only and offers):
            return replace(offered, step=Step.SEARCHING)
        if len(offers) == 1:
            return offered.choosing([offers[0].account_id])
        return replace(offered, step=Step.CHOOSING)


def _offers(found: Identified, known: Collection[str]) -> list[OfferedAccount]:
    """Return the accounts that were read, and those whose Page was listed but not reached."""
    read = [
        OfferedAccount(record.account_id, record.page_id, record.page_name, record.username)
        for record, _ in found.accounts
    ]
    unread = [
        OfferedAccount(one.account_id, one.page_id, one.name)
        for one in found.skipped
        if one.account_id and one.reason is SkipReason.NOT_REACHED
    ]
    # Two Pages may be linked to one account.
    each_once = {one.account_id: one for one in [*unread, *read]}
    offers = [replace(one, known=one.account_id in known) for one in each_once.values()]
    return sorted(offers, key=lambda one: (not one.known, one.name.casefold()))


def _beyond(offers: list[OfferedAccount]) -> list[Skipped]:
    return [Skipped(SkipReason.NOT_REACHED, one.name) for one in offers[MAX_OFFERED:]]
