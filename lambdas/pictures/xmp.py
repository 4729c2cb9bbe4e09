"""Values of an XMP packet. It is searched, never parsed as XML: no entities, no nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lambdas.pictures.source import MAX_METADATA

# Prefixes that programs use without declaring them, and the namespaces behind them. "xap" is the
# name of "xmp" up to 2005.
NAMESPACES = {
    b"exif": (b"http://ns.adobe.com/exif/1.0/", (b"exif",)),
    b"photoshop": (b"http://ns.adobe.com/photoshop/1.0/", (b"photoshop",)),
    b"xmp": (b"http://ns.adobe.com/xap/1.0/", (b"xmp", b"xap")),
    b"dc": (b"http://purl.org/dc/elements/1.1/", (b"dc",)),
    b"tiff": (b"http://ns.adobe.com/tiff/1.0/", (b"tiff",)),
}
MAX_PREFIXES = 4
DECLARATION = re.compile(
    rb"""xmlns:([A-Za-z_][\w.-]{0,31})\s{0,9}=\s{0,9}["']([^"'<>]{1,80})["']"""
)
# An attribute, an element, or the first entry of a list (rdf:Seq, rdf:Bag, rdf:Alt).
VALUE = (
    rb"""(?<![\w/.:-])%s(?:\s{0,9}=\s{0,9}["']|"""
    rb"""(?:\s[^<>]{0,200})?>\s{0,99}(?:<[\w.-]{1,32}:(?:Seq|Bag|Alt)\b[^<>]{0,200}>\s{0,99}"""
    rb"""<[\w.-]{1,32}:li\b[^<>]{0,200}>\s{0,99}|<[\w.-]{1,32}:value\b[^<>]{0,200}>\s{0,99})?)"""
    rb"""\s{0,99}([^<>"']{1,64})"""
)


def xmp_values(packet: bytes, name: str) -> Iterator[str]:
    """Yield the values of a property, such as "exif:DateTimeOriginal", whatever its prefix."""
    data = packet[:MAX_METADATA]
    if data[:2] in (b"\xfe\xff", b"\xff\xfe") or b"\0" in data[:64]:
        # UTF-16 or UTF-32: all that is looked for is ASCII.
        data = data.replace(b"\0", b"")
    prefix, _, local = name.encode("ascii").partition(b":")
    namespace, usual = NAMESPACES[prefix]
    declared = [
        match[1]
        for match in DECLARATION.finditer(data)
        if match[2].strip() == namespace and match[1] not in usual
    ]
    for candidate in (*usual, *declared[:MAX_PREFIXES]):
        pattern = VALUE % re.escape(candidate + b":" + local)
        for match in re.finditer(pattern, data):
            yield match[1].decode("latin-1").strip()
            break
