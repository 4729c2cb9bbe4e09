"""Finding the accounts behind the Pages that a person shared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from lambdas.graph.edges import edge_context
from lambdas.graph.errors import (
    Cause,
    ErrorReason,
    GraphError,
    ReconnectRequired,
    RetryLater,
    Throttled,
)
from lambdas.graph.found_account import (
    AccountSearch,
    ConnectProblem,
    FoundAccount,
    FoundAccounts,
    NoUsableAccount,
    PageLink,
    PersonToken,
    Skipped,
    SkipReason,
)
from lambdas.graph.grant import Grant, TokenInfo
from lambdas.graph.library import Library
from lambdas.graph.pages import Page
from lambdas.graph.platform import Platform
from lambdas.graph.platform_client import PlatformClient
from lambdas.graph.shared_pages import MAX_CONCURRENT, ListFailure, PageList, SharedPages

# Pages of one search; the others are named as not reached.
MAX_ACCOUNTS = 500
OUT_OF_TIME = (SkipReason.NOT_REACHED, SkipReason.LIST_NOT_REACHED)


class FacebookAccounts:
    """One search: connects what works, and names the rest."""

    def __init__(self, platform: Platform, client: PlatformClient, search: AccountSearch) -> None:
        self._platform = platform
        self._client = client
        self._search = search

    def find(self) -> FoundAccounts:
        """Return the accounts. Raises NoUsableAccount, and errors of the Graph client."""
        grant, info = self._person_token()
        declined = tuple(scope for scope in self._platform.always_asked if scope not in info.scopes)
        missing = [scope for scope in self._platform.required_scopes if scope in declined]
        if missing:
            raise NoUsableAccount(ConnectProblem.BASIC_PERMISSION_MISSING, missing_scopes=declined)
        pages = self._pages(grant)
        person = info.user_id or pages.person()
        shared = pages.search()
        skipped = [self._unread(one) for one in shared.failures]
        usable: list[Page] = []
        for page in self._wanted(shared):
            problem = _problem_of(page)
            if problem:
                skipped.append(Skipped(problem, page.label, page.id, account_id=page.instagram_id))
            else:
                usable.append(page)
        accounts: dict[str, FoundAccount] = {}
        with ThreadPoolExecutor(MAX_CONCURRENT) as pool:
            for result in pool.map(
                lambda page: self._account(page, grant, info, person), usable[:MAX_ACCOUNTS]
            ):
                if isinstance(result, Skipped):
                    skipped.append(result)
                else:
                    accounts.setdefault(result.account_id, result)
        skipped += [
            Skipped(SkipReason.NOT_REACHED, page.label, page.id, account_id=page.instagram_id)
            for page in usable[MAX_ACCOUNTS:]
        ]
        if not accounts and self._continues_later:
            skipped = [_waiting(one) for one in skipped]
        continues = self._search.page_ids or any(one.reason in OUT_OF_TIME for one in skipped)
        if not accounts and not continues:
            raise _nothing_found(shared, skipped, declined)
        owner = PersonToken(grant.token, person)
        return FoundAccounts(tuple(accounts.values()), tuple(skipped), declined, owner)

    def _wanted(self, shared: PageList) -> list[Page]:
        ids, first = set(self._search.page_ids), self._search.account_id
        # An account may be linked to two Pages: if one of them fails, the other may give it.
        linked = {page.instagram_id for page in shared.pages if page.id in ids} - {None}
        pages = [
            page
            for page in shared.pages
            if not ids or page.id in ids or page.instagram_id in linked
        ]
        return sorted(pages, key=lambda page: page.instagram_id != first) if first else pages

    def _unread(self, failure: ListFailure) -> Skipped:
        cut = self._is_out_of_time(failure.error)
        reason = SkipReason.LIST_NOT_REACHED if cut else SkipReason.LIST_INCOMPLETE
        return Skipped(reason, failure.name, error=failure.error)

    def _person_token(self) -> tuple[Grant, TokenInfo]:
        client = self._client
        call = self._platform.long_lived_exchange(client.app, client.addresses, self._search.token)
        end = self._search.latest_end
        grant = client.exchange(call, self._search.token, latest_end=end)
        info = client.debug_token(grant.token, end)
        if not info.is_valid:
            cause = Cause(200, subcode=info.error_subcode, edge="debug_token")
            raise ReconnectRequired(cause, "the token is no longer valid")
        return grant, info

    def _pages(self, grant: Grant) -> SharedPages:
        context = edge_context(
            self._platform, self._client, "me", grant.token, self._search.latest_end
        )
        return SharedPages(context)

    def _account(
        self, page: Page, grant: Grant, info: TokenInfo, person: str | None
    ) -> FoundAccount | Skipped:
        account_id, token = page.instagram_id or "", page.token or ""
        context = edge_context(
            self._platform, self._client, account_id, token, self._search.latest_end
        )
        try:
            profile = Library(context).profile()
        except GraphError as error:
            # A call that may be made later is no fault of the Page.
            waits = self._continues_later and isinstance(error, Throttled)
            late = self._is_out_of_time(error) or waits
            reason = SkipReason.NOT_REACHED if late else SkipReason.ACCOUNT_FAILED
            return Skipped(reason, page.label, page.id, error, account_id)
        return FoundAccount(
            account_id=account_id,
            token=token,
            renewal_token=grant.token,
            expires_in=grant.expires_in or _until(info.expires_at, self._client.now()),
            scopes=info.scopes,
            username=profile.username,
            person_id=person,
            page=PageLink(page.id, page.name),
            data_access_expires_at=info.data_access_expires_at,
        )

    @property
    def _continues_later(self) -> bool:
        """Return whether the caller searches again for what was not reached."""
        return self._search.latest_end is not None

    def _is_out_of_time(self, error: GraphError) -> bool:
        end = self._search.latest_end
        has_ended = end is not None and self._client.now() >= end
        return error.reason is ErrorReason.OUT_OF_TIME or (
            has_ended and isinstance(error, RetryLater)
        )


def _waiting(skipped: Skipped) -> Skipped:
    """Return what was skipped: a list that Meta allows to be read later is just not reached."""
    if skipped.reason is SkipReason.LIST_INCOMPLETE and isinstance(skipped.error, Throttled):
        return replace(skipped, reason=SkipReason.LIST_NOT_REACHED)
    return skipped


def _problem_of(page: Page) -> SkipReason | None:
    """Return why a Page gives no account, as far as the list of Pages says."""
    if page.instagram_id is None:
        return SkipReason.NOT_LINKED
    return None if page.token else SkipReason.PAGE_WITHOUT_TOKEN


def _until(end: datetime | None, now: datetime) -> timedelta | None:
    return end - now if end else None


def _nothing_found(
    shared: PageList, skipped: list[Skipped], declined: tuple[str, ...]
) -> NoUsableAccount | GraphError:
    """Return why no account was found; a passing fault goes before what needs a person."""
    errors = [one.error for one in skipped if one.error]
    passing = [error for error in errors if isinstance(error, RetryLater)]
    if passing:
        return passing[0]
    names = tuple(page.label for page in shared.pages)
    linked = [page for page in shared.pages if page.instagram_id]
    if not shared.pages and not errors:
        problem = ConnectProblem.NO_PAGE_SHARED
    elif shared.pages and not linked:
        problem = ConnectProblem.PAGE_NOT_LINKED
    elif linked and all(page.token is None for page in linked):
        problem = ConnectProblem.PAGE_WITHOUT_TOKEN
    else:
        return errors[-1]
    return NoUsableAccount(problem, page_names=names, missing_scopes=declined)
