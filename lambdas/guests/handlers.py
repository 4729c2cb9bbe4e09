"""Every way into the guests' feature: `view` reads, `upload` takes what guests send, `process` works on what arrived, `operate` shows
operators what guests cannot see."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.api.access import require_operator
from lambdas.api.app import HttpApp, html_answer, json_answer
from lambdas.guests import dependencies as feature
from lambdas.guests import page
from lambdas.guests.announcement import TYPES
from lambdas.guests.device import Device
from lambdas.guests.removal import remove_own_photo
from lambdas.guests.review import photos_in_state
from lambdas.guests.timeline_view import TimelineView, limits_of
from lambdas.guests.upload_status import form_message, status_of_upload, upload_ids
from lambdas.kit.log import logs_failures

# It also answers paths that no route knows ($default), for people with a page.
viewing = HttpApp(feature.logger, feature.error_page, pages="/")
uploading = HttpApp(feature.logger, feature.error_page)
operating = HttpApp(feature.logger)
batch = BatchProcessor(event_type=EventType.SQS)

ACCEPT = ",".join((*TYPES, ".heic", ".heif"))


def view(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`GET /g/{event_id}` and all else that only reads."""
    return viewing.handle(event, context)


def upload(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`/g/{event_id}/uploads`, the plain form, and the deletion of one's own photos."""
    return uploading.handle(event, context)


def operate(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The operators' look at an event's photos."""
    return operating.handle(event, context)


def process(event: dict[str, Any], context: Any) -> Any:
    """Messages of the processing queue: those that fail stay in it."""
    return process_partial_response(
        event=event, record_handler=process_original, processor=batch, context=context
    )


@logs_failures(feature.logger)
def process_original(record: SQSRecord) -> None:
    """One message: the bucket's event of one original."""
    feature.processor().process(
        record.json_body["detail"]["object"]["key"],
        int(record.attributes.approximate_receive_count),
    )


@viewing.get("/", compress=True)
def show_home() -> Response[str]:
    """Return the home page. It lists no events: guests get the address from the host."""
    return html_answer(page.render("home.html", feature.settings()), headers=feature.page_headers())


@viewing.get("/g/<event_id>", compress=True)
def show_page(event_id: str) -> Response[str]:
    """The event's page."""
    device, timeline = _timeline(event_id)
    body = page.render("event.html", feature.settings(), accept=ACCEPT, **vars(timeline))
    return html_answer(body, headers=feature.page_headers() | page.freshness(device))


@viewing.get("/g/<event_id>/tiles", compress=True)
def show_tiles(event_id: str) -> Response[str]:
    """The list of the page alone, for the page itself to look for news."""
    device, timeline = _timeline(event_id)
    headers = _headers(device, timeline)
    return _unless_known(headers) or html_answer(
        page.render("tiles.html", feature.settings(), **vars(timeline)), headers=headers
    )


@viewing.get("/g/<event_id>/photos", compress=True)
def list_photos(event_id: str) -> Response[str]:
    """The list as JSON."""
    device, timeline = _timeline(event_id)
    headers = _headers(device, timeline)
    return _unless_known(headers) or json_answer(timeline.to_json(), headers=headers)


@viewing.get("/assets/<name>", compress=True)
def show_asset(name: str) -> Response[str]:
    """A file of the page's bundle."""
    asset = page.read_asset(name)
    return Response(
        HTTPStatus.OK, asset.content_type, asset.body, headers={"Cache-Control": page.FOREVER}
    )


@uploading.post("/g/<event_id>/uploads")
def announce_uploads(event_id: str) -> Response[str]:
    """Grants for announced files."""
    event, device, settings = (
        feature.events().get(event_id),
        Device.of(uploading.cookies),
        feature.settings(),
    )
    answers = feature.desk().announce(event, device, uploading.json_body())
    answer = json_answer({"uploads": [answer.to_json() for answer in answers]})
    answer.cookies = device.cookies(settings.base_path, settings.secure)
    return answer


@uploading.get("/g/<event_id>/uploads")
def list_uploads(event_id: str) -> Response[str]:
    """What became of uploads; ids that are not known are left out."""
    event, ids = feature.events().get(event_id), upload_ids(uploading.query_list("ids"))
    found = feature.photos().get_many(event.id, ids)
    return json_answer(
        {"uploads": [status_of_upload(found[photo_id]) for photo_id in ids if photo_id in found]}
    )


@uploading.get("/g/<event_id>/upload")
def show_form(event_id: str) -> Response[str]:
    """A plain form for one photo, for browsers without JavaScript."""
    event, device, settings = (
        feature.events().get(event_id),
        Device.of(uploading.cookies),
        feature.settings(),
    )
    here = f"{settings.public_url}/g/{event.id}/upload?sent="
    sent = uploading.query.get("sent")
    arrived = form_message(feature.photos().get(event.id, upload_ids([sent])[0])) if sent else None
    grant = feature.desk().form_grant(event, device, here)
    body = page.render(
        "upload.html",
        settings,
        event=event,
        grant=grant,
        arrived=arrived,
        accept=ACCEPT,
        limits=limits_of(settings),
    )
    return html_answer(
        body,
        headers=feature.page_headers(),
        cookies=device.cookies(settings.base_path, settings.secure),
    )


@uploading.delete("/g/<event_id>/photos/<photo_id>")
def delete_photo(event_id: str, photo_id: str) -> Response[str]:
    """Deletes a photo for the device that sent it."""
    event = feature.events().get(event_id)
    remove_own_photo(
        event, photo_id, Device.of(uploading.cookies), feature.photos(), feature.objects()
    )
    return Response(HTTPStatus.NO_CONTENT)


@operating.get("/events/<event_id>/photos")
def list_for_operators(event_id: str) -> Response[str]:
    """An event's photos of one state, for operators."""
    require_operator(operating.event)
    event, state = feature.events().get(event_id), operating.query.get("state", "in_review")
    return json_answer(
        {"photos": photos_in_state(event, state, feature.photos(), feature.objects())}
    )


def _timeline(event_id: str) -> tuple[Device, TimelineView]:
    device = Device.of(viewing.cookies)
    return device, feature.timeline().read(feature.events().get(event_id), device, viewing.query)


def _headers(device: Device, timeline: TimelineView) -> dict[str, str]:
    return {"ETag": f'"{timeline.fingerprint()}"', **page.freshness(device)}


def _unless_known(headers: dict[str, str]) -> Response[str] | None:
    """A short answer for a browser that has this very list already."""
    if headers["ETag"] not in viewing.header("if-none-match"):
        return None
    return Response(HTTPStatus.NOT_MODIFIED, headers=headers)
