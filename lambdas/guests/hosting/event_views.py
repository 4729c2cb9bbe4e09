"""Events as operators see them."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from lambdas.api.findings import FieldProblemJson
from lambdas.storage.events.event import Mode, Uploads


class OperatorSectionJson(msgspec.Struct):
    """A part of an event, with its addresses for guests and for printing."""

    id: str
    title: str
    hosts_only: bool
    url: str
    qr_url: str
    poster_url: str


class OperatorEventJson(msgspec.Struct, kw_only=True):
    """An event; times are RFC 3339 in UTC, the window is half-open.

    `url`, `qr_url` and `poster_url` are addresses for guests and for printing. `uploads` is
    whether guests can add photos now, and if not why, `photos_visible` whether they see any.
    `version` is what If-Match names; an event of a date has 0 and cannot be changed. `warnings`
    are fields that do not do what could be expected. `deletes_at` is when the event is deleted by
    itself, or null. `notify_secret`, with which requests to the webhook are signed, is only in the
    answer to the request that sets `notify_webhook`.
    """

    id: str
    title: str
    welcome: str | None
    starts_at: str
    ends_at: str
    time_zone: str
    account: str | None
    review: bool
    asks_to_post: bool
    closed: bool
    guest_downloads: bool
    mode: Mode
    has_pin: bool
    sections: list[OperatorSectionJson]
    accent: str | None
    cover: str | None
    reveal_at: str | None
    upload_opens_at: str | None
    upload_closes_at: str | None
    languages: list[str]
    delete_after_days: int | None
    deletes_at: str | None
    notify_email: str | None
    notify_webhook: str | None
    uploads: Uploads
    photos_visible: bool
    url: str
    qr_url: str
    poster_url: str
    version: int
    created_at: str | None
    created_by: str
    changed_at: str | None
    changed_by: str
    warnings: list[FieldProblemJson] = []
    notify_secret: str | UnsetType = UNSET


class OperatorEventsJson(msgspec.Struct):
    """What `GET /events` answers: those that start last first."""

    events: list[OperatorEventJson]
    next: str | None
