"""Zip files that are written without being held: neither in memory nor on a disk."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from lambdas.guests.downloads.entries import Entry, Picture
from lambdas.guests.downloads.names import TABLE
from lambdas.kit.csv_table import csv_lines

# At least 5 MiB, and at most 10,000 for an object.
# Source: S3 user guide, "Multipart upload limits".
SENT_BYTES = 16 * 1024 * 1024
FIRST_YEAR, LAST_YEAR = 1980, 2107
READABLE = 0o100644 << 16
COLUMNS = ("file", "time", "name", "original file name", "section", "caption", "permalink")

Send = Callable[[bytes], None]
Read = Callable[[Picture], Iterable[bytes]]


class ContentsChanged(Exception):
    """A picture is gone, or is not what it was when the zip file was planned."""


class HeldTail(io.RawIOBase):
    """A file that is sent in parts; what was not released yet can still be overwritten.

    `zipfile` writes a header before the bytes, and their checksum into it afterwards. As the header
    is still held by then, readers that read from the start to the end find the checksum too.
    """

    def __init__(self, send: Send, sent_bytes: int = SENT_BYTES) -> None:
        self._send = send
        self._sent_bytes = sent_bytes
        self._held = bytearray()
        self._start = 0
        self._at = 0

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    def seekable(self) -> bool:
        """Return that it can be positioned, within what is held."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._start + self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position. Raises ValueError for one that was sent."""
        if whence != io.SEEK_SET or not 0 <= offset - self._start <= len(self._held):
            raise ValueError("this part of the file has been sent")
        self._at = offset - self._start
        return offset

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write at the position."""
        end = self._at + len(data)
        self._held[self._at : end] = data
        self._at = end
        return len(data)

    def release(self) -> None:
        """Send full parts: nothing that was written will be overwritten."""
        while len(self._held) >= self._sent_bytes:
            self._send_first(self._sent_bytes)

    def finish(self) -> None:
        """Send all that is left."""
        self.release()
        if self._held:
            self._send_first(len(self._held))

    def _send_first(self, size: int) -> None:
        self._send(bytes(memoryview(self._held)[:size]))
        del self._held[:size]
        self._start += size
        self._at -= size


def write_archive(
    entries: Sequence[Entry], read: Read, send: Send, progress: Callable[[int, int], None]
) -> None:
    """Write a zip file of pictures, at least one, and their table.

    `read` returns a picture's bytes, chunk by chunk; `progress` is called after each picture with
    the number of files and of bytes so far. Raises ContentsChanged.
    """
    tail, written = HeldTail(send), 0
    with zipfile.ZipFile(tail, "w", zipfile.ZIP_STORED) as archive:
        latest = max(entry.picture.taken for entry in entries)
        archive.writestr(_info(TABLE, latest), b"".join(csv_lines(_table(entries))))
        for number, entry in enumerate(entries, 1):
            info = _info(entry.name, entry.picture.taken)
            # Known before, so that `zipfile` knows whether it needs the 64-bit form.
            info.file_size = entry.picture.size
            size = 0
            with archive.open(info, "w") as target:
                for chunk in read(entry.picture):
                    size += target.write(chunk)
            if size != entry.picture.size:
                raise ContentsChanged(entry.picture.id)
            tail.release()
            written += size
            progress(number, written)
    tail.finish()


def _info(name: str, taken: datetime) -> zipfile.ZipInfo:
    year = min(max(taken.year, FIRST_YEAR), LAST_YEAR)
    at = (year, taken.month, taken.day, taken.hour, taken.minute, taken.second)
    info = zipfile.ZipInfo(name, at)
    info.external_attr = READABLE
    return info


def _table(entries: Sequence[Entry]) -> Iterable[Sequence[str | None]]:
    yield COLUMNS
    for entry in entries:
        one = entry.picture
        texts = (one.who, one.original, one.section, one.caption, one.permalink)
        yield (entry.name, f"{one.taken:%Y-%m-%d %H:%M:%S}", *texts)
