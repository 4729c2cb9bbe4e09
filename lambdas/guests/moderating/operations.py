"""The routes of moderation, one function for each."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from msgspec import UNSET

from lambdas.api.cursor import seal, unseal
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.device import Device
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.hosting.for_hosts import for_hosts
from lambdas.guests.hosting.host_views import HostPostsJson, PostChangeRequest
from lambdas.guests.moderating.views import (
    DecisionsJson,
    ModerateManyRequest,
    ModerationRequest,
    ReportRequest,
)

MAX_POSTS = 200


@for_hosts
def list_for_hosts(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Return an event's photos of one state."""
    return json_response(dependencies.review.page(caller, request))


@for_hosts
def moderate_photo(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Show, hide, delete or restore a photo."""
    wanted = request.json_body(ModerationRequest)
    photo_id, seen = request.path["photo_id"], wanted.seen
    photo = dependencies.moderation.decide(
        caller, photo_id, wanted.state, None if seen is UNSET else str(seen)
    )
    return json_response(dependencies.review.to_json(caller, [photo])[0])


@for_hosts
def moderate_photos(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Show, hide, delete or restore many photos."""
    wanted = request.json_body(ModerateManyRequest)
    seen = None if wanted.seen is UNSET else str(wanted.seen)
    decisions = dependencies.moderation.decide_all(caller, wanted.ids, wanted.state, seen)
    return json_response(DecisionsJson(decisions))


@for_hosts
def list_posts(dependencies: GuestsDependencies, request: Request, caller: Caller) -> Response[str]:
    """Return the Instagram posts of the event, also hidden ones, page by page."""
    secret, scope = dependencies.cursor_secret, f"{caller.event.id}:posts"
    limit, cursor = request.limit(MAX_POSTS, MAX_POSTS), request.query.get("cursor")
    start = None if cursor is None else unseal(scope, cursor, secret)
    posts, following = dependencies.hidden_posts.page(caller, limit, start)
    return json_response(HostPostsJson(posts, seal(scope, following, secret)))


@for_hosts
def hide_post(dependencies: GuestsDependencies, request: Request, caller: Caller) -> Response[str]:
    """Take an Instagram post from the page, or put it back."""
    hidden = request.json_body(PostChangeRequest).hidden
    post_id = request.path["post_id"]
    return json_response(dependencies.hidden_posts.set_hidden(caller, post_id, hidden))


def report_photo(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Take a guest's report of a photo."""
    event = dependencies.events.get(request.path["event_id"])
    device, settings = Device.of(request.cookies), dependencies.settings
    answer = dependencies.reporting.report(
        event,
        request.path["photo_id"],
        device.hash,
        request.client_address(bool(settings.cdn_key_arn)),
        request.json_body(ReportRequest),
    )
    cookies = device.cookies(settings.base_path, settings.secure)
    return json_response(answer, HTTPStatus.ACCEPTED, cookies=cookies)
