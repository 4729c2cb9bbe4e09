"""The body of a request for grants."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

NAME_SCHEMA = msgspec.Meta(extra_json_schema={"type": ["string", "null"]})


class UploadRequest(msgspec.Struct):
    """Announced files, 1 to 50 objects with `name`, `size`, `type` and `sha256`.

    Each is judged separately, so that a bad one does not stop the others. A file's `may_post` (a
    boolean, false if omitted) says that the guest allows the host to post the photo on Instagram;
    it counts only if the event asks for it. `section` is the part of the event they belong to,
    `guest_name` (text or null) how the guest wants to be named: it is cleaned, and cut to 40
    characters.
    """

    files: list[Any]
    section: str | None = None
    # Any value arrives, so that a wrong one is refused by the name of the field.
    guest_name: Annotated[object, NAME_SCHEMA] = None
