"""The guests' entry points.

`view` reads, `upload` takes what guests send, `process` makes pictures of it, `operate` is for
operators, `tidy` finishes what crashes left half done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from snapshot_restore_py import register_before_snapshot

from lambdas.api.app import http_entry_point
from lambdas.api.request import Request
from lambdas.api.responses import html_response, json_response
from lambdas.guests import page
from lambdas.guests.accent import accent_of
from lambdas.guests.announcement import MAX_FILES, Labels
from lambdas.guests.capacity import Capacity
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.device import Device
from lambdas.guests.downloads import operations as downloading
from lambdas.guests.downloads.orders import PartOrder
from lambdas.guests.guest_name import guest_name_of
from lambdas.guests.hosting import host_operations, operations
from lambdas.guests.moderating import operations as moderating
from lambdas.guests.moderating.settling import PHOTO_IDS
from lambdas.guests.photo_type import ENDINGS, TYPES
from lambdas.guests.pins import operations as pin_operations
from lambdas.guests.pins.guard import guarded
from lambdas.guests.poster import PaperSize, PosterPage, paper_size
from lambdas.guests.processing import Arrival
from lambdas.guests.qr import qr_svg
from lambdas.guests.routes import ROUTES
from lambdas.guests.sections import UnknownSection, section_of
from lambdas.guests.settings import MAX_PACKING_ATTEMPTS
from lambdas.guests.timeline_view import EventPage, TilesPage, TimelineView, limits_of
from lambdas.guests.upload import CONSENT_FIELD, NAME_FIELD
from lambdas.guests.upload_page import UploadPage
from lambdas.guests.upload_request import UploadRequest
from lambdas.guests.upload_status import (
    form_message,
    is_known_to,
    status_of_upload,
    upload_ids,
)
from lambdas.guests.upload_window import hidden_sentence
from lambdas.guests.views import UploadsJson, UploadStatusesJson
from lambdas.guests.walls import operations as wall_operations
from lambdas.kit.errors import Forbidden, NotFound
from lambdas.kit.queues import queue_entry_point
from lambdas.storage.events.event import Event, Section
from lambdas.storage.events.usage import read_arrived

ACCEPT = ",".join((*TYPES, *(f".{ending}" for ending in ENDINGS)))
SVG = "image/svg+xml"
# Well within the function's time limit: a photo takes a second.
MAX_SWEPT = 100
# Of deleted events, in one run; the next one, five minutes later, continues.
MAX_REMOVED, MAX_REMOVING = 400, timedelta(seconds=35)
MAX_EXPIRED = 20


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
    looks["for_hosts"] = apart and not dependencies.is_host(request, tiles.event.id)
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


def announce_uploads(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return grants for announced files."""
    event = dependencies.events.get(request.path["event_id"])
    device, settings = Device.of(request.cookies), dependencies.settings
    body = request.json_body(UploadRequest)
    section = _section(dependencies, request, event, body.section)
    labels = Labels(section.id if section else None, guest_name_of(body.guest_name))
    dependencies.address_limit.take(
        dependencies.door.address_of(request), len(body.files[:MAX_FILES])
    )
    answers = dependencies.uploads.announce(event, device, body.files, labels)
    return json_response(
        UploadsJson([answer.to_json() for answer in answers]),
        cookies=device.cookies(settings.base_path, settings.secure),
    )


def list_uploads(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return the states of uploads that the device may know of; other ids are left out."""
    ids = upload_ids(request.query_list("ids"))
    event = dependencies.events.get(request.path["event_id"])
    hidden, device = _hidden(dependencies, event), Device.of(request.cookies)
    found = dependencies.photos.get_many(event.id, ids)
    known = [
        found[photo_id]
        for photo_id in ids
        if photo_id in found and is_known_to(found[photo_id], device.hash)
    ]
    return json_response(UploadStatusesJson([status_of_upload(photo, hidden) for photo in known]))


def show_form(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Return a plain form for one photo, for browsers without JavaScript."""
    settings, device = dependencies.settings, Device.of(request.cookies)
    event = dependencies.events.get(request.path["event_id"])
    arrived, hidden, accent = None, _hidden(dependencies, event), accent_of(event)
    if sent := request.query.get("sent"):
        [photo_id] = upload_ids([sent])
        photo = dependencies.photos.get(event.id, photo_id)
        known = photo and (photo.device == device.hash or is_known_to(photo, device.hash))
        arrived = form_message(photo if known else None, hidden)
    section = _section(dependencies, request, event, request.query.get("section"))
    used = read_arrived(dependencies.table, event.id)
    named = f"section={section.id}&" if section else ""
    here = f"{settings.public_url}/g/{event.id}/upload?{named}sent="
    view = UploadPage(
        event=event,
        grant=dependencies.uploads.form_grant(event, device, here, section.id if section else None),
        arrived=arrived,
        accept=ACCEPT,
        limits=limits_of(settings),
        consent_field=CONSENT_FIELD,
        name_field=NAME_FIELD,
        photos_visible=not hidden,
        accent=accent,
        section=section,
        capacity=Capacity.of(used, dependencies.quota, not hidden),
    )
    return html_response(
        page.render(view, settings),
        headers=dependencies.headers_with(accent),
        cookies=device.cookies(settings.base_path, settings.secure),
    )


def delete_photo(dependencies: GuestsDependencies, request: Request) -> Response[str]:
    """Delete a photo for the device that sent it."""
    event = dependencies.events.get(request.path["event_id"])
    device, now = Device.of(request.cookies), dependencies.clock.now()
    dependencies.removal.remove_own(event, request.path["photo_id"], device, now)
    return Response(HTTPStatus.NO_CONTENT)


def process_original(dependencies: GuestsDependencies, record: SQSRecord) -> None:
    """Process the original that one message announces."""
    arrived = record.json_body["detail"]["object"]
    arrival = Arrival.of(arrived["key"], arrived.get("version-id"))
    receive_count = int(record.attributes.approximate_receive_count)
    dependencies.processor.process(arrival, receive_count)


def sweep_photos(dependencies: GuestsDependencies, record: SQSRecord) -> None:
    """Finish interrupted changes of photos and events, and care for hosts, on schedule.

    A message that names photos asks for these alone.
    """
    message = record.json_body
    if PHOTO_IDS in message:
        dependencies.sweep.settle(message["event_id"], message[PHOTO_IDS])
        return
    until = dependencies.clock.now() + MAX_REMOVING
    settled = dependencies.sweep.run(MAX_SWEPT)
    removed = dependencies.event_removal.run(MAX_REMOVED, until)
    dependencies.caring.run()
    expired = dependencies.downloading.expiry.run(MAX_EXPIRED)
    extra = {"photos": settled, "removed": removed, "downloads": expired}
    dependencies.logger.info("photos settled", extra=extra)


def pack_part(dependencies: GuestsDependencies, record: SQSRecord) -> None:
    """Make the zip file that one message asks for."""
    last = int(record.attributes.approximate_receive_count) >= MAX_PACKING_ATTEMPTS
    order = PartOrder.of(record.json_body)
    dependencies.downloading.packer.pack(order, last_attempt=last)


def _hidden(dependencies: GuestsDependencies, event: Event) -> str:
    """Return what guests read where they see no photos now; an empty text where they do."""
    return "" if event.shows_photos(dependencies.clock.now()) else hidden_sentence(event)


def _section(
    dependencies: GuestsDependencies, request: Request, event: Event, text: str | None
) -> Section | None:
    """Return the section that photos are added to. Raises InvalidRequest, Forbidden."""
    section = section_of(event, text)
    if section and section.hosts_only and not dependencies.is_host(request, event.id):
        raise Forbidden("Only the hosts add photos to this section.", code="section_hosts_only")
    return section


def _timeline(dependencies: GuestsDependencies, request: Request) -> SeenTimeline:
    device = Device.of(request.cookies)
    view = dependencies.timeline.read(request.path["event_id"], device, request)
    return SeenTimeline(device, view)


def _not_modified(headers: dict[str, str]) -> Response[str]:
    return Response(HTTPStatus.NOT_MODIFIED, headers=headers)


PARTS = (operations, host_operations, moderating, wall_operations, pin_operations, downloading)
HANDLERS = guarded(
    ROUTES, {**globals(), **{name: one for part in PARTS for name, one in vars(part).items()}}
)
view = http_entry_point(GuestsDependencies, ROUTES, "view", HANDLERS)
upload = http_entry_point(GuestsDependencies, ROUTES, "upload", HANDLERS)
operate = http_entry_point(GuestsDependencies, ROUTES, "operate", HANDLERS)
process = queue_entry_point(GuestsDependencies, process_original)
tidy = queue_entry_point(GuestsDependencies, sweep_photos)
pack = queue_entry_point(GuestsDependencies, pack_part)


def warm_up_view() -> None:
    """Prepare `view` for the snapshot from which its instances start."""
    view.dependencies.warm_up()


register_before_snapshot(warm_up_view)
