"""Real photographs from a folder beside the checkout; none of them is part of the project."""

from __future__ import annotations

import os
from pathlib import Path

from local.uploads import TYPES

FOLDER = Path(
    os.environ.get("SHARED_PHOTOS") or Path(__file__).resolve().parents[2] / "shared" / "photos"
)


def shared_photos() -> dict[str, bytes]:
    """Return the photographs by file name; none if the folder does not exist."""
    if not FOLDER.is_dir():
        return {}
    return {
        path.name: path.read_bytes()
        for path in sorted(FOLDER.iterdir())
        if path.suffix.lower().lstrip(".") in TYPES
    }
