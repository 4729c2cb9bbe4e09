"""What all edges of an account have in common: addresses below the data host, and pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from lambdas.graph import shape
from lambdas.graph.caller import TOO_MUCH_DATA, Call, Caller
from lambdas.graph.errors import Cause, RequestRefused, RetryLater, UnknownOutcome
from lambdas.graph.flavour import Addresses, Flavour

PAGE_SIZE = 50
MOST_PAGES = 1000


def change_was_made(answer: Mapping[str, Any], edge: str) -> None:
    """Looks at the answer of a change that makes nothing: RequestRefused if it says no, UnknownOutcome if neither yes nor no."""
    if answer.get("success") is False:
        raise RequestRefused(Cause(200, edge=edge), "the change was refused without a reason")
    if answer.get("success") is not True:
        raise UnknownOutcome(Cause(200, edge=edge), "an answer that says neither yes nor no")


class Edges:
    """Base of the groups of edges. `account_id` is the professional account's id, or `me` on the Instagram flavour."""

    def __init__(self, flavour: Flavour, addresses: Addresses, caller: Caller, account_id: str, proof: str | None) -> None:
        self.flavour = flavour
        self.account_id = account_id
        self._addresses = addresses
        self._caller = caller
        # Sent along where the app demands it: it shows that the caller knows the app's secret too.
        self._proof = {"appsecret_proof": proof} if proof else {}

    def _url(self, path: str) -> str:
        return self._addresses.of(self.flavour.data_host, path)

    def _scope(self, capability: str) -> str | None:
        return self.flavour.scopes.get(capability)

    def _get(self, path: str, edge: str, query: Mapping[str, str], capability: str = "", *, shareable: bool = True) -> Mapping[str, Any]:
        call = Call("GET", self._url(path), edge, {**query, **self._proof}, permission=self._scope(capability), shareable=shareable)
        return shape.mapping(self._caller.call(call))

    def _post(
        self, path: str, edge: str, form: Mapping[str, str], capability: str, *, json: Any = None, method: str = "POST"
    ) -> Mapping[str, Any]:
        """A change. Never with `fields`: an answer that cannot hold them fails after the change was made."""
        permission = self._scope(capability)
        form = {} if json is not None or method == "DELETE" else form
        call = Call(method, self._url(path), edge, self._proof, form=form, json=json, verb="write", permission=permission)
        answer = self._caller.call(call)
        return {"success": answer} if isinstance(answer, bool) else shape.mapping(answer)

    def _made_id(self, answer: Mapping[str, Any], edge: str) -> str:
        """The id of what a change made. Without one its outcome is unknown, which the caller of a change must be told."""
        made = shape.identifier(answer)
        if made is None:
            raise UnknownOutcome(Cause(200, edge=edge), "an answer without an id")
        return made

    def _pages(
        self, path: str, edge: str, query: Mapping[str, str], capability: str = "", *, shareable: bool = True, endless: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """All entries of an edge, page by page; only one page is held at a time.

        A page that cannot be read ends the iteration with its error, so that what ends without one is whole. `endless` is for edges that
        give cursors but never the address of a next page: they end with an empty one.
        """
        query = {"limit": str(PAGE_SIZE), **query}
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            try:
                page = self._get(path, edge, query, capability, shareable=shareable)
            except RetryLater as error:
                if error.cause.code != TOO_MUCH_DATA or query["limit"] == "1":
                    raise
                # "Please reduce the amount of data you're asking for": the same page, with fewer entries.
                query = {**query, "limit": str(int(query["limit"]) // 2)}
                continue
            if not isinstance(page.get("data"), list):
                raise RetryLater(Cause(200, edge=edge), "a page without data")
            yield from shape.data(page)
            paging = shape.mapping(page.get("paging"))
            if not paging.get("next") and not (endless and shape.data(page) and shape.mapping(paging.get("cursors")).get("after")):
                return
            after = self._after(page)
            if after is None or after in seen:
                raise RetryLater(Cause(200, edge=edge), "a next page without a cursor of its own")
            seen.add(after)
            query = {**query, "after": after}
        raise RetryLater(Cause(200, edge=edge), "more pages than there can be")

    def _after(self, page: Mapping[str, Any]) -> str | None:
        """The cursor behind a page. `paging.next` holds the token: of it, nothing but its cursor is looked at."""
        paging = shape.mapping(page.get("paging"))
        named = shape.text(shape.mapping(paging.get("cursors")), "after")
        return named or dict(parse_qsl(str(paging.get("next")).partition("?")[2])).get("after")

    def _facebook_only(self, edge: str) -> None:
        if self.flavour.name != "facebook":
            raise RequestRefused(Cause(edge=edge), "only the Facebook flavour has this")
