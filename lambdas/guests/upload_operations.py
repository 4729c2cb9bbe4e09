"""The routes by which guests send photos and delete their own, one function for each."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.api.responses import html_response, json_response
from lambdas.guests import page
from lambdas.guests.accent import accent_of
from lambdas.guests.announcement import MAX_FILES, Labels
from lambdas.guests.capacity import Capacity
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.device import Device
from lambdas.guests.guest_name import guest_name_of
from lambdas.guests.sections import section_of
from lambdas.guests.timeline_view import limits_of
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
from lambdas.kit.errors import Forbidden
from lambdas.pictures.photo_type import ACCEPT
from lambdas.storage.events.event import Event, Section
from lambdas.storage.events.host_links import Role
from lambdas.storage.events.usage import read_arrived


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


def _hidden(dependencies: GuestsDependencies, event: Event) -> str:
    """Return what guests read where they see no photos now; an empty text where they do."""
    return "" if event.shows_photos(dependencies.clock.now()) else hidden_sentence(event)


def _section(
    dependencies: GuestsDependencies, request: Request, event: Event, text: str | None
) -> Section | None:
    """Return the section that photos are added to. Raises InvalidRequest, Forbidden."""
    section = section_of(event, text)
    apart = section is not None and section.hosts_only
    if apart and not dependencies.is_host(request, event.id, Role.MODERATOR):
        raise Forbidden("Only the hosts add photos to this section.", code="section_hosts_only")
    return section
