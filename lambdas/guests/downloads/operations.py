"""The routes of downloads, for hosts, operators and guests, one function for each."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.answer_size import fitting
from lambdas.api.identifiers import is_identifier
from lambdas.api.request import Request
from lambdas.api.responses import json_response
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.downloads.choosing import Choice
from lambdas.guests.downloads.downloads import Wish
from lambdas.guests.downloads.planning import MAX_FILES
from lambdas.guests.downloads.views import (
    DownloadAnswerJson,
    DownloadJson,
    DownloadRequest,
    DownloadsJson,
    GuestDownloadRequest,
)
from lambdas.guests.hosting.callers import Caller
from lambdas.guests.hosting.for_hosts import for_hosts
from lambdas.kit.errors import Forbidden, InvalidRequest, NotFound
from lambdas.storage.events.downloads import Download, DownloadState, Kind
from lambdas.storage.events.event import Event
from lambdas.storage.events.host_links import Role

PRIVATE = {"Cache-Control": "private, no-store"}
GUESTS = (Kind.SHOWN,)


@for_hosts
def request_download(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Begin a download, or return the one that is there."""
    body = request.json_body(DownloadRequest)
    if body.kind not in _kinds(dependencies, caller):
        raise Forbidden(
            "Your link is for what guests see. Originals need the link of a moderator.",
            code="role_too_low",
        )
    choice = Choice(body.kind, body.with_posts, _chosen(body.photo_ids))
    action = "download_requested"
    entry = caller.entry(dependencies.clock, action, detail=body.kind.value)
    writes = [dependencies.audit.write(entry)]
    wish = Wish(caller.event, choice, caller.name, "hosts", writes)
    download = dependencies.downloading.downloads.request(wish)
    return _answer(dependencies, download, _address(dependencies, caller))


@for_hosts
def list_downloads(dependencies: GuestsDependencies, _: Request, caller: Caller) -> Response[str]:
    """Return the event's downloads: the newest, where no answer can hold them all."""
    found = dependencies.downloading.downloads.of_event(caller.event, _kinds(dependencies, caller))
    now, address = dependencies.clock.now(), _address(dependencies, caller)
    shown = [DownloadJson.of(download, now, address) for download in found]
    return json_response(DownloadsJson(shown[: fitting(shown)]), headers=PRIVATE)


@for_hosts
def show_download(
    dependencies: GuestsDependencies, request: Request, caller: Caller
) -> Response[str]:
    """Return a download: how far it is, and the addresses of its parts."""
    download = _download(dependencies, request, caller.event, _kinds(dependencies, caller))
    shown = DownloadJson.of(download, dependencies.clock.now(), _address(dependencies, caller))
    return json_response(DownloadAnswerJson(shown), headers=PRIVATE)


@for_hosts
def fetch_part(dependencies: GuestsDependencies, request: Request, caller: Caller) -> Response[str]:
    """Send the caller to a zip file."""
    download = _download(dependencies, request, caller.event, _kinds(dependencies, caller))
    return _redirect(dependencies, download, request)


def request_guest_download(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Begin a download of what guests see, or return the one that is there."""
    event = _open_event(dependencies, request)
    body = request.json_body(GuestDownloadRequest)
    wish = Wish(event, Choice(Kind.SHOWN, body.with_posts), "", "guests")
    download = dependencies.downloading.downloads.request(wish)
    return _answer(dependencies, download, _guest_address(dependencies, event), for_guest=True)


def show_guest_download(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return a download to a guest."""
    event = _open_event(dependencies, request)
    download = _download(dependencies, request, event, GUESTS)
    now, address = dependencies.clock.now(), _guest_address(dependencies, event)
    shown = DownloadJson.of(download, now, address, for_guest=True)
    return json_response(DownloadAnswerJson(shown), headers=PRIVATE)


def fetch_guest_part(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Send a guest to a zip file."""
    event = _open_event(dependencies, request)
    return _redirect(dependencies, _download(dependencies, request, event, GUESTS), request)


def _open_event(dependencies: GuestsDependencies, request: Request) -> Event:
    """Return the event if guests may take its photos home now. Raises NotFound."""
    event = dependencies.events.get(request.path["event_id"], consistent=True)
    if not event.guest_downloads or not event.shows_photos(dependencies.clock.now()):
        raise NotFound("Photos of this event cannot be downloaded.", code="downloads_off")
    return event


def _kinds(dependencies: GuestsDependencies, caller: Caller) -> Sequence[Kind]:
    """Return the kinds that a caller may have: originals show what guests do not see.

    Hosts who only look may have what guests see now.
    """
    if caller.role.includes(Role.MODERATOR):
        return tuple(Kind)
    return GUESTS if caller.event.shows_photos(dependencies.clock.now()) else ()


def _chosen(photo_ids: list[str] | None) -> frozenset[str] | None:
    if photo_ids is None:
        return None
    if not photo_ids or len(photo_ids) > MAX_FILES or not all(map(is_identifier, photo_ids)):
        raise InvalidRequest(
            f"photo_ids must be 1 to {MAX_FILES} ids of photos.", code="invalid_photo_ids"
        )
    return frozenset(photo_ids)


def _download(
    dependencies: GuestsDependencies, request: Request, event: Event, kinds: Sequence[Kind]
) -> Download:
    return dependencies.downloading.downloads.get(event, request.path["download_id"], kinds)


def _answer(
    dependencies: GuestsDependencies, download: Download, address: str, *, for_guest: bool = False
) -> Response[str]:
    shown = DownloadJson.of(download, dependencies.clock.now(), address, for_guest=for_guest)
    ready = shown.state is DownloadState.READY
    status = HTTPStatus.OK if ready else HTTPStatus.ACCEPTED
    return json_response(DownloadAnswerJson(shown), status, PRIVATE)


def _redirect(
    dependencies: GuestsDependencies, download: Download, request: Request
) -> Response[str]:
    """Answer with a fresh link: a browser that continues a download asks us again first."""
    link = dependencies.downloading.downloads.link(download, request.path["number"])
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": link, **PRIVATE})


def _address(dependencies: GuestsDependencies, caller: Caller) -> str:
    area = "h" if caller.link_id else "events"
    return f"{dependencies.settings.public_url}/{area}/{caller.event.id}/downloads"


def _guest_address(dependencies: GuestsDependencies, event: Event) -> str:
    return f"{dependencies.settings.public_url}/g/{event.id}/downloads"
