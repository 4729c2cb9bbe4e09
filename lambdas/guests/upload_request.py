"""The body of a request for grants."""

from __future__ import annotations

from typing import Any

import msgspec


class UploadRequest(msgspec.Struct):
    """Announced files, 1 to 50 objects with `name`, `size`, `type` and `sha256`.

    Each is judged separately, so that a bad one does not stop the others. A file's `may_post` (a
    boolean, false if omitted) says that the guest allows the host to post the photo on Instagram;
    it counts only if the event asks for it. `section` is the part of the event they belong to.
    """

    files: list[Any]
    section: str | None = None
