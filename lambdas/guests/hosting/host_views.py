"""The bodies of requests and answers of hosts' routes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from lambdas.guests.hosting.event_views import OperatorEventJson
from lambdas.storage.events.host_links import Role

Label = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class SessionRequest(msgspec.Struct):
    """The body of `POST /h/{event_id}/session`: what stands behind the `#` of a host link."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class CountsJson(msgspec.Struct, omit_defaults=True):
    """Photos and posts by state; hosts who only look know those on the page alone."""

    shown: int
    posts: int
    waiting: int | UnsetType = UNSET
    reported: int | UnsetType = UNSET
    processing: int | UnsetType = UNSET
    hidden: int | UnsetType = UNSET
    deleted: int | UnsetType = UNSET
    posts_hidden: int | UnsetType = UNSET


class HealthJson(msgspec.Struct):
    """Whether all is well, in words for a person."""

    ok: bool
    text: str


class EventUsageJson(msgspec.Struct):
    """How much an event has taken, and takes at most; sizes are bytes."""

    files: int
    max_files: int
    size: int
    max_size: int


class HostEventJson(msgspec.Struct):
    """What `GET /h/{event_id}/event` answers; `name` is the label of the host's link."""

    event: OperatorEventJson
    role: Role
    name: str
    counts: CountsJson
    health: HealthJson
    usage: EventUsageJson


class HostLinkRequest(msgspec.Struct):
    """The body of `POST /events/{event_id}/host-links`; `label` is the host's name."""

    label: Label
    role: Role = Role.OWNER


class HostLinkJson(msgspec.Struct):
    """A host link. Only answers that create or rotate it hold its `url`; times are RFC 3339."""

    id: str
    label: str
    role: Role
    created_at: str
    created_by: str
    rotated_at: str | None
    last_used_at: str | None
    yours: bool
    url: str | UnsetType = UNSET


class CreatedEventJson(msgspec.Struct):
    """What `POST /h/{event_id}/events` answers: another event, and a link for the same host."""

    event: OperatorEventJson
    host_link: HostLinkJson


class HostLinksJson(msgspec.Struct):
    """What `GET /events/{event_id}/host-links` answers, the oldest first."""

    host_links: list[HostLinkJson]


class EntryJson(msgspec.Struct):
    """What a host, an operator or a guest did; `link` is the id of the host link, if any."""

    at: str
    action: str
    by: str
    link: str | None
    subject: str | None
    detail: str | None


class AuditJson(msgspec.Struct):
    """What `GET /events/{event_id}/audit` answers, the newest first."""

    entries: list[EntryJson]
    next: str | None


class HostPostJson(msgspec.Struct):
    """An Instagram post of the event; `hidden` is whether a host took it from the page."""

    id: str
    taken_at: str
    caption: str | None
    username: str | None
    permalink: str | None
    hidden: bool
    urls: dict[str, str]


class HostPostsJson(msgspec.Struct):
    """What `GET /events/{event_id}/posts` answers, the newest first."""

    posts: list[HostPostJson]
    next: str | None


class PostChangeRequest(msgspec.Struct):
    """The body of `PATCH /events/{event_id}/posts/{post_id}`."""

    hidden: bool
