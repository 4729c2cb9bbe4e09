"""The JSON of reviews, decisions and reports of photos; the names are those of the contract."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from lambdas.storage.events.photo import Reason

HostState = Literal["shown", "hidden", "deleted", "in_review"]
"""What hosts and operators say of a photo; `deleted` can be restored for some days."""


class ModerationRequest(msgspec.Struct):
    """The body of `PATCH /events/{event_id}/photos/{photo_id}`.

    With `seen`, the state that the photo was seen in, it changes only if it still has it.
    """

    state: HostState
    seen: HostState | UnsetType = UNSET


class ModerateManyRequest(ModerationRequest, kw_only=True):
    """The body of `PATCH /events/{event_id}/photos`: 1 to 200 ids of photos."""

    ids: Annotated[list[str], msgspec.Meta(min_length=1, max_length=200)]


class DecisionJson(msgspec.Struct):
    """What one photo is now, and was `before`; `code` and `message` say why it did not change."""

    id: str
    state: str | None
    before: str | None
    code: str | UnsetType = UNSET
    message: str | UnsetType = UNSET


class DecisionsJson(msgspec.Struct):
    """What `PATCH /events/{event_id}/photos` answers, in the order of the ids."""

    photos: list[DecisionJson]


class ReviewPhotoJson(msgspec.Struct):
    """A photo as hosts and operators see it; `damaged` says that the file was not whole.

    `may_post` is whether its guest allows the host to post it on Instagram, `guest_name` how the
    guest wants to be named. `urls` are valid for an hour. A deleted photo is gone for good at
    `restorable_until`; it was `state_before`.
    """

    id: str
    state: str
    reason: Reason | None
    name: str
    size: int
    taken_at: str | None
    damaged: bool
    may_post: bool
    width: int | None = None
    height: int | None = None
    section: str | None = None
    guest_name: str | None = None
    urls: dict[str, str] | UnsetType = UNSET
    restorable_until: str | UnsetType = UNSET
    state_before: str | UnsetType = UNSET
    reports: list[ReportJson] | UnsetType = UNSET
    original_url: str | UnsetType = UNSET


class ReviewJson(msgspec.Struct):
    """What `GET /events/{event_id}/photos` answers."""

    photos: list[ReviewPhotoJson]
    next: str | None


class ReportRequest(msgspec.Struct):
    """The body of `POST /g/{event_id}/photos/{photo_id}/reports`; `text` says more."""

    reason: Literal["shows_me", "not_appropriate", "other"]
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""


class ReportJson(msgspec.Struct):
    """A guest's report of a photo."""

    reason: str
    text: str
    at: str


class ReportedJson(msgspec.Struct):
    """What a guest who reports a photo gets; `message` is a sentence for a person."""

    hidden: bool
    message: str
