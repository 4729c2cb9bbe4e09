"""Photos for tests: drawn, with every kind of metadata that a camera writes."""

from __future__ import annotations

import io

import pillow_heif
from PIL import Image, ImageDraw, PngImagePlugin

SECRET = "secret-metadata"
GPS_IFD, EXIF_IFD = 0x8825, 0x8769
XMP = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>
 <rdf:Description xmp:CreateDate="2020-01-02T03:04:05+01:00"
 note="{SECRET}"/></rdf:RDF></x:xmpmeta>"""


def draw(size: tuple[int, int] = (640, 480), seed: int = 0) -> Image.Image:
    """Return a picture whose upper left corner is red and whose other corners are blue."""
    image = Image.new("RGB", size, (20, 60, 200))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(220, 30, 30))
    pen.line(
        (0, size[1] - 1 - seed % 50, size[0], size[1] // 2),
        fill=(seed % 256, seed // 256 % 256, 99),
        width=3,
    )
    return image


def draw_photo(
    kind: str = "JPEG",
    size: tuple[int, int] = (640, 480),
    *,
    seed: int = 0,
    taken: str | None = "2026:04:29 10:11:12",
    offset: str | None = None,
    orientation: int = 1,
    with_xmp: bool = True,
    **options: object,
) -> bytes:
    """Return a drawn photo with EXIF (GPS too), XMP and a comment, as its format allows."""
    exif = Image.Exif()
    exif[0x010F] = SECRET
    exif[0x0112] = orientation
    if taken:
        exif.get_ifd(EXIF_IFD)[0x9003] = taken
    if offset:
        exif.get_ifd(EXIF_IFD)[0x9011] = offset
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (48.0, 8.0, 0.0), 3: "E", 4: (11.0, 34.0, 0.0)})
    image, target = draw(size, seed), io.BytesIO()
    if kind == "JPEG":
        image.save(
            target,
            "JPEG",
            quality=95,
            exif=exif,
            comment=SECRET.encode(),
            **({"xmp": XMP.encode()} if with_xmp else {}),
            **options,
        )
    elif kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", SECRET)
        image.save(target, "PNG", exif=exif, pnginfo=info, **options)
    elif kind == "HEIF":
        pillow_heif.from_pillow(image).save(target, exif=exif.tobytes(), quality=80)
    else:
        image.save(target, kind, exif=exif, **options)
    return target.getvalue()
