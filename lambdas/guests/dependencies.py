"""The feature's parts, put together once per function instance from its settings."""

from __future__ import annotations

import functools
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from snapshot_restore_py import register_before_snapshot

from lambdas.api.app import html_answer
from lambdas.api.problem import headers_of
from lambdas.guests import page
from lambdas.guests.links import PictureLinks
from lambdas.guests.processing import Processor
from lambdas.guests.settings import GuestsSettings
from lambdas.guests.timeline_view import TimelineReader
from lambdas.guests.upload import UploadDesk
from lambdas.kit import aws
from lambdas.kit.clock import SystemClock
from lambdas.kit.errors import DaybookError
from lambdas.kit.log import logger as feature_logger
from lambdas.kit.secret import read_secret
from lambdas.storage.events.event import EventStore
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.events.usage import Quota
from lambdas.storage.objects import ObjectStore

logger = feature_logger("guests")
clock = SystemClock()


@functools.cache
def settings() -> GuestsSettings:
    """What the environment says."""
    return GuestsSettings.from_env()


@functools.cache
def events() -> EventStore:
    """The events."""
    return EventStore(settings().table_name, settings().time_zone, settings().date_events)


@functools.cache
def photos() -> PhotoStore:
    """The guests' photos."""
    return PhotoStore(settings().table_name)


@functools.cache
def objects() -> ObjectStore:
    """The photo bucket."""
    return ObjectStore(settings().bucket_name)


@functools.cache
def links() -> PictureLinks:
    """The links to shown pictures."""
    return PictureLinks(objects(), clock, settings().photos_url)


@functools.cache
def timeline() -> TimelineReader:
    """What guests see."""
    return TimelineReader(
        settings(), links(), read_secret(settings().cursor_secret_arn), clock, logger
    )


@functools.cache
def quota() -> Quota:
    """What an event takes."""
    return Quota(settings().max_event_files, settings().max_event_bytes)


@functools.cache
def desk() -> UploadDesk:
    """Where uploads are announced."""
    return UploadDesk(
        photos(), objects(), settings().table_name, quota(), settings().max_file_bytes, clock
    )


@functools.cache
def processor() -> Processor:
    """What makes pictures of uploads."""
    return Processor(
        events(), photos(), objects(), settings().max_file_bytes, quota(), clock, logger
    )


def page_headers() -> dict[str, str]:
    """The headers of every page."""
    return page.page_headers(settings(), objects().origin)


def error_page(status: HTTPStatus, error: DaybookError, request_id: str) -> Response[str]:
    """An error as a page."""
    title = page.error_title(status)
    body = page.render(
        "error.html",
        settings(),
        title=title,
        message=error.message,
        advice=page.error_advice(status),
        request_id=request_id,
    )
    return html_answer(body, status, page_headers() | headers_of(error))


def load() -> None:
    """Loads what the first page would load late, where instances start from a snapshot. Asks nobody: answers would grow old in it."""
    aws.table(settings().table_name)
    for client in (aws.s3, aws.eventbridge, aws.secrets_manager):
        client()
    page.load()


register_before_snapshot(load)


def forget() -> None:
    """Drops all parts, so that a test's next ones are built from its own settings."""
    for part in (settings, events, photos, objects, links, timeline, quota, desk, processor):
        part.cache_clear()
