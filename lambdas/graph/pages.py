"""The Facebook login type's Pages, and the person who shares them.

Source: "The two login types" in the platform's reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdas.graph import parsing
from lambdas.graph.edges import Edges, change_was_made
from lambdas.graph.errors import Cause, ObjectLag, PermissionMissing, RequestRefused, RetryLater

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
        self._facebook_only("pages")
        found = {page.id: page for page in self._listed("me/accounts")}
        businesses = self._allowed(
            self._pages("me/businesses", "businesses", {"fields": "id,name"})
        )
        for business in businesses:
            for edge in ("owned_pages", "client_pages"):
                pages = self._allowed(
                    self._pages(
                        f"{parsing.identifier(business)}/{edge}",
                        "pages",
                        {"fields": PAGE_FIELDS},
                        shareable=False,
                    )
                )
                found = {page.id: page for page in map(page_of, pages)} | found
        return list(found.values())

    def _allowed(self, entries: Iterator[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The entries, or none of those that this person may not see: one business that is closed hides no other."""
        try:
            return list(entries)
        except (PermissionMissing, RequestRefused, ObjectLag):
            return []

    def person(self) -> str | None:
        """The id of the person (or the Page) that the token speaks for: on this host never the Instagram account's."""
        self._facebook_only("person")
        return parsing.identifier(self._get("me", "person", {"fields": "id"}))

    def token_of(self, page_id: str) -> str | None:
        """The token of one Page; None if the person no longer has a role on it that gives one."""
        self._facebook_only("page")
        raw = self._get(page_id, "page", {"fields": "id,access_token"}, shareable=False)
        if parsing.identifier(raw) is None:
            raise RetryLater(Cause(200, edge="page"), "an answer without a Page")
        return parsing.text(raw, "access_token")

    def permissions(self, user_id: str = "me") -> dict[str, bool]:
        """Which permissions were granted (True) or declined (False)."""
        self._facebook_only("permissions")
        raw = self._get(f"{user_id}/permissions", "permissions", {})
        return {
            str(entry.get("permission")): entry.get("status") == "granted"
            for entry in parsing.data(raw)
        }

    def revoke(self, user_id: str = "me") -> None:
        """Takes all permissions back, which ends the token."""
        self._facebook_only("revoke")
        change_was_made(
            self._post(f"{user_id}/permissions", "revoke", {}, "", method="DELETE"), "revoke"
        )

    def _listed(self, path: str) -> Iterator[Page]:
        return map(page_of, self._pages(path, "pages", {"fields": PAGE_FIELDS}, shareable=False))


def page_of(raw: Mapping[str, Any]) -> Page:
    """The Page of a decoded answer."""
    instagram = parsing.mapping(raw.get("instagram_business_account"))
    return Page(
        parsing.identifier(raw) or "",
        parsing.text(raw, "name"),
        parsing.identifier(instagram),
        parsing.words(raw, "tasks"),
        parsing.text(raw, "access_token"),
    )
