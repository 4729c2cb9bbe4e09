"""What guests are told of their uploads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lambdas.kit.errors import InvalidRequest
from lambdas.storage.events.photo import Photo, PhotoState

MAX_STATUSES = 100
PHOTO_ID = re.compile(r"[a-z0-9]{26}", re.ASCII)

# What guests see of each state: that an operator hid a photo is told as what it was before.
STATUSES = {
    PhotoState.WAITING: "waiting",
    PhotoState.PROCESSING: "processing",
    PhotoState.SHOWN: "shown",
    PhotoState.IN_REVIEW: "in_review",
    PhotoState.HIDDEN: "in_review",
    PhotoState.REFUSED: "refused",
}

SENTENCES = {
    "duplicate": "This photo is already here.",
    "file_too_large": "This file is too large.",
    "damaged_on_the_way": "This photo was damaged on its way. Please send it again.",
    "event_full": "This event has as many photos as it can take.",
    "file_missing": "This photo did not arrive. Please send it again.",
    "no_preview": "We stored this file but cannot show it. The host can see it.",
    "processing_failed": "We stored this photo but could not prepare it. The host has been told.",
}


def status_of_upload(photo: Photo) -> dict[str, Any]:
    """The status of one upload as the contract has it, with a sentence beside its reason."""
    shape: dict[str, Any] = {"id": photo.id, "status": STATUSES[photo.state]}
    if photo.reason:
        shape |= {"reason": photo.reason, "message": SENTENCES[photo.reason]}
    return shape


def form_message(photo: Photo | None) -> str:
    """What the plain form says after a photo was sent."""
    if photo is None:
        return "We could not find that photo. Please send it again."
    if photo.reason:
        return SENTENCES[photo.reason]
    if photo.state is PhotoState.SHOWN:
        return "Thank you! Your photo is on the page. You can add another one."
    return "Thank you! Your photo has arrived and will be on the page in a moment. You can add another one."


def upload_ids(ids: Sequence[str]) -> list[str]:
    """The ids of a status request, each once. Raises InvalidRequest if there are none, too many, or one that cannot be."""
    if not 1 <= len(ids) <= MAX_STATUSES or not all(
        PHOTO_ID.fullmatch(photo_id) for photo_id in ids
    ):
        raise InvalidRequest(
            f"ids must be 1 to {MAX_STATUSES} upload ids, with commas between them.",
            code="invalid_ids",
        )
    return list(dict.fromkeys(ids))
