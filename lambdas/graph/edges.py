"""What all edges of an account have in common: addresses below the data host, and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lambdas.graph import parsing
from lambdas.graph.call import Call
from lambdas.graph.caller import TOO_MUCH_DATA, Caller
from lambdas.graph.errors import Cause, RequestRefused, RetryLater, UnknownOutcome
from lambdas.graph.login_type import Addresses, LoginType

PAGE_SIZE = 50
# One for each of the 10,000 media that the API gives at most, and feature for pages that are asked for again.
MAX_PAGES = 11_000
ENOUGH_GOOD = 10
ENOUGH_EMPTY = 2


# A page of at most so many entries, behind a cursor.
PageOf = Callable[[int, str | None], Mapping[str, Any]]


def change_was_made(answer: Mapping[str, Any], edge: str) -> None:
    """Looks at the answer of a change that makes nothing: RequestRefused if it says no, UnknownOutcome if neither yes nor no."""
    if answer.get("success") is False:
        raise RequestRefused(Cause(200, edge=edge), "the change was refused without a reason")
    if answer.get("success") is not True:
        raise UnknownOutcome(Cause(200, edge=edge), "an answer that says neither yes nor no")


class Edges:
    """Base of the groups of edges. `account_id` is the professional account's id, or `me` on the Instagram login type."""

    def __init__(
        self,
        login_type: LoginType,
        addresses: Addresses,
        caller: Caller,
        account_id: str,
        proof: str | None,
    ) -> None:
        self.login_type = login_type
        self.account_id = account_id
        self._addresses = addresses
        self._caller = caller
        # Sent along where the app demands it: it shows that the caller knows the app's secret too.
        self._proof = {"appsecret_proof": proof} if proof else {}

    def _url(self, path: str) -> str:
        return self._addresses.of(self.login_type.data_host, path)

    def _scope(self, capability: str) -> str | None:
        """The permission behind a capability; without one, that which nothing works without."""
        return (
            self.login_type.scopes.get(capability)
            if capability
            else self.login_type.always_asked[0]
        )

    def _get(
        self,
        path: str,
        edge: str,
        query: Mapping[str, str],
        capability: str = "",
        *,
        shareable: bool = True,
    ) -> Mapping[str, Any]:
        call = Call(
            "GET",
            self._url(path),
            edge,
            {**query, **self._proof},
            permission=self._scope(capability),
            shareable=shareable,
        )
        return parsing.mapping(self._caller.call(call))

    def _post(
        self,
        path: str,
        edge: str,
        form: Mapping[str, str],
        capability: str,
        *,
        json: Any = None,
        method: str = "POST",
    ) -> Mapping[str, Any]:
        """A change. Never with `fields`: an answer that cannot hold them fails after the change was made."""
        permission = self._scope(capability)
        form = {} if json is not None or method == "DELETE" else form
        call = Call(
            method,
            self._url(path),
            edge,
            self._proof,
            form=form,
            json=json,
            verb="write",
            permission=permission,
        )
        answer = self._caller.call(call)
        return {"success": answer} if isinstance(answer, bool) else parsing.mapping(answer)

    def _made_id(self, answer: Mapping[str, Any], edge: str, name: str = "id") -> str:
        """The id of what a change made. Without one its outcome is unknown, which the caller of a change must be told."""
        made = parsing.identifier(answer, name)
        if made is None:
            raise UnknownOutcome(Cause(200, edge=edge), "an answer without an id")
        return made

    def _pages(
        self,
        path: str,
        edge: str,
        query: Mapping[str, str],
        capability: str = "",
        *,
        shareable: bool = True,
        endless: bool = False,
    ) -> Iterator[Mapping[str, Any]]:
        """All entries of an edge, page by page: see `_walked`."""

        def page(limit: int, after: str | None) -> Mapping[str, Any]:
            asked = {**query, "limit": str(limit)} | ({"after": after} if after else {})
            return self._get(path, edge, asked, capability, shareable=shareable)

        return self._walked(page, edge, endless=endless)

    def _walked(
        self,
        page_of: Callable[[int, str | None], Mapping[str, Any]],
        edge: str,
        *,
        endless: bool = False,
    ) -> Iterator[Mapping[str, Any]]:
        """All entries behind cursors; only one page is held at a time.

        A page that cannot be read ends the iteration with its error, so that what ends without one is whole. `endless` is for edges that
        give cursors but never say whether there is a next page: they end where two pages in a row are empty.
        """
        limit, after, seen, empty, good = PAGE_SIZE, None, set[str](), 0, 0
        for _ in range(MAX_PAGES):
            try:
                page = page_of(limit, after)
            except RetryLater as error:
                if error.cause.code != TOO_MUCH_DATA or limit == 1:
                    raise
                # "Please reduce the amount of data you're asking for": the same page, with fewer entries.
                limit, good = limit // 2, 0
                continue
            if not isinstance(page.get("data"), list):
                raise RetryLater(Cause(200, edge=edge), "a page without data")
            entries = parsing.data(page)
            yield from entries
            empty, good = 0 if entries else empty + 1, good + 1
            if good >= ENOUGH_GOOD:
                limit, good = min(limit * 2, PAGE_SIZE), 0
            paging = parsing.mapping(page.get("paging"))
            following = parsing.text(parsing.mapping(paging.get("cursors")), "after")
            if not paging.get("next") and not (
                endless and following and empty < ENOUGH_EMPTY and following not in seen
            ):
                return
            if following is None or following in seen:
                raise RetryLater(Cause(200, edge=edge), "a next page without a cursor of its own")
            seen.add(following)
            after = following
        raise RetryLater(Cause(200, edge=edge), "more pages than there can be")

    def _facebook_only(self, edge: str) -> None:
        if self.login_type.name != "facebook":
            raise RequestRefused(Cause(edge=edge), "only the Facebook login type has this")
