"""From an original's bytes to the sizes of the page. The only module that decodes pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Rendered:
    """A picture's sizes as WebP, and what its file says; `width`, `height` of the upright picture.

    `damaged` says that the file was not whole, `type` is the file's media type.
    """

    sizes: Mapping[str, bytes]
    width: int
    height: int
    taken_at: datetime | None
    damaged: bool
    type: str | None


class CannotRender(Exception):
    """The bytes are no picture that can be shown; `reason` is machine-readable.

    `is_photo` is whether they begin as a photo does.
    """

    def __init__(self, reason: str, *, is_photo: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_photo = is_photo


def render_original(body: bytes, time_zone: str, now: datetime) -> Rendered:
    """Decode and scale a picture. Raises CannotRender.

    Times without an offset are taken as those of `time_zone`.
    """
    # Here, since the functions that decode nothing must not load the decoders.
    from lambdas.pictures.capture_time import capture_time
    from lambdas.pictures.picture import open_picture, render, upright_size
    from lambdas.pictures.undecodable import Undecodable, UnknownFormat

    try:
        picture = open_picture(body)
        width, height = upright_size(picture)
        taken_at = capture_time(picture, ZoneInfo(time_zone), now)
        sizes, media_type = render(picture), picture.media_type
    except Undecodable as error:
        is_photo = not isinstance(error, UnknownFormat)
        raise CannotRender(error.reason, is_photo=is_photo) from error
    return Rendered(sizes, width, height, taken_at, sizes.damaged, media_type)
