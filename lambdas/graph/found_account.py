"""What a login connects: the accounts found, what was skipped, and why nothing was found."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lambdas.graph.errors import GraphError


@dataclass(frozen=True)
class AccountSearch:
    """A token whose accounts are to be found.

    `permissions` are those that the code exchange reported. `is_short`: the token is the
    short-lived one of a login. `latest_end` bounds the search; what is not reached is skipped and
    can be found later with `page_ids`, which limits the search to these Pages. The Page of
    `account_id` is read first.
    """

    token: str = field(repr=False)
    permissions: tuple[str, ...] = ()
    is_short: bool = False
    latest_end: datetime | None = None
    page_ids: tuple[str, ...] = ()
    account_id: str | None = None


@dataclass(frozen=True)
class PersonToken:
    """The long-lived token of the person who shared the Pages: a later search starts with it."""

    token: str = field(repr=False)
    person_id: str | None = None


@dataclass(frozen=True)
class PageLink:
    """The Facebook Page that an account is linked to."""

    id: str
    name: str | None


@dataclass(frozen=True)
class FoundAccount:
    """An account with the tokens to store.

    `renewal_token` is the token to renew with, where that is another one than `token`.
    `expires_in` is None if Meta gave no end.
    """

    account_id: str
    token: str = field(repr=False)
    renewal_token: str | None = field(default=None, repr=False)
    expires_in: timedelta | None = None
    scopes: tuple[str, ...] = ()
    username: str | None = None
    account_type: str | None = None
    scoped_id: str | None = None
    person_id: str | None = None
    page: PageLink | None = None
    data_access_expires_at: datetime | None = None


class SkipReason(enum.StrEnum):
    """Why a part of what was shared was not connected."""

    LIST_INCOMPLETE = "list_incomplete"
    """A list of Pages could not be read to its end."""
    LIST_NOT_REACHED = "list_not_reached"
    """The time ended before a list of Pages was read to its end."""
    NOT_LINKED = "not_linked"
    NOT_REACHED = "not_reached"
    """The time ended first: search again with the Page's id."""
    PAGE_WITHOUT_TOKEN = "page_without_token"  # noqa: S105
    """The person's role on the Page gives no access to it."""
    ACCOUNT_FAILED = "account_failed"
    """The account's profile could not be read with the Page's token."""


@dataclass(frozen=True)
class Skipped:
    """A Page, or a list of Pages (`page_id` is None), that was not connected; `name` is for people.

    `error` is the Graph error behind it, with the missing permission if that is the cause.
    `account_id` is the account that is linked to the Page.
    """

    reason: SkipReason
    name: str
    page_id: str | None = None
    error: GraphError | None = None
    account_id: str | None = None


@dataclass(frozen=True)
class FoundAccounts:
    """The accounts to connect, what was skipped, and the base permissions that were declined.

    There may be no account if the time ended first, or if the search was limited to Pages. `person`
    is None if the login has no Pages.
    """

    accounts: tuple[FoundAccount, ...]
    skipped: tuple[Skipped, ...] = ()
    declined_scopes: tuple[str, ...] = ()
    person: PersonToken | None = None

    @property
    def unreached_page_ids(self) -> tuple[str, ...]:
        """The Pages to search again with `AccountSearch.page_ids`."""
        return tuple(
            one.page_id
            for one in self.skipped
            if one.page_id and one.reason is SkipReason.NOT_REACHED
        )


class ConnectProblem(enum.StrEnum):
    """Why a login connects no account, where the account owner can do something about it."""

    PERSONAL_ACCOUNT = "personal_account"
    BASIC_PERMISSION_MISSING = "basic_permission_missing"
    NO_PAGE_SHARED = "no_page_shared"
    PAGE_NOT_LINKED = "page_not_linked"
    PAGE_WITHOUT_TOKEN = "page_without_token"  # noqa: S105


class NoUsableAccount(Exception):
    """The login works but connects no account.

    `page_names` are the Pages that were shared, `missing_scopes` the permissions that were not
    granted (all that were requested, not only the required ones).
    """

    def __init__(
        self,
        problem: ConnectProblem,
        *,
        page_names: tuple[str, ...] = (),
        missing_scopes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.page_names = page_names
        self.missing_scopes = missing_scopes
