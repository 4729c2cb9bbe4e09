"""The sample event's pictures: those of a folder, or a few that are drawn."""

from __future__ import annotations

import io
import sys
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

from local.graph.drawing import draw
from local.uploads import TYPES

SAMPLE_EVENT = "2026-04-29"
FIRST_PHOTO = datetime(2026, 4, 29, 9, 12)
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


def pictures_of_folder(folder: Path) -> dict[str, bytes]:
    """The picture files of a folder by name. Stops with one line if there are none."""
    if not folder.is_dir():
        sys.exit(f"daybook: PHOTOS={folder}: there is no such folder")
    paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower().lstrip(".") in TYPES]
    if not paths:
        sys.exit(f"daybook: PHOTOS={folder}: there is no picture in it")
    return {path.name: path.read_bytes() for path in paths}


def draw_sample_photos() -> dict[str, bytes]:
    """Drawn pictures with capture times over the sample day, the same at each call."""
    pictures = {}
    for index, size in enumerate(SHAPES):
        picture = Image.open(io.BytesIO(draw(f"guest {index}", size)))
        exif = Image.Exif()
        exif.get_ifd(EXIF_IFD)[DATE_TIME_ORIGINAL] = (
            f"{FIRST_PHOTO + timedelta(minutes=73 * index):%Y:%m:%d %H:%M:%S}"
        )
        target = io.BytesIO()
        picture.save(target, "JPEG", quality=88, exif=exif)
        pictures[f"sample-{index + 1}.jpg"] = target.getvalue()
    return pictures
