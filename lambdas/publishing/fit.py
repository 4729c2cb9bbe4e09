"""How a picture gets a ratio that Instagram takes."""

from __future__ import annotations

import enum


class Fit(enum.StrEnum):
    """How a picture gets a ratio that Instagram takes."""

    PAD = "pad"
    """Add a border in the colour of the picture's own edge."""
    CROP = "crop"
    """Cut off what is too much, around the centre."""
