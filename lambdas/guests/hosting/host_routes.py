"""The routes by which hosts look after an event, each also there for operators.

API Gateway lets in operators by their tokens; hosts have a cookie, which the function checks. So
the same handler answers at `/events/{event_id}/...` and at `/h/{event_id}/...`. Standard library
only.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from lambdas.api.routing import Auth, Limit, Method, Query, Route

VIEWER, MODERATOR, OWNER = "viewer", "moderator", "owner"
BY_COOKIE = "Hosts have no account: the function checks the cookie of their host link."
LIMIT = Limit(rate=50, burst=200)
FUNCTION = "operate"
PAGE = (
    Query("limit", "Entries per page, 1 to 200"),
    Query("cursor", "The `next` of the page before"),
)

ROLES: dict[str, str] = {
    "show_host_event": VIEWER,
    "change_host_event": OWNER,
    "delete_host_event": OWNER,
    "create_host_event": OWNER,
    "list_for_hosts": VIEWER,
    "moderate_photo": MODERATOR,
    "moderate_photos": MODERATOR,
    "list_audit": MODERATOR,
    "list_posts": MODERATOR,
    "hide_post": MODERATOR,
    "list_host_links": OWNER,
    "create_host_link": OWNER,
    "rotate_host_link": OWNER,
    "revoke_host_link": OWNER,
    "request_download": VIEWER,
    "list_downloads": VIEWER,
    "show_download": VIEWER,
    "fetch_part": VIEWER,
}
"""The least role that a handler asks for."""

# Without the cookie of a host link; with that of a link whose role is too low.
NO_LINK, LOW_ROLE = HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN
OPENS_A_LINK = "open_session"


def refusals_of(handler: str) -> tuple[HTTPStatus, ...]:
    """Return what `for_hosts` answers callers whom it does not let in."""
    least = ROLES.get(handler)
    if least is None:
        return (NO_LINK,) if handler == OPENS_A_LINK else ()
    return (NO_LINK,) if least == VIEWER else (NO_LINK, LOW_ROLE)


def for_hosts_only(
    method: Method,
    suffix: str,
    handler: str,
    summary: str,
    refusals: tuple[HTTPStatus, ...] = (),
    **more: Any,
) -> Route:
    """Return a route of hosts; `refusals` are more than the guard's own."""
    return Route(
        method=method,
        path=f"/h/{{event_id}}{suffix}",
        function=FUNCTION,
        handler=handler,
        summary=summary,
        auth=Auth.NONE,
        no_auth_reason=BY_COOKIE,
        limit=LIMIT,
        refusals=(*refusals_of(handler), *refusals),
        **more,
    )


def for_both(
    method: Method, suffix: str, handler: str, summary: str, **more: Any
) -> tuple[Route, ...]:
    """Return a route of hosts, and that of operators with the same handler."""
    hosts = for_hosts_only(method, suffix, handler, summary, **more)
    path = f"/events/{{event_id}}{suffix}"
    return replace(hosts, path=path, auth=Auth.OPERATORS, no_auth_reason="", limit=None), hosts


HOST_ROUTES = (
    for_hosts_only(Method.GET, "", "show_host_page", "Show the host's page", page=True),
    for_hosts_only(
        Method.POST,
        "/session",
        "open_session",
        "Exchange the key in a host link's fragment for a cookie",
        success=(HTTPStatus.NO_CONTENT,),
        request="lambdas.guests.hosting.host_views:SessionRequest",
    ),
    for_hosts_only(
        Method.DELETE,
        "/session",
        "close_session",
        "Take the cookie away",
        success=(HTTPStatus.NO_CONTENT,),
    ),
    for_hosts_only(
        Method.GET,
        "/event",
        "show_host_event",
        "Show the event, what waits, and its health in words",
        response="lambdas.guests.hosting.host_views:HostEventJson",
    ),
    for_hosts_only(
        Method.PATCH,
        "/event",
        "change_host_event",
        "Change the event; If-Match must name its version",
        request="lambdas.guests.hosting.event_request:EventChangeRequest",
        response="lambdas.guests.hosting.event_views:OperatorEventJson",
    ),
    for_hosts_only(
        Method.DELETE,
        "/event",
        "delete_host_event",
        "Delete the event and, within hours, all that belongs to it",
        success=(HTTPStatus.NO_CONTENT,),
    ),
    for_hosts_only(
        Method.POST,
        "/events",
        "create_host_event",
        "Create another event, with a host link for the same host",
        success=(HTTPStatus.CREATED,),
        request="lambdas.guests.hosting.event_request:EventRequest",
        response="lambdas.guests.hosting.host_views:CreatedEventJson",
    ),
    *for_both(
        Method.GET,
        "/photos",
        "list_for_hosts",
        "List an event's photos of one state, with links to them",
        query=(Query("state", "in_review, shown, hidden or deleted; in_review if omitted"), *PAGE),
        # A viewer sees photos of one state alone.
        refusals=(LOW_ROLE,),
        response="lambdas.guests.moderating.views:ReviewJson",
    ),
    *for_both(
        Method.PATCH,
        "/photos",
        "moderate_photos",
        "Show, hide, delete or restore up to 200 photos",
        request="lambdas.guests.moderating.views:ModerateManyRequest",
        response="lambdas.guests.moderating.views:DecisionsJson",
    ),
    *for_both(
        Method.PATCH,
        "/photos/{photo_id}",
        "moderate_photo",
        "Show, hide, delete or restore a photo",
        request="lambdas.guests.moderating.views:ModerationRequest",
        response="lambdas.guests.moderating.views:ReviewPhotoJson",
    ),
    *for_both(
        Method.GET,
        "/audit",
        "list_audit",
        "List what hosts and operators did, the newest first",
        query=PAGE,
        response="lambdas.guests.hosting.host_views:AuditJson",
    ),
    *for_both(
        Method.GET,
        "/posts",
        "list_posts",
        "List the Instagram posts of the event, also hidden ones",
        query=PAGE,
        response="lambdas.guests.hosting.host_views:HostPostsJson",
    ),
    *for_both(
        Method.PATCH,
        "/posts/{post_id}",
        "hide_post",
        "Take an Instagram post from the page, or put it back",
        request="lambdas.guests.hosting.host_views:PostChangeRequest",
        response="lambdas.guests.hosting.host_views:HostPostJson",
    ),
    *for_both(
        Method.GET,
        "/host-links",
        "list_host_links",
        "List the host links; their secrets are stored nowhere",
        response="lambdas.guests.hosting.host_views:HostLinksJson",
    ),
    *for_both(
        Method.POST,
        "/host-links",
        "create_host_link",
        "Create a host link; only this answer holds its address",
        success=(HTTPStatus.CREATED,),
        request="lambdas.guests.hosting.host_views:HostLinkRequest",
        response="lambdas.guests.hosting.host_views:HostLinkJson",
    ),
    *for_both(
        Method.POST,
        "/host-links/{link_id}/rotate",
        "rotate_host_link",
        "Give a host link a new secret; the old address stops working",
        response="lambdas.guests.hosting.host_views:HostLinkJson",
    ),
    *for_both(
        Method.DELETE,
        "/host-links/{link_id}",
        "revoke_host_link",
        "Revoke a host link",
        success=(HTTPStatus.NO_CONTENT,),
    ),
)
