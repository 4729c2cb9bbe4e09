"""What a guest announces before sending: files with their names, sizes, types and hashes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lambdas.kit.errors import DaybookError, InvalidRequest, TooLarge, UnsupportedType
from lambdas.kit.file_name import MAX_NAME, clean_name
from lambdas.pictures.photo_type import TYPES, photo_type

__all__ = [
    "MAX_FILES",
    "MAX_NAME",
    "TYPES",
    "AnnouncedFile",
    "Labels",
    "announced_files",
    "parse_file",
]

MAX_FILES = 50
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
# In milliseconds since 1970: a clock that was never set says 1970 or 1980.
MIN_LAST_MODIFIED = 631_152_000_000  # 1990-01-01
MAX_LAST_MODIFIED = 4_102_444_800_000  # 2100-01-01


@dataclass(frozen=True)
class AnnouncedFile:
    """A file that a guest wants to send.

    `size` is in bytes, `type` one of TYPES or UNKNOWN_TYPE, `sha256` in lower-case hexadecimal.
    `last_modified` is the browser's time of the file in milliseconds since 1970, None if absent or
    impossible: it serves as capture time only for a photo without metadata, and only near the
    event. `may_post` is whether the guest allows the host to post the photo on Instagram.
    """

    name: str
    size: int
    type: str
    sha256: str
    last_modified: int | None = None
    may_post: bool = False


@dataclass(frozen=True)
class Labels:
    """What a request says of all its photos: their section, and the name of their guest."""

    section: str | None = None
    guest_name: str | None = None


def announced_files(body: object) -> list[object]:
    """Return the files of a request, unchecked. Raises InvalidRequest unless there are 1 to 50."""
    files = body.get("files") if isinstance(body, dict) else None
    if not isinstance(files, list):
        raise InvalidRequest('The request must hold a list "files".', code="invalid_request")
    if not 1 <= len(files) <= MAX_FILES:
        raise InvalidRequest(
            f"Announce 1 to {MAX_FILES} files at a time.", code="wrong_number_of_files"
        )
    return files


def parse_file(file: object, max_bytes: int) -> AnnouncedFile | DaybookError:
    """Return one announced file, or the error why it cannot be added.

    `max_bytes` is the largest size. The type is a hint: where it is missing or odd, the ending of
    the name decides, and where both say nothing, processing does by the bytes. A name is cleaned,
    not refused.
    """
    if not isinstance(file, dict):
        return InvalidRequest(
            "Each file must be an object with name, size, type and sha256.", code="invalid_file"
        )
    name, size, digest = (file.get(field) for field in ("name", "size", "sha256"))
    if not isinstance(name, str):
        return InvalidRequest("A file's name must be text.", code="invalid_name")
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        return InvalidRequest(
            "A file's size must be a whole number of bytes, at least 1.", code="invalid_size"
        )
    if size > max_bytes:
        return TooLarge(
            f"This file is too large. The limit is {max_bytes // 1024 // 1024} MB.",
            code="file_too_large",
        )
    cleaned = clean_name(name)
    kind = photo_type(file.get("type", ""), cleaned)
    if kind is None:
        return UnsupportedType(
            "Only photos can be added: JPEG, PNG, WebP, HEIC or AVIF.", code="type_not_allowed"
        )
    if not isinstance(digest, str) or not SHA256.fullmatch(digest.lower()):
        return InvalidRequest(
            "A file's sha256 must be 64 hexadecimal digits.", code="invalid_sha256"
        )
    may_post = file.get("may_post", False)
    if not isinstance(may_post, bool):
        return InvalidRequest("A file's may_post must be true or false.", code="invalid_may_post")
    modified = _last_modified(file.get("last_modified"))
    return AnnouncedFile(cleaned, size, kind, digest.lower(), modified, may_post)


def _last_modified(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if MIN_LAST_MODIFIED <= value <= MAX_LAST_MODIFIED else None
