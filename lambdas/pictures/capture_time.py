"""When a picture was taken, as its metadata tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from PIL import Image

from lambdas.pictures.picture import quiet_pillow

EXIF_IFD = 0x8769
DATE_TIME, DATE_TIME_ORIGINAL, DATE_TIME_DIGITIZED = 0x0132, 0x9003, 0x9004
OFFSET_TIME, OFFSET_TIME_ORIGINAL, OFFSET_TIME_DIGITIZED = 0x9010, 0x9011, 0x9012

EXIF_TIME = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
# No place on Earth is further than 14 hours from UTC; what says otherwise is no offset.
OFFSET = re.compile(r"([+-])(0\d|1[0-4]):?([0-5]\d)")
XMP_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d))?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?")
XMP_NAMES = (rb"exif:DateTimeOriginal", rb"photoshop:DateCreated", rb"xmp:CreateDate")

FIRST_PHOTOGRAPH = datetime(1826, 1, 1, tzinfo=UTC)


def capture_time(picture: Image.Image, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the picture was taken, aware and in UTC, to the second; None if the metadata do not say.

    A time without an offset is taken as one of `zone`. Order: EXIF original, EXIF digitized, XMP, EXIF "date time" (which
    editors change). A time that cannot be (a day after `now`, or before photography) is passed over.
    """
    for moment in _candidates(picture, zone):
        if FIRST_PHOTOGRAPH <= moment <= now + timedelta(days=1):
            return moment
    return None


def _candidates(picture: Image.Image, zone: ZoneInfo) -> Iterator[datetime]:
    try:
        with quiet_pillow():
            exif = picture.getexif()
            details = exif.get_ifd(EXIF_IFD)
    except Exception:
        exif, details = Image.Exif(), {}
    yield from _exif(
        details.get(DATE_TIME_ORIGINAL),
        details.get(OFFSET_TIME_ORIGINAL) or details.get(OFFSET_TIME),
        zone,
    )
    yield from _exif(
        details.get(DATE_TIME_DIGITIZED),
        details.get(OFFSET_TIME_DIGITIZED) or details.get(OFFSET_TIME),
        zone,
    )
    xmp = picture.info.get("xmp")
    if isinstance(xmp, bytes):
        for name in XMP_NAMES:
            yield from _xmp(xmp, name, zone)
    yield from _exif(exif.get(DATE_TIME), details.get(OFFSET_TIME), zone)


def _exif(value: object, offset: object, zone: ZoneInfo) -> Iterator[datetime]:
    match = EXIF_TIME.match(str(value or "").strip("\x00 "))
    if not match:
        return
    year, month, day, hour, minute, second = map(int, match.groups())
    place = OFFSET.fullmatch(str(offset or "").strip("\x00 "))
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59))
        yield _in_utc(local, place[0] if place else None, zone)
    except (ValueError, OverflowError):
        return


def _xmp(xmp: bytes, name: bytes, zone: ZoneInfo) -> Iterator[datetime]:
    """A time of an XMP packet, written as an attribute or as an element; a packet is never parsed as XML."""
    match = re.search(name + rb"""(?:\s*=\s*["']|\s*>\s*)([0-9T:.Z+-]{16,40})""", xmp)
    parts = XMP_TIME.fullmatch(match[1].decode("ascii")) if match else None
    if not parts:
        return
    minute, second, offset = parts.groups()
    try:
        yield _in_utc(datetime.fromisoformat(f"{minute}:{second or '00'}"), offset, zone)
    except (ValueError, OverflowError):
        return


def _in_utc(local: datetime, offset: str | None, zone: ZoneInfo) -> datetime:
    if offset is None:
        return local.replace(tzinfo=zone).astimezone(UTC)
    if offset == "Z":
        return local.replace(tzinfo=UTC)
    place = OFFSET.fullmatch(offset)
    if place is None:
        return local.replace(tzinfo=zone).astimezone(UTC)
    sign, hours, minutes = place.groups()
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    return local.replace(tzinfo=timezone(-distance if sign == "-" else distance)).astimezone(UTC)
