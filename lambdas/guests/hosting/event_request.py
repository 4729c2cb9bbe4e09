"""The bodies of requests that create and change events."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from lambdas.storage.events.event import Mode


class SectionRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of an event; without an `id` it gets one made of its title.

    Only hosts add photos to one that is `hosts_only`.
    """

    title: str
    id: str | UnsetType = UNSET
    hosts_only: bool = False


class EventChangeRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of `PATCH /events/{event_id}`: what it leaves out stays; null clears a field.

    Times are RFC 3339 with an offset. Instead of `starts_at` and `ends_at` a `date` (YYYY-MM-DD)
    takes that day in the event's zone. `account` is the id of a connected Instagram account, null
    for the site's own. Guests see photos from `reveal_at` on, and add them from `upload_opens_at`
    to `upload_closes_at`, unless the event is `closed`. `cover` is the id of a photo that is on the
    page. `pin` are 4 to 8 digits, which guests enter before they see anything. `languages` are
    those of the poster, in their order: `en`, `de`. `sections` are up to 20 parts of the event,
    each with a QR code of its own; photos of one that is left out stay on the page. Guests may take
    the photos that they see home if `guest_downloads` says so. The event is
    deleted `delete_after_days` (1 to 3650) after its end. Hosts get words by mail to `notify_email`
    and by requests to `notify_webhook`, an https address, when photos wait, on the morning after,
    and before the deletion.
    """

    title: str | UnsetType = UNSET
    welcome: str | UnsetType | None = UNSET
    date: str | UnsetType = UNSET
    starts_at: str | UnsetType = UNSET
    ends_at: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    account: str | UnsetType | None = UNSET
    review: bool | UnsetType = UNSET
    asks_to_post: bool | UnsetType = UNSET
    closed: bool | UnsetType = UNSET
    guest_downloads: bool | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    accent: str | UnsetType | None = UNSET
    cover: str | UnsetType | None = UNSET
    pin: str | UnsetType | None = UNSET
    sections: tuple[SectionRequest, ...] | UnsetType = UNSET
    reveal_at: str | UnsetType | None = UNSET
    upload_opens_at: str | UnsetType | None = UNSET
    upload_closes_at: str | UnsetType | None = UNSET
    languages: tuple[str, ...] | UnsetType = UNSET
    delete_after_days: int | UnsetType | None = UNSET
    notify_email: str | UnsetType | None = UNSET
    notify_webhook: str | UnsetType | None = UNSET


class EventRequest(EventChangeRequest, frozen=True, kw_only=True, omit_defaults=True):
    """The body of `POST /events`: `title`, and `date` or `starts_at` and `ends_at`, are needed.

    Without an `id` the event gets one of its title and random characters, which cannot be guessed.
    """

    id: str | UnsetType = UNSET
