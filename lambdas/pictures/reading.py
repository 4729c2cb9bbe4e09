"""From a file's bytes to its parts, by what the bytes are and not by what they are called."""

from __future__ import annotations

from dataclasses import replace

from lambdas.pictures.bmff import read_bmff
from lambdas.pictures.jpeg import read_jpeg
from lambdas.pictures.png import SIGNATURE, read_png
from lambdas.pictures.source import Source
from lambdas.pictures.undecodable import UnknownFormat, damaged
from lambdas.pictures.webp import read_webp, with_length

# What is nearly whole is shown: at most this share of a picture may be missing.
MAX_MISSING = 0.2
# A copy that was interrupted may be padded with zeros. Compressed data of one plain colour end in
# zeros too, but not in as many.
MIN_ZEROS = 256
MIN_ZEROS_SHARE = 0.1
# What HEVC, AV1 and lossless WebP never hold, not even in a picture of one plain colour: a part
# of the file that was never written.
HOLE = bytes(64)


def read_source(body: bytes) -> Source:
    """Take a picture file apart. Raises Undecodable if it is of no supported format.

    Of a WebP, HEIF or AVIF file that lacks a little at its end, the rest is filled with zeros,
    because their decoders take a whole file only.
    """
    if body[:3] == b"\xff\xd8\xff":
        return read_jpeg(body)
    if body[:8] == SIGNATURE:
        return read_png(body)
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return with_length(_completed(read_webp(body)))
    if body[4:8] == b"ftyp":
        return _completed(read_bmff(body))
    raise UnknownFormat


def _completed(source: Source) -> Source:
    """Replace what is missing by zeros, and notice holes. Raises Undecodable if it is too much."""
    size = len(source.body)
    zeros = size - len(source.body.rstrip(b"\0"))
    if places := [(start, start + length) for start, length in source.coded]:
        # Metadata behind the last pixels may hold as many zeros as they like.
        padded = zeros >= len(HOLE) and size - zeros < max(end for _, end in places)
    else:
        padded = zeros >= max(MIN_ZEROS, MIN_ZEROS_SHARE * size)
    lacking = source.declared_size - (size - zeros if padded else size)
    if lacking <= 0:
        return replace(source, faulty=any(source.body.find(HOLE, *place) >= 0 for place in places))
    missing = lacking / source.declared_size
    if missing > MAX_MISSING:
        raise damaged(f"{missing:.0%} of the file are missing")
    body = source.body.ljust(source.declared_size, b"\0")
    return replace(source, body=body, missing=missing)
