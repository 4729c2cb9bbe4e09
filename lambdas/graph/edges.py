"""What the edges of an account have in common: addresses below the data host, reads, changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lambdas.graph import parsing
from lambdas.graph.addresses import Addresses
from lambdas.graph.call import Call
from lambdas.graph.caller import Caller
from lambdas.graph.capability import Capability
from lambdas.graph.decoding import JsonObject
from lambdas.graph.errors import Cause, RequestRefused, UnknownOutcome
from lambdas.graph.page_walk import PageWalk
from lambdas.graph.platform import Platform
from lambdas.graph.platform_client import PlatformClient
from lambdas.graph.verb import Verb


@dataclass(frozen=True)
class EdgeContext:
    """The account that edges belong to: its professional account id, or `me`."""

    platform: Platform
    addresses: Addresses
    caller: Caller
    account_id: str
    proof: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The query fields that prove the app secret, where the app demands it."""


def edge_context(
    platform: Platform,
    client: PlatformClient,
    account_id: str,
    token: str,
    latest_end: datetime | None = None,
) -> EdgeContext:
    """Return the context of an account, whose calls end at `latest_end`."""
    caller = client.caller(account_id, token, latest_end)
    return EdgeContext(platform, client.addresses, caller, account_id, client.proof(token))


def confirm_change(answer: JsonObject, edge: str) -> None:
    """Check the answer of a change that creates nothing.

    Raises RequestRefused if it says no, UnknownOutcome if it says neither yes nor no.
    """
    if answer.get("success") is False:
        raise RequestRefused(Cause(200, edge=edge), "the change was refused without a reason")
    if answer.get("success") is not True:
        raise UnknownOutcome(Cause(200, edge=edge), "the answer says neither yes nor no")


def created_id(answer: JsonObject, edge: str, name: str = "id") -> str:
    """Return the id of what a change created. Raises UnknownOutcome if there is none."""
    created = parsing.identifier(answer, name)
    if created is None:
        raise UnknownOutcome(Cause(200, edge=edge), "the answer holds no id")
    return created


class Edges:
    """Base of the groups of edges."""

    def __init__(self, context: EdgeContext) -> None:
        self.platform = context.platform
        self.account_id = context.account_id
        self._addresses = context.addresses
        self._caller = context.caller
        self._proof = context.proof

    def _url(self, path: str) -> str:
        return self._addresses.of(self.platform.data_host, path)

    def _get(
        self,
        path: str,
        edge: str,
        query: Mapping[str, str],
        capability: Capability = Capability.BASIC,
        *,
        shareable: bool = True,
        retried: bool = True,
    ) -> JsonObject:
        call = Call(
            "GET",
            self._url(path),
            edge,
            {**query, **self._proof},
            permission=self.platform.permission_of(capability),
            retried=retried,
            shareable=shareable,
        )
        return parsing.mapping(self._caller.call(call))

    def _post(
        self, path: str, edge: str, form: Mapping[str, str], capability: Capability
    ) -> JsonObject:
        """Make a change.

        Never with `fields`: an answer that cannot hold them fails after the change was made.
        """
        return self._change(path, edge, capability, form=form)

    def _delete(self, path: str, edge: str, capability: Capability) -> JsonObject:
        return self._change(path, edge, capability, method="DELETE")

    def _change(
        self,
        path: str,
        edge: str,
        capability: Capability,
        *,
        method: str = "POST",
        form: Mapping[str, str] | None = None,
        json: object = None,
    ) -> JsonObject:
        call = Call(
            method,
            self._url(path),
            edge,
            self._proof,
            form=form or {},
            json=json,
            verb=Verb.WRITE,
            permission=self.platform.permission_of(capability),
        )
        answer = self._caller.call(call)
        return {"success": answer} if isinstance(answer, bool) else parsing.mapping(answer)

    def _entries(
        self,
        path: str,
        edge: str,
        query: Mapping[str, str],
        capability: Capability = Capability.BASIC,
        *,
        shareable: bool = True,
        walk: PageWalk | None = None,
    ) -> Iterator[JsonObject]:
        """Iterate over all entries of an edge, page by page: see `PageWalk.entries`."""

        def page(limit: int, after: str | None) -> JsonObject:
            fields = {**query, "limit": str(limit)} | ({"after": after} if after else {})
            return self._get(path, edge, fields, capability, shareable=shareable)

        return (walk or PageWalk(edge)).entries(page)
