"""The Facebook flavour's Pages, and the person who shares them.

Source: "The two login flavours" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdas.graph import shape
from lambdas.graph.edges import Edges, change_was_made
from lambdas.graph.errors import PermissionMissing

PAGE_FIELDS = "id,name,access_token,tasks,instagram_business_account"


@dataclass(frozen=True)
class Page:
    """A Page that the person shared. `instagram_id` is None if no professional account is linked; `token` has no expiry date."""

    id: str
    name: str | None
    instagram_id: str | None
    tasks: tuple[str, ...]
    token: str | None = field(default=None, repr=False)


class Pages(Edges):
    """Reads with the person's token. None of the answers that hold Page tokens is ever shared or stored."""

    def shared(self) -> list[Page]:
        """The person's Pages: those of `/me/accounts`, and those that their businesses own or manage."""
        found = {page.id: page for page in self._listed("me/accounts")}
        try:
            for business in self._pages("me/businesses", "businesses", {"fields": "id,name"}):
                for edge in ("owned_pages", "client_pages"):
                    found = {page.id: page for page in self._listed(f"{shape.identifier(business)}/{edge}")} | found
        except PermissionMissing:
            # Who did not grant business_management has no less of the Pages of their own.
            return list(found.values())
        return list(found.values())

    def person(self) -> str | None:
        """The id of the person (or the Page) that the token speaks for: on this host never the Instagram account's."""
        self._facebook_only("person")
        return shape.identifier(self._get("me", "person", {"fields": "id"}))

    def permissions(self, user_id: str = "me") -> dict[str, bool]:
        """Which permissions were granted (True) or declined (False)."""
        raw = self._get(f"{user_id}/permissions", "permissions", {})
        return {str(entry.get("permission")): entry.get("status") == "granted" for entry in shape.data(raw)}

    def revoke(self, user_id: str = "me") -> None:
        """Takes all permissions back, which ends the token."""
        change_was_made(self._post(f"{user_id}/permissions", "revoke", {}, "", method="DELETE"), "revoke")

    def _listed(self, path: str) -> Iterator[Page]:
        return map(page_of, self._pages(path, "pages", {"fields": PAGE_FIELDS}, shareable=False))


def page_of(raw: Mapping[str, Any]) -> Page:
    """The Page of a decoded answer."""
    instagram = shape.mapping(raw.get("instagram_business_account"))
    return Page(
        shape.identifier(raw) or "",
        shape.text(raw, "name"),
        shape.identifier(instagram),
        shape.words(raw, "tasks"),
        shape.text(raw, "access_token"),
    )
