"""From a file's bytes to its parts, by what the bytes are and not by what they are called."""

from __future__ import annotations

from dataclasses import replace

from lambdas.pictures.bmff import read_bmff
from lambdas.pictures.jpeg import read_jpeg
from lambdas.pictures.png import SIGNATURE, read_png
from lambdas.pictures.source import Source
from lambdas.pictures.undecodable import not_a_picture
from lambdas.pictures.webp import read_webp

# What is nearly whole is shown: at most this share of a picture may be missing.
MAX_MISSING = 0.2


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
        return _completed(read_webp(body))
    if body[4:8] == b"ftyp":
        return _completed(read_bmff(body))
    raise not_a_picture("none of the supported formats")


def _completed(source: Source) -> Source:
    lacking = source.declared_size - len(source.body)
    if lacking <= 0 or lacking > MAX_MISSING * source.declared_size:
        return source
    body = source.body + bytes(lacking)
    return replace(source, body=body, missing=lacking / source.declared_size)
