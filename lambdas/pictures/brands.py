"""Brands of HEIF and AVIF files (ISO/IEC 14496-12, `ftyp`), of which decoders know but a few."""

from __future__ import annotations

HEVC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"},
)
AV1_BRANDS = frozenset({b"avif", b"avis"})
GENERAL_BRANDS = frozenset({b"mif1", b"mif2", b"msf1", b"miaf", b"1pic"})
PHOTO_BRANDS = HEVC_BRANDS | AV1_BRANDS | GENERAL_BRANDS
# What Pillow's decoders take as the first brand, and what theirs look for among all brands.
FIRST_OF_HEVC = HEVC_BRANDS | {b"mif1", b"msf1"}
FIRST_OF_AV1 = AV1_BRANDS | {b"mif1", b"msf1"}
ANY_OF_HEVC = frozenset({b"heic", b"heix", b"mif1"})
FILM_BRANDS = frozenset({b"avis", b"msf1", b"hevc", b"hevx", b"hevm", b"hevs"})
MAX_BRANDS = 64


def brands(body: bytes) -> tuple[bytes, ...]:
    """Return the brands of a file that begins with an `ftyp` box, the major brand first."""
    compatible = tuple(body[start : start + 4] for start in range(16, _end(body) - 3, 4))
    return body[8:12], *compatible


def with_brand(body: bytes, *, is_av1: bool) -> bytes:
    """Return the file with brands that its decoder knows, at the same length.

    What is coded in it decides, and not what a program says of its own file: places of images are
    counted from the beginning of the file, so an entry is replaced where none is known. Of a film
    only its still picture is decoded, whose size is known.
    """
    major, *compatible = brands(body)
    wanted = b"avif" if is_av1 else b"heic"
    compatible = [wanted if brand in FILM_BRANDS else brand for brand in compatible]
    major = wanted if major in FILM_BRANDS else major
    if major not in (FIRST_OF_AV1 if is_av1 else FIRST_OF_HEVC):
        major = wanted
    if compatible and not (AV1_BRANDS if is_av1 else ANY_OF_HEVC) & set(compatible):
        compatible[0] = wanted
    if (major, *compatible) == brands(body):
        return body
    return b"".join([body[:8], major, body[12:16], *compatible, body[16 + 4 * len(compatible) :]])


def _end(body: bytes) -> int:
    return min(int.from_bytes(body[:4], "big"), 16 + 4 * MAX_BRANDS, len(body))
