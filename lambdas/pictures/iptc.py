"""Times in IPTC metadata (IIM 4.2), as photo programs wrote them before XMP."""

from __future__ import annotations

from collections.abc import Iterator

IIM_RESOURCE = 0x0404
MAX_RECORDS = 1000
# Data set numbers of record 2: date and time of creation, and of digitisation.
DATE_CREATED, TIME_CREATED, DIGITAL_DATE, DIGITAL_TIME = 55, 60, 62, 63


def irb_records(resources: bytes) -> bytes:
    """Return the IIM records in Photoshop image resource blocks, empty if there are none."""
    position = 0
    for _ in range(MAX_RECORDS):
        if resources[position : position + 4] != b"8BIM":
            break
        kind = int.from_bytes(resources[position + 4 : position + 6], "big")
        name = resources[position + 6 : position + 7]
        if not name:
            break
        # The Pascal string and the data are each padded to an even length.
        start = position + 6 + (name[0] + 2) // 2 * 2
        size = int.from_bytes(resources[start : start + 4], "big")
        if kind == IIM_RESOURCE:
            return resources[start + 4 : start + 4 + size]
        position = start + 4 + size + size % 2
    return b""


def iptc_times(records: bytes) -> Iterator[str]:
    """Yield times as "CCYYMMDD HHMMSS+HHMM" (offset optional): created, then digitised."""
    values = dict(_values(records))
    for day, time in ((DATE_CREATED, TIME_CREATED), (DIGITAL_DATE, DIGITAL_TIME)):
        if day in values and time in values:
            yield f"{values[day]} {values[time]}"


def _values(records: bytes) -> Iterator[tuple[int, str]]:
    position = 0
    for _ in range(MAX_RECORDS):
        header = records[position : position + 5]
        # A length with its high bit set announces an extended data set; dates never are.
        if len(header) < 5 or header[0] != 0x1C or header[3] & 0x80:
            return
        size = int.from_bytes(header[3:5], "big")
        content = records[position + 5 : position + 5 + size]
        if header[1] == 2 and size <= 32:
            yield header[2], content.decode("ascii", "replace").strip("\0 ")
        position += 5 + size
