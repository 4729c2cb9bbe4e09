"""When a picture was taken, according to its metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from lambdas.pictures import exif
from lambdas.pictures.iptc import iptc_times
from lambdas.pictures.picture import Picture
from lambdas.pictures.xmp import xmp_values

# EXIF writes "2026:04:29 10:11:12", XMP "2026-04-29T10:11:12.5+02:00" (seconds optional), IPTC
# "20260429 101112+0200". Some programs mix these; phones in some languages write "03:11:12 PM".
TIME = re.compile(
    r"(\d{4})[:/.-]?(\d\d)[:/.-]?(\d\d)(?:T| {1,2})(\d\d):?(\d\d)(?::?(\d\d))?"
    r"(?:[.,]\d{1,32})?\s?([AaPp][Mm])?\s?((?:Z|UTC|GMT)?(?:[+-]\d\d(?::?\d\d)?)?)",
    re.ASCII,
)
# Some programs leave the zero before a digit out, or write a space instead.
SINGLE_DIGIT = re.compile(r"(?<![\d.,]) ?(\d)(?!\d)", re.ASCII)
# No place on Earth is further than 14 hours from UTC; other values are no offsets.
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(0\d|1[0-4]):?([0-5]\d)?(?::00)?", re.ASCII)
NO_OFFSET = ("Z", "UTC", "GMT")

FIRST_PHOTOGRAPH = datetime(1826, 1, 1, tzinfo=UTC)
# Where the clocks of Macs, phones and cameras begin, which were never set: each within a day, as
# many are written in a zone's time.
NEVER_SET = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in (1904, 1970, 1980))


def capture_time(picture: Picture, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when the picture was taken, in UTC to the second; None if the metadata do not say.

    A time without an offset is one of `zone`. Times that editors change come last. A time that
    cannot be (a day after `now`, before photography, or of a clock that was never set) is passed
    over.
    """
    for text, offset in _candidates(picture):
        moment = _parse_time(text, offset, zone)
        if moment and _can_be(moment, now):
            return moment
    return None


def _can_be(moment: datetime, now: datetime) -> bool:
    is_set = all(abs(moment - epoch) > timedelta(days=1) for epoch in NEVER_SET)
    return is_set and FIRST_PHOTOGRAPH <= moment <= now + timedelta(days=1)


def _candidates(picture: Picture) -> Iterator[tuple[str, str]]:
    """Yield texts of times, the most trusted first, each with the offset that belongs to it."""
    parsed, xmp = exif.parse_exif(picture.metadata.exif), picture.metadata.xmp
    texts = parsed.texts
    yield texts.get(exif.DATE_TIME_ORIGINAL, ""), texts.get(exif.OFFSET_TIME_ORIGINAL, "")
    yield texts.get(exif.DATE_TIME_DIGITIZED, ""), texts.get(exif.OFFSET_TIME_DIGITIZED, "")
    offset = next(xmp_values(xmp, "exif:OffsetTimeOriginal"), "")
    yield from ((value, offset) for value in xmp_values(xmp, "exif:DateTimeOriginal"))
    yield from ((value, "") for value in xmp_values(xmp, "photoshop:DateCreated"))
    yield from ((value, "") for value in iptc_times(picture.metadata.iptc))
    yield from ((_numeric(text), "") for text in picture.metadata.times)
    for name in ("exif:DateTimeDigitized", "xmp:CreateDate", "dc:date"):
        yield from ((value, "") for value in xmp_values(xmp, name))
    # When the position was found, which may be a while before the picture was taken.
    yield parsed.gps_time, "Z"
    yield texts.get(exif.DATE_TIME, ""), texts.get(exif.OFFSET_TIME, "")
    yield from ((value, "") for value in xmp_values(xmp, "tiff:DateTime"))


def _numeric(text: str) -> str:
    """Return a time as numbers, if it is written as in mails: "Wed, 29 Apr 2026 10:11:12 +0200"."""
    try:
        return parsedate_to_datetime(text).isoformat(" ")
    except (ValueError, TypeError, IndexError, OverflowError):
        return text


def _parse_time(text: str, offset: str, zone: ZoneInfo) -> datetime | None:
    match = TIME.match(SINGLE_DIGIT.sub(r"0\1", text.strip("\x00 ")))
    if not match:
        return None
    *parts, half, own = match.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        place = _zone(own or offset) or zone
        hour = _hour(hour, (half or "").upper())
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=place)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _hour(hour: int, half: str) -> int:
    """Return the hour of a day. Android phones write 24 for the hour that begins a day."""
    if half and 1 <= hour <= 12:
        return hour % 12 + (12 if half == "PM" else 0)
    return 0 if hour == 24 else hour


def _zone(offset: str) -> tzinfo | None:
    offset = SINGLE_DIGIT.sub(r"0\1", offset.strip("\x00 "))
    if offset in NO_OFFSET:
        return UTC
    match = OFFSET.fullmatch(offset)
    if not match:
        return None
    sign, hours, minutes = match.groups()
    distance = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-distance if sign == "-" else distance)
