"""What a guest announces before sending it: files, their names, sizes, types and hashes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from lambdas.kit.errors import DaybookError, InvalidRequest, TooLarge, UnsupportedType

TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif")
MAX_FILES = 50
MAX_NAME = 255
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
NO_LETTERS = ("Cc", "Cs", "Zl", "Zp")
# Unicode's explicit embeddings, overrides and isolates.
REVERSING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@dataclass(frozen=True)
class AnnouncedFile:
    """A file that a guest wants to send; `size` in bytes, `sha256` in lower-case hexadecimal."""

    name: str
    size: int
    type: str
    sha256: str


def announced_files(body: Any) -> list[Any]:
    """The files of a request, not looked at yet. Raises InvalidRequest unless there are 1 to 50."""
    files = body.get("files") if isinstance(body, dict) else None
    if not isinstance(files, list):
        raise InvalidRequest('The request must hold a list "files".', code="invalid_request")
    if not 1 <= len(files) <= MAX_FILES:
        raise InvalidRequest(
            f"Announce 1 to {MAX_FILES} files at a time.", code="wrong_number_of_files"
        )
    return files


def parse_file(file: Any, max_bytes: int) -> AnnouncedFile | DaybookError:
    """One announced file, or why it cannot be added; `most_bytes` is the largest size."""
    if not isinstance(file, dict):
        return InvalidRequest(
            "Each file must be an object with name, size, type and sha256.", code="invalid_file"
        )
    name, size, kind, digest = (file.get(field) for field in ("name", "size", "type", "sha256"))
    if not _is_plain_name(name):
        return InvalidRequest(
            f"A file's name must be 1 to {MAX_NAME} characters, without a path.",
            code="invalid_name",
        )
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        return InvalidRequest(
            "A file's size must be a whole number of bytes, at least 1.", code="invalid_size"
        )
    if size > max_bytes:
        return TooLarge(
            f"This file is too large: {max_bytes // 1024 // 1024} MB is the most.",
            code="file_too_large",
        )
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        return UnsupportedType(
            "Only photos can be added: JPEG, PNG, WebP, HEIC or AVIF.", code="type_not_allowed"
        )
    if not isinstance(digest, str) or not SHA256.fullmatch(digest.lower()):
        return InvalidRequest(
            "A file's sha256 must be 64 hexadecimal digits.", code="invalid_sha256"
        )
    return AnnouncedFile(str(name), size, kind.lower(), digest.lower())


def _is_plain_name(name: Any) -> bool:
    """Names are shown to operators only: what phones call their files is fine, paths, controls and reversed writing are tricks."""
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME or name in (".", ".."):
        return False
    return not any(
        c in "/\\"
        or unicodedata.category(c) in NO_LETTERS
        or unicodedata.bidirectional(c) in REVERSING
        for c in name
    )
