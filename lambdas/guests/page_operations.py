"""The routes by which guests look at an event, one function for each."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.api.responses import html_response, json_response
from lambdas.guests import page
from lambdas.guests.accent import accent_of
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.device import Device
from lambdas.guests.poster import PaperSize, PosterPage, paper_size
from lambdas.guests.qr import qr_svg
from lambdas.guests.sections import UnknownSection, section_of
from lambdas.guests.timeline_view import EventPage, TilesPage, TimelineView
from lambdas.kit.errors import NotFound
from lambdas.pictures.photo_type import ACCEPT
from lambdas.storage.events.host_links import Role

SVG = "image/svg+xml"


@dataclass(frozen=True)
class SeenTimeline:
    """A timeline and the device that sees it."""

    device: Device
    view: TimelineView

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of an answer that holds the list alone."""
        return {"ETag": self.view.etag, **page.cache_headers(self.device)}

    def is_known(self, request: Request) -> bool:
        """Return whether the browser has this very list already."""
        return self.view.etag in request.header("if-none-match")


def show_home(dependencies: GuestsDependencies, _: Request) -> Response[str]:
    """Return the site's first page, which names no event."""
    body = page.render(page.HomePage(), dependencies.settings)
    return html_response(body, headers=dependencies.page_headers)


def show_page(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return the event's page."""
    try:
        seen = _timeline(dependencies, request)
    except UnknownSection:
        # Printed codes of a section that is gone lead to the whole event.
        event = dependencies.events.get(request.path["event_id"])
        headers = {"Location": dependencies.address_of(event)}
        return Response(HTTPStatus.SEE_OTHER, headers=headers)
    tiles, accent = TilesPage.of(seen.view), accent_of(seen.view.event)
    asks_pin = dependencies.door.asks_before_uploads(tiles.event, request)
    looks: dict[str, object] = {"accept": ACCEPT, "cover": seen.view.cover, "accent": accent}
    section = tiles.section
    # A host sees another page than guests do: no cache may keep it.
    apart = section is not None and section.hosts_only
    looks["for_hosts"] = apart and not dependencies.is_host(request, tiles.event.id, Role.MODERATOR)
    shown = EventPage(**vars(tiles), **looks, asks_pin=asks_pin)  # type: ignore[arg-type]
    body = dependencies.rendered.get(shown)
    headers = dependencies.headers_with(accent) | page.cache_headers(seen.device)
    if apart:
        headers["Cache-Control"] = page.PRIVATE
    return html_response(body, headers=headers)


def show_tiles(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return the list of the page alone, for the page to update itself."""
    seen = _timeline(dependencies, request)
    if seen.is_known(request):
        return _not_modified(seen.headers)
    body = dependencies.rendered.get(TilesPage.of(seen.view))
    return html_response(body, headers=seen.headers)


def show_qr(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return the QR code of the event's address."""
    event = dependencies.events.get(request.path["event_id"])
    section = section_of(event, request.query.get("section"))
    body = qr_svg(dependencies.address_of(event, section), standalone=True)
    headers = {"Cache-Control": page.PUBLIC, "Content-Security-Policy": "default-src 'none'"}
    return Response(HTTPStatus.OK, SVG, body, headers=headers)


def show_poster(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return the page to print."""
    size = paper_size(request.query.get("size", PaperSize.A4.value))
    event = dependencies.events.get(request.path["event_id"])
    section = section_of(event, request.query.get("section"))
    shown = PosterPage.of(event, size, dependencies.address_of(event, section), section)
    headers = dependencies.headers_with(shown.accent) | {"Cache-Control": page.PUBLIC}
    return html_response(dependencies.rendered.get(shown), headers=headers)


def list_photos(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return the list as JSON."""
    seen = _timeline(dependencies, request)
    if seen.is_known(request):
        return _not_modified(seen.headers)
    return json_response(seen.view.to_json(), headers=seen.headers)


def show_asset(_: GuestsDependencies, request: Request) -> Response[str]:
    """Return a file of the page's bundle."""
    asset = page.read_asset(request.path["name"])
    headers = {"Cache-Control": page.IMMUTABLE}
    return Response(HTTPStatus.OK, asset.content_type, asset.body, headers=headers)


def show_nothing_here(_: GuestsDependencies, __: Request) -> Response[str]:
    """Answer an address that no other route serves."""
    raise NotFound("There is nothing at this address.")


def _timeline(dependencies: GuestsDependencies, request: Request) -> SeenTimeline:
    device = Device.of(request.cookies)
    view = dependencies.timeline.read(request.path["event_id"], device, request)
    return SeenTimeline(device, view)


def _not_modified(headers: dict[str, str]) -> Response[str]:
    return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
