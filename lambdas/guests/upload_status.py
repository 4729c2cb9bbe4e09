"""What guests see of their uploads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import UNSET

from lambdas.guests.views import UploadStatus, UploadStatusJson
from lambdas.kit.errors import InvalidRequest
from lambdas.storage.events.photo import Photo, PhotoState, Reason

MAX_STATUSES = 100
PHOTO_ID = re.compile(r"[a-z0-9]{26}", re.ASCII)

# Guests do not learn that an operator hid a photo: it looks as it did before it was shown.
STATUSES = {
    PhotoState.WAITING: UploadStatus.WAITING,
    PhotoState.PROCESSING: UploadStatus.PROCESSING,
    PhotoState.SHOWN: UploadStatus.SHOWN,
    PhotoState.IN_REVIEW: UploadStatus.IN_REVIEW,
    PhotoState.HIDDEN: UploadStatus.IN_REVIEW,
    # What a host deleted reads as hidden does, until it is deleted for good.
    PhotoState.BINNED: UploadStatus.IN_REVIEW,
    PhotoState.REFUSED: UploadStatus.REFUSED,
}

KEPT_UNSEEN = (PhotoState.IN_REVIEW, PhotoState.HIDDEN, PhotoState.BINNED)

SENTENCES = {
    Reason.DUPLICATE: "This photo has already been added.",
    Reason.FILE_TOO_LARGE: "This file is too large.",
    Reason.DAMAGED_ON_THE_WAY: "This photo was damaged while it was sent. Please send it again.",
    Reason.EVENT_FULL: "This event cannot take any more photos.",
    Reason.FILE_MISSING: "This photo did not arrive. Please send it again.",
    Reason.NO_PREVIEW: "We stored this file but cannot show it. The host can still see it.",
    Reason.TYPE_NOT_ALLOWED: "Only photos can be added: JPEG, PNG, WebP, HEIC or AVIF.",
    Reason.REPORTED: "A guest reported this photo. The host will look at it.",
    Reason.PROCESSING_FAILED: "We could not prepare this photo. The host can still see it.",
}


def is_known_to(photo: Photo, device: str) -> bool:
    """Return whether a device, by its hash, may know of a photo whose id it names.

    The id of a photo that never was on the page is known to its sender alone, who may have no
    cookie. That of one that was taken from the page is known to all who saw it.
    """
    if photo.state is PhotoState.DELETED:
        return False
    taken = photo.state in (PhotoState.HIDDEN, PhotoState.BINNED)
    return photo.device == device or not (taken or photo.reason is Reason.REPORTED)


def status_of_upload(photo: Photo, hidden: str = "") -> UploadStatusJson:
    """Return the status of an upload that was not deleted, with a sentence beside its reason.

    `hidden` is what guests read where they see no photos now; empty where they do.
    """
    reason = photo.reason
    if hidden and photo.state is PhotoState.SHOWN:
        sentence = f"We have your photo. {hidden}"
        return UploadStatusJson(photo.id, UploadStatus.IN_REVIEW, UNSET, sentence)
    return UploadStatusJson(
        photo.id,
        STATUSES[photo.state],
        reason or UNSET,
        SENTENCES[reason] if reason else UNSET,
    )


def form_message(photo: Photo | None, hidden: str = "") -> str:
    """Return what the plain form says after a photo was sent; None has not been processed yet.

    `hidden` is what guests read where they see no photos now; empty where they do.
    """
    if photo and photo.reason:
        return SENTENCES[photo.reason]
    if photo and hidden and photo.state is PhotoState.SHOWN:
        return f"Thank you! We have your photo. {hidden} You can add another one."
    if photo and photo.state is PhotoState.SHOWN:
        return "Thank you! Your photo is on the page. You can add another one."
    if photo and photo.state is PhotoState.DELETED:
        return "This photo was deleted."
    if photo and photo.state in KEPT_UNSEEN:
        return "Thank you! The host will look at your photo. You can add another one."
    return "Thank you! Your photo has been sent. You can add another one."


def upload_ids(ids: Sequence[str]) -> list[str]:
    """Return the ids of a status request, each once. Raises InvalidRequest for impossible ones."""
    if not 1 <= len(ids) <= MAX_STATUSES or not all(map(PHOTO_ID.fullmatch, ids)):
        raise InvalidRequest(
            f"ids must be 1 to {MAX_STATUSES} upload ids, separated by commas.",
            code="invalid_ids",
        )
    return list(dict.fromkeys(ids))
