"""The sizes in which pictures are shown. Standard library only: pages need no decoder."""

from __future__ import annotations

# Longer edge in pixels: a tile on a phone; a tile on a desktop or a phone's full screen; a full
# screen. Phones' photos are a little over 4000 pixels wide, and a JPEG decoder gives half of that
# at a quarter of the work, if no more than 2000 are wanted.
SIZES = {"thumb": 480, "medium": 1080, "large": 2000}

# A very long picture (a screenshot of a conversation, a panorama) may exceed the longer edge, so
# that its shorter edge keeps this share of it and text in it can be read.
MIN_SHORTER_SHARE = 0.5
# A JPEG decoder gives half, a quarter or an eighth of a picture at a fraction of the memory. A long
# picture that would be shown a little larger than that, by up to this share, is shown so.
MIN_DECODER_SHARE = 0.85
# Its area stays under that of this many squares of the longer edge.
MAX_SQUARES = 4
# WebP stores no longer edge.
MAX_EDGE = 16_383


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """Return the size of a picture scaled down (never up) to be shown, in pixels.

    Up to a shape of 2:1 the longer edge is at most `longest`. Beyond it the shorter edge is at
    least about half of `longest`, if the picture has as many pixels, within bounds of area and
    length.
    """
    shorter, longer = min(width, height), max(width, height)
    readable = min(
        MIN_SHORTER_SHARE * longest / shorter,
        (MAX_SQUARES * longest * longest / (width * height)) ** 0.5,
    )
    scale = min(1.0, MAX_EDGE / longer, max(longest / longer, _decoded_scale(readable)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _decoded_scale(wanted: float) -> float:
    """Return a scale at which a decoder can stop, if one is little below what is wanted."""
    found = max((scale for scale in (1.0, 1 / 2, 1 / 4, 1 / 8) if scale <= wanted), default=0.0)
    return found if found >= MIN_DECODER_SHARE * wanted else wanted
