"""The sample event's pictures: those of a folder, or a few that are drawn."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

from local.graph.scenes import scene
from local.uploads import TYPES

SAMPLE_EVENT = "2026-04-29"
EVENT_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,62}[a-z0-9]", re.ASCII)
FIRST_PHOTO = datetime(2026, 4, 29, 9, 12)  # noqa: DTZ001 (EXIF times have no zone)
SHAPES = (
    (1600, 1200),
    (1200, 1600),
    (2000, 1125),
    (1200, 1200),
    (1600, 1067),
    (1080, 1440),
    (2400, 1000),
    (1500, 1000),
)
DATE_TIME_ORIGINAL = 0x9003
EXIF_IFD = 0x8769


@dataclass(frozen=True)
class Sample:
    """What `up` loads: pictures by file name, and the event they go to."""

    event_id: str
    pictures: Mapping[str, bytes]


class SampleError(Exception):
    """Sample data cannot be loaded. The text is one line with what to do."""


def sample_of(photos: str | None, event_id: str | None) -> Sample:
    """Return the sample that `PHOTOS` and `EVENT` ask for. Stop with one line if they are wrong."""
    event_id = event_id or SAMPLE_EVENT
    if not EVENT_ID.fullmatch(event_id):
        sys.exit(
            f"daybook: EVENT={event_id}: this is not an event id. Use a date (2026-04-29), or the "
            "id of an event: 3 to 64 lower-case letters, digits and hyphens."
        )
    pictures = pictures_of_folder(Path(photos)) if photos else draw_sample_photos()
    return Sample(event_id, pictures)


def pictures_of_folder(folder: Path) -> dict[str, bytes]:
    """Return the picture files of a folder by name. Stop with one line if there are none."""
    try:
        if not folder.is_dir():
            sys.exit(f"daybook: PHOTOS={folder}: there is no such folder")
        pictures = {
            path.name: path.read_bytes()
            for path in sorted(folder.iterdir())
            # Not a folder with such a name, nor a link to a file that is gone.
            if path.suffix.lower().lstrip(".") in TYPES and path.is_file()
        }
    except OSError as error:
        sys.exit(f"daybook: PHOTOS={folder}: {error.filename}: {error.strerror}")
    if not pictures:
        sys.exit(f"daybook: PHOTOS={folder}: it contains no pictures ({', '.join(TYPES)})")
    return pictures


def draw_sample_photos() -> dict[str, bytes]:
    """Draw pictures with capture times over the sample day, the same at each call."""
    pictures = {}
    for index, size in enumerate(SHAPES):
        picture = Image.open(io.BytesIO(scene(index, size)))
        exif = Image.Exif()
        exif.get_ifd(EXIF_IFD)[DATE_TIME_ORIGINAL] = (
            f"{FIRST_PHOTO + timedelta(minutes=73 * index):%Y:%m:%d %H:%M:%S}"
        )
        target = io.BytesIO()
        picture.save(target, "JPEG", quality=88, exif=exif)
        pictures[f"sample-{index + 1}.jpg"] = target.getvalue()
    return pictures
