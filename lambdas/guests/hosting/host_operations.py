"""The routes by which hosts look after their event, one function for each."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response

from lambdas.api.cursor import seal, unseal
from lambdas.api.request import Request
from lambdas.api.responses import html_response, json_response
from lambdas.guests import page
from lambdas.guests.accent import accent_of
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.hosting.event_admin import Author
from lambdas.guests.hosting.for_hosts import for_hosts
from lambdas.guests.hosting.host_page import HostPage
from lambdas.guests.hosting.host_views import (
    AuditJson,
    CreatedEventJson,
    EntryJson,
    HostLinkJson,
    HostLinkRequest,
    SessionRequest,
)
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.decoded import JsonObject
from lambdas.storage.events.event import Event
from lambdas.storage.events.host_links import Role

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
# Which account an event shows is for operators to decide: a host could show that of another host.
OPERATORS_ONLY = "account"


def show_host_page(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return the host's page, which holds nothing that a host link opens."""
    event = dependencies.events.get(request.path["event_id"], consistent=True)
    accent = accent_of(event)
    body = page.render(HostPage(event, accent), dependencies.settings)
    # The address of the page never goes to other sites, whose pictures it may show.
    headers = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
    return html_response(body, headers=dependencies.headers_with(accent) | headers)


def open_session(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Exchange the key of a host link for a cookie."""
    key = request.json_body(SessionRequest).key
    cookie = dependencies.callers.open(request.path["event_id"], key)
    return Response(HTTPStatus.NO_CONTENT, cookies=[cookie])


def close_session(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Take the host's cookie away."""
    cookie = dependencies.callers.close(request.path["event_id"])
    return Response(HTTPStatus.NO_CONTENT, cookies=[cookie])


@for_hosts
def show_host_event(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Return the event, what waits, and its health; nothing if the page has that already."""
    answer = json_response(dependencies.overview.of(caller))
    etag = f'"{hashlib.sha256(str(answer.body).encode()).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    if etag in request.header("if-none-match"):
        return Response(HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
    return answer


@for_hosts
def change_host_event(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Change the event."""
    admin, version = dependencies.event_admin, request.expected_version()
    body = request.json_body(JsonObject)
    _require_own(dependencies, body)
    event = admin.change(caller.event.id, body, version, _author(caller))
    return json_response(event, HTTPStatus.OK, {"ETag": f'"{event.version}"'})


@for_hosts
def create_host_event(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Create another event for the same host."""
    body = request.json_body(JsonObject)
    _require_own(dependencies, body)
    origin = caller.event.origin or caller.event.id
    label = HostLinkRequest(caller.name, Role.OWNER)
    # Without its id: moderators of this event read the audit, and an address lets them in.
    entry = dependencies.audit.write(caller.entry(dependencies.clock, "event_created"))
    links: list[HostLinkJson] = []

    def first_link(new: Event) -> list[TransactWriteItemTypeDef]:
        owner = replace(caller, event=new, link_id=None)
        link, writes = dependencies.host_links.first(owner, label)
        # Of several tries, the last one counts.
        links[:] = [link]
        return [entry, *writes]

    event = dependencies.event_admin.create(body, caller.name, origin, first_link)
    return json_response(CreatedEventJson(event, *links), HTTPStatus.CREATED)


@for_hosts
def delete_host_event(
    dependencies: GuestsDependencies, _: Request, caller: Caller
) -> Response[str]:
    """Delete the event for everyone."""
    dependencies.event_admin.delete(caller.event.id, _author(caller))
    return Response(HTTPStatus.NO_CONTENT)


@for_hosts
def list_audit(dependencies: GuestsDependencies, request: Request, caller: Caller) -> Response[str]:
    """Return what hosts and operators did."""
    secret, scope = dependencies.cursor_secret, f"{caller.event.id}:audit"
    limit, cursor = request.limit(DEFAULT_LIMIT, MAX_LIMIT), request.query.get("cursor")
    start = None if cursor is None else unseal(scope, cursor, secret)
    found = dependencies.audit.page(caller.event.id, limit, start)
    entries = [
        EntryJson(to_rfc3339(one.at), one.action, one.by, one.link_id, one.subject, one.detail)
        for one in found.entries
    ]
    return json_response(AuditJson(entries, seal(scope, found.next, secret)))


@for_hosts
def list_host_links(dependencies: GuestsDependencies, _: Request, caller: Caller) -> Response[str]:
    """Return the host links."""
    return json_response(dependencies.host_links.all(caller))


@for_hosts
def create_host_link(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Create a host link."""
    wanted = request.json_body(HostLinkRequest)
    return json_response(dependencies.host_links.create(caller, wanted), HTTPStatus.CREATED)


@for_hosts
def rotate_host_link(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Give a host link a new secret."""
    return json_response(dependencies.host_links.rotate(caller, request.path["link_id"]))


@for_hosts
def revoke_host_link(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Revoke a host link."""
    dependencies.host_links.revoke(caller, request.path["link_id"])
    return Response(HTTPStatus.NO_CONTENT)


def _author(caller: Caller) -> Author:
    return Author(caller.name, caller.link_id)


def _require_own(dependencies: GuestsDependencies, body: JsonObject) -> None:
    """Raise InvalidEvent if a host's request holds what operators alone decide."""
    if OPERATORS_ONLY in body:
        dependencies.event_admin.refuse(
            OPERATORS_ONLY, "operators_only", "account: only operators of this site choose it."
        )
