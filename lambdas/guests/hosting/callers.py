"""Who calls a route of hosts: an operator, or a host with the cookie of a host link."""

from __future__ import annotations

from dataclasses import dataclass

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from lambdas.api.identifiers import is_identifier
from lambdas.api.request import Request
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Forbidden, Unauthenticated
from lambdas.storage.events.event import Event, EventStore
from lambdas.storage.events.host_audit import Entry
from lambdas.storage.events.host_links import HostLink, HostLinkStore, Role

COOKIE = "daybook_host_"
# Browsers accept this prefix only of secure cookies for one host and all of its paths, so that no
# other site of the domain can set it. Source: RFC 6265bis, section 4.1.3.2.
HOST_ONLY = "__Host-"
# Browsers say which site started a request. The cookie is not sent from other sites
# anyway, but it is from other hosts of the same domain. Source: W3C, Fetch Metadata, section 2.3.
FOREIGN = ("cross-site", "same-site")
# The longest that browsers keep a cookie.
LIFETIME_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True)
class Caller:
    """A host or an operator, and the event they look after.

    `name` is what the audit says; `link_id` is the host link that was used, None for operators.
    """

    event: Event
    role: Role
    name: str
    link_id: str | None = None

    def entry(self, clock: Clock, action: str, subject: str | None = None, **more: str) -> Entry:
        """Return an entry of the audit for what the caller does now."""
        return Entry(
            event_id=self.event.id,
            at=clock.now(),
            action=action,
            by=self.name,
            link_id=self.link_id,
            subject=subject,
            **more,
        )


@dataclass(frozen=True)
class Callers:
    """Finds out who calls."""

    events: EventStore
    links: HostLinkStore
    clock: Clock
    secure: bool

    def of(self, request: Request, least: Role) -> Caller:
        """Return the caller, who has at least a role.

        Raises NotFound, Unauthenticated without a valid host link, Forbidden with too low a role.
        """
        event_id = request.path["event_id"]
        if request.claims:
            # The API has verified the token, and the route asks for an operator.
            event = self.events.get(event_id, consistent=True)
            return Caller(event, Role.OWNER, request.operator)
        caller = self.host(request, event_id)
        if caller is None:
            raise _unknown()
        if not caller.role.includes(least):
            raise Forbidden(
                f"Your link is for {_a(caller.role)}. This needs the link of {_a(least)}.",
                code="role_too_low",
            )
        return caller

    def host(self, request: Request, event_id: str) -> Caller | None:
        """Return the host whose cookie of this event came with a request, or None.

        Raises NotFound if there is no such event.
        """
        event = self.events.get(event_id, consistent=True)
        link = self._link(event_id, request.cookies.get(self._cookie(event_id), ""))
        if link is None or request.header("sec-fetch-site") in FOREIGN:
            return None
        self.links.note_use(link, self.clock.now())
        return Caller(event, link.role, link.label, link.id)

    def open(self, event_id: str, key: str) -> Cookie:
        """Return the cookie for the key of a link. Raises NotFound, Unauthenticated."""
        self.events.get(event_id, consistent=True)
        link = self._link(event_id, key)
        if link is None:
            raise _unknown()
        self.links.note_use(link, self.clock.now())
        return self._set(event_id, key, LIFETIME_SECONDS)

    def close(self, event_id: str) -> Cookie:
        """Return the cookie that takes the host's cookie of an event away. Raises NotFound."""
        self.events.get(event_id, consistent=True)
        return self._set(event_id, "", 0)

    def _link(self, event_id: str, key: str) -> HostLink | None:
        link_id, _, secret = key.partition(".")
        if not (secret and len(key) <= 200 and key.isascii() and is_identifier(link_id)):
            return None
        link = self.links.get(event_id, link_id)
        return link if link and link.opens_with(secret) else None

    def _cookie(self, event_id: str) -> str:
        return f"{HOST_ONLY if self.secure else ''}{COOKIE}{event_id}"

    def _set(self, event_id: str, value: str, max_age: int) -> Cookie:
        return Cookie(
            self._cookie(event_id),
            value,
            path="/",
            secure=self.secure,
            http_only=True,
            max_age=max_age,
            # The page holds no data of the event, so that it opens without it from a message too.
            same_site=SameSite.STRICT_MODE,
        )


def _a(role: Role) -> str:
    return f"an {role}" if role is Role.OWNER else f"a {role}"


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "This device has no host link of this event that works. Open the link that you were given; "
        "if you did, it was replaced or revoked: ask the person who gave it to you for a new one.",
        code="host_link_required",
    )
