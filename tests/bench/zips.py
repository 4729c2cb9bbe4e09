"""Making the zip files of a large event: 3,000 photos of 5 MB, read and sent by nothing.

The photos are made up while they are read and the parts of the upload are dropped, so that what is
measured is our own work. Beside it, what does the least: reading, and the checksum alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from lambdas.guests.downloads.archive import write_archive
from lambdas.guests.downloads.entries import Picture
from lambdas.guests.downloads.packing import READ_BYTES
from lambdas.guests.downloads.splitting import split
from lambdas.guests.settings import MAX_PART_BYTES
from tests.bench.row import Row

ROOT = Path(__file__).resolve().parents[2]
PHOTOS, PHOTO_BYTES = 3000, 5_000_000
MAX_MB = 256
MEBIBYTE = 1024 * 1024
START = datetime(2026, 4, 29, 14, 0)  # noqa: DTZ001  On the event's own clocks.
NOISE = os.urandom(PHOTO_BYTES)


def measure() -> list[Row]:
    """Return throughput and peak memory of a whole process. Raises ValueError for too much."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.zips"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    if found["peak"] > MAX_MB:
        raise ValueError(f"making zip files took {found['peak']:.0f} MB, more than {MAX_MB}")
    name = f"{PHOTOS} photos of 5 MB"
    return [
        Row(f"zip files, {name}", found["ours"], "MB/s", found["least"], "reading and checksum"),
        Row(f"peak memory of zip files, {name}", found["peak"], "MB"),
        Row(f"number of zip files, {name}", found["parts"], ""),
    ]


def read(picture: Picture) -> Iterator[bytes]:
    """Return a photo's bytes as the bucket does."""
    for start in range(0, picture.size, READ_BYTES):
        yield NOISE[start : start + READ_BYTES]


def pictures() -> list[Picture]:
    """Return the photos of a long evening."""
    return [
        Picture(
            id=str(number),
            stem=f"2026-04-29 19.03 Guest {number % 80}",
            ending="jpg",
            key=f"originals/2026-04-29/{number}",
            size=PHOTO_BYTES,
            taken=START + timedelta(seconds=5 * number),
            who=f"Guest {number % 80}",
        )
        for number in range(PHOTOS)
    ]


def pack_all() -> int:
    """Make all zip files; return how many there were."""
    groups = split(pictures(), [], MAX_PART_BYTES)
    for entries in groups:
        write_archive(entries, read, lambda _: None, lambda *_: None)
    return len(groups)


def read_all() -> None:
    """Read all photos and compute their checksums."""
    for picture in pictures():
        checksum = 0
        for chunk in read(picture):
            checksum = zlib.crc32(chunk, checksum)


def main() -> None:
    """Measure in this process; print JSON."""
    import resource

    started = time.perf_counter()
    parts = pack_all()
    packed = time.perf_counter()
    # Linux counts kilobytes, macOS bytes.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = most / (1024 if sys.platform != "darwin" else MEBIBYTE)
    read_all()
    least = time.perf_counter() - packed
    megabytes = PHOTOS * PHOTO_BYTES / 1_000_000
    print(
        json.dumps(
            {
                "ours": megabytes / (packed - started),
                "least": megabytes / least,
                "peak": peak,
                "parts": parts,
            }
        )
    )


if __name__ == "__main__":
    main()
