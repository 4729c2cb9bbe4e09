"""Host links as operators and owners give, renew and revoke them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec import UNSET

from lambdas.api.findings import Findings
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.hosting.event_texts import checked_text
from lambdas.guests.hosting.host_views import HostLinkJson, HostLinkRequest, HostLinksJson
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import Conflict, InvalidRequest, NotFound
from lambdas.storage.events.host_audit import HostAudit
from lambdas.storage.events.host_links import HostLink, HostLinkStore, TooManyLinks, new_link_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MAX_LINKS, MAX_LABEL = 20, 60
CREATED = "host_link_created"


@dataclass(frozen=True)
class HostLinks:
    """Keeps the host links of events. Secrets are in answers alone."""

    store: HostLinkStore
    audit: HostAudit
    public_url: str
    clock: Clock

    def all(self, caller: Caller) -> HostLinksJson:
        """Return the links of the caller's event."""
        links = self.store.of_event(caller.event.id)
        return HostLinksJson([self._json(link, caller) for link in links])

    def create(self, caller: Caller, request: HostLinkRequest) -> HostLinkJson:
        """Create a link. Raises InvalidRequest, Conflict for a date's event or too many links."""
        if caller.event.whole_day:
            raise Conflict(
                "The event of a date has no hosts. Create an event of that date instead.",
                code="date_event",
            )
        link, secret = self._made(caller, request)
        note = self._note(caller, CREATED, link)
        try:
            if not self.store.add(link, note, MAX_LINKS):
                raise Conflict("Please try again.", code="try_again")
        except TooManyLinks:
            raise Conflict(
                f"An event has at most {MAX_LINKS} host links. Revoke one first.",
                code="too_many_host_links",
            ) from None
        return self._json(link, caller, secret)

    def first(
        self, caller: Caller, request: HostLinkRequest
    ) -> tuple[HostLinkJson, list[TransactWriteItemTypeDef]]:
        """Return the first link of the caller's event, and what to write with the event for it.

        Raises InvalidRequest.
        """
        link, secret = self._made(caller, request)
        writes = self.store.first(link, self._note(caller, CREATED, link))
        return self._json(link, caller, secret), writes

    def rotate(self, caller: Caller, link_id: str) -> HostLinkJson:
        """Give a link a new secret. Raises NotFound, Conflict if it has just changed."""
        known = self._known(caller, link_id)
        renewed, secret = known.with_new_secret()
        link = replace(renewed, rotated_at=self.clock.now().replace(microsecond=0))
        note = self._note(caller, "host_link_rotated", link)
        if not self.store.replace(link, known.secret_hash, note):
            raise Conflict("This link has just been changed. Load it again.", code="link_changed")
        return self._json(link, caller, secret)

    def revoke(self, caller: Caller, link_id: str) -> None:
        """Revoke a link. Raises NotFound."""
        link = self._known(caller, link_id)
        note = self._note(caller, "host_link_revoked", link)
        if not self.store.delete(link.event_id, link.id, note):
            raise _no_link()

    def _made(self, caller: Caller, request: HostLinkRequest) -> tuple[HostLink, str]:
        found = Findings()
        label = checked_text(request.label, "label", MAX_LABEL, found)
        if found.problems:
            raise InvalidRequest(found.problems[0].message, code="invalid_label")
        blank = HostLink(
            event_id=caller.event.id,
            id=new_link_id(),
            role=request.role,
            label=label,
            secret_hash="",
            created_at=self.clock.now().replace(microsecond=0),
            created_by=caller.name,
        )
        return blank.with_new_secret()

    def _known(self, caller: Caller, link_id: str) -> HostLink:
        link = self.store.get(caller.event.id, link_id)
        if link is None:
            raise _no_link()
        return link

    def _note(self, caller: Caller, action: str, link: HostLink) -> TransactWriteItemTypeDef:
        detail = f"{link.label} ({link.role})"
        return self.audit.write(caller.entry(self.clock, action, link.id, detail=detail))

    def _json(self, link: HostLink, caller: Caller, secret: str | None = None) -> HostLinkJson:
        address = f"{self.public_url}/h/{link.event_id}#{link.id}.{secret}"
        return HostLinkJson(
            id=link.id,
            label=link.label,
            role=link.role,
            created_at=to_rfc3339(link.created_at),
            created_by=link.created_by,
            rotated_at=to_rfc3339(link.rotated_at) if link.rotated_at else None,
            last_used_at=to_rfc3339(link.last_used_at) if link.last_used_at else None,
            yours=link.id == caller.link_id,
            url=address if secret else UNSET,
        )


def _no_link() -> NotFound:
    return NotFound("There is no such host link.", code="host_link_not_found")
