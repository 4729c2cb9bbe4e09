"""The sizes in which pictures are shown. Standard library only: pages need the numbers, not the decoder."""

from __future__ import annotations

# The longer edge in pixels, at most: a tile on a phone, a tile on a desktop or a phone's full screen, a full screen. Phones' photos are
# 4000 pixels and a little more: half of that a JPEG decoder gives at a quarter of the work, if no more than 2000 are wanted.
SIZES = {"thumb": 480, "medium": 1080, "large": 2000}


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """The size of a picture scaled down (never up) until its longer edge is at most `longest` pixels."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
