"""Facebook Pages, and the person who shares them.

Source: "The two login types" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lambdas.graph import parsing
from lambdas.graph.capability import Capability, PlatformFeature
from lambdas.graph.decoding import JsonObject
from lambdas.graph.edges import Edges, confirm_change
from lambdas.graph.errors import Cause, RetryLater
from lambdas.graph.page_walk import PageWalk

PAGE_FIELDS = "id,name,access_token,tasks,instagram_business_account"
# With 50 entries each: more Pages or businesses than one person manages.
MAX_LIST_PAGES = 40
# Facebook takes 75; the Pages of a login share a row.
MAX_NAME = 100


@dataclass(frozen=True)
class Page:
    """A Page that the person shared; its `token` has no expiry date.

    `instagram_id` is None if no professional account is linked.
    """

    id: str
    name: str | None
    instagram_id: str | None
    tasks: tuple[str, ...]
    token: str | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.name or self.id


class Pages(Edges):
    """Reads with a person's token. Answers that hold Page tokens are never shared or stored."""

    def listed(self) -> Iterator[Page]:
        """Iterate over the Pages of `/me/accounts`."""
        return self._list("me/accounts", Capability.PAGES)

    def business_ids(self) -> Iterator[str]:
        """Iterate over the person's businesses."""
        self.platform.require(PlatformFeature.PAGES, "businesses")
        entries = self._entries(
            "me/businesses",
            "businesses",
            {"fields": "id,name"},
            Capability.BUSINESSES,
            walk=PageWalk("businesses", max_pages=MAX_LIST_PAGES),
        )
        return (found for raw in entries if (found := parsing.identifier(raw)))

    def of_business(self, business_id: str, edge: str) -> Iterator[Page]:
        """Iterate over a business's Pages; `edge` is `owned_pages` or `client_pages`."""
        return self._list(f"{business_id}/{edge}", Capability.BUSINESSES)

    def one(self, page_id: str) -> Page:
        """Return one Page; its token is None if the person's role on it gives none."""
        self.platform.require(PlatformFeature.PAGES, "page")
        raw = self._get(
            page_id, "page", {"fields": PAGE_FIELDS}, Capability.PAGE_DETAILS, shareable=False
        )
        if parsing.identifier(raw) is None:
            raise RetryLater(Cause(200, edge="page"), "the answer holds no Page")
        return page_of(raw)

    def token_of(self, page_id: str) -> str | None:
        """Return the token of one Page; None if the person's role on it gives none."""
        return self.one(page_id).token

    def person(self) -> str | None:
        """Return the id of the person or Page that the token belongs to, never of the account."""
        self.platform.require(PlatformFeature.PAGES, "person")
        return parsing.identifier(self._get("me", "person", {"fields": "id"}))

    def permissions(self, user_id: str = "me") -> dict[str, bool]:
        """Return which permissions were granted (True) or declined (False)."""
        self.platform.require(PlatformFeature.PERMISSION_LIST, "permissions")
        raw = self._get(f"{user_id}/permissions", "permissions", {})
        return {
            str(entry.get("permission")): entry.get("status") == "granted"
            for entry in parsing.data(raw)
        }

    def revoke(self, user_id: str = "me") -> None:
        """Revoke all permissions, which ends the token."""
        self.platform.require(PlatformFeature.REVOCATION, "revoke")
        confirm_change(self._delete(f"{user_id}/permissions", "revoke", Capability.BASIC), "revoke")

    def _list(self, path: str, capability: Capability) -> Iterator[Page]:
        self.platform.require(PlatformFeature.PAGES, "pages")
        entries = self._entries(
            path,
            "pages",
            {"fields": PAGE_FIELDS},
            capability,
            shareable=False,
            walk=PageWalk("pages", max_pages=MAX_LIST_PAGES),
        )
        return (page_of(raw) for raw in entries if parsing.identifier(raw))


def page_of(raw: JsonObject) -> Page:
    """Return the Page of a decoded answer."""
    instagram = parsing.mapping(raw.get("instagram_business_account"))
    return Page(
        parsing.identifier(raw) or "",
        (parsing.text(raw, "name") or "")[:MAX_NAME] or None,
        parsing.identifier(instagram),
        parsing.words(raw, "tasks"),
        parsing.text(raw, "access_token"),
    )
