"""What an operator announces before sending a file: its name, size, type and hash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.api.findings import Findings
from lambdas.api.lenient import decode_fields
from lambdas.kit.errors import DaybookError, InvalidRequest, TooLarge
from lambdas.kit.file_name import clean_name
from lambdas.pictures.photo_type import TYPES as PHOTOS
from lambdas.publishing.media_type import TYPES, media_type
from lambdas.publishing.post_request import MediaUploadRequest

IMAGE_BYTES = 100 * 1024**2
# Instagram takes no larger video; an image is made smaller by us.
VIDEO_BYTES = 300 * 1024**2
SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


@dataclass(frozen=True)
class AnnouncedMedia:
    """A file that an operator wants to send; `sha256` is in lower-case hexadecimal."""

    name: str
    size: int
    type: str
    sha256: str


def announced_media(raw: Mapping[str, object]) -> AnnouncedMedia:
    """Return the announced file. Raises InvalidRequest with all problems, TooLarge."""
    found = Findings()
    body = decode_fields(MediaUploadRequest, raw, "", found)
    if body is None:
        raise _refusal(found)
    name, size, digest = body.name, body.size, body.sha256
    cleaned = clean_name(str(name))
    kind = media_type(body.type, cleaned) if isinstance(body.type, str) else None
    if isinstance(body.type, str) and kind is None:
        found.refuse("type", "type_not_allowed", f"type must be one of {', '.join(TYPES)}.")
    if isinstance(size, int) and size < 1:
        found.refuse("size", "out_of_range", "size must be a number of bytes, at least 1.")
    if isinstance(name, str) and not name.strip():
        found.refuse("name", "invalid_name", "name must be the file's name.")
    if isinstance(digest, str) and not SHA256.fullmatch(digest):
        found.refuse("sha256", "invalid_sha256", "sha256 must be 64 hexadecimal digits.")
    if found.problems or kind is None:
        raise _refusal(found)
    # What may be a video may be as large as one.
    limit = IMAGE_BYTES if kind in PHOTOS else VIDEO_BYTES
    if isinstance(size, int) and size > limit:
        raise TooLarge(
            f"This file is too large. The limit for {kind} is {limit // 1024**2} MB.",
            code="file_too_large",
        )
    return AnnouncedMedia(cleaned, int(str(size)), kind, str(digest).lower())


def _refusal(found: Findings) -> DaybookError:
    return InvalidRequest(
        "This file cannot be added; see problems for each field.",
        code="invalid_file",
        details={"problems": found.problems},
    )
