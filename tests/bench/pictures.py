"""Time and memory to make the shown sizes of a photo, beside sharp.

Each measurement is a whole process, from its start to its end, as a worker without a warm
interpreter: reading the file, decoding, scaling and encoding one size after the other.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import Image

from lambdas.pictures.picture import WEBP_QUALITY
from lambdas.pictures.sizes import SIZES, fitted
from stacks.config import StageConfig
from tests.bench.row import Row

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(sys.executable).with_name("node")
RUNS = 3

# Width and height of the shapes that phones take.
SHAPES = {"4:3": (4, 3), "3:4": (3, 4), "16:9": (16, 9), "panorama": (4, 1)}
MEGAPIXELS = (12, 48, 200)
QUALITIES = (88, 80, 70, 60)
RENDER = (
    "import sys; from pathlib import Path; "
    "from lambdas.pictures.picture import open_picture, render; "
    "print(sum(map(len, render(open_picture(Path(sys.argv[1]).read_bytes())).values())))"
)

# A small process starts the measured one, because a peak includes that of the parent at the fork.
LAUNCH = (
    "import resource, subprocess, sys, time; started = time.perf_counter(); "
    "subprocess.run(sys.argv[1:], check=True); seconds = time.perf_counter() - started; "
    "print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


@dataclass(frozen=True)
class Cost:
    """What a process took (seconds, and its peak memory in MB), and kilobytes of its files."""

    seconds: float
    megabytes: float
    kilobytes: float


def measure() -> list[Row]:
    """Measure JPEG of all shapes and sizes, and a HEIC photo without a reference."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, path, size in _photos(Path(folder)):
            targets = [fitted(*size, edge) for edge in sorted(SIZES.values(), reverse=True)]
            ours = median_cost([sys.executable, "-c", RENDER, str(path)])
            reference = None
            if path.suffix == ".jpg":
                sizes = [f"{width}x{height}" for width, height in targets]
                script = str(ROOT / "tests" / "bench" / "sharp.mjs")
                command = [str(NODE), script, str(path), str(WEBP_QUALITY), *sizes]
                reference = median_cost(command)
            rows += _rows(name, ours, reference)
            path.unlink()
    return rows


def median_cost(command: Sequence[str]) -> Cost:
    """Return the medians of several processes; the first does not count, as it fills caches."""
    costs = [_run(command) for _ in range(RUNS + 1)][1:]
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.megabytes for cost in costs),
        costs[0].kilobytes,
    )


def _run(command: Sequence[str]) -> Cost:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCH, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    *written, seconds, peak = done.stdout.split()
    # Linux counts kilobytes, macOS bytes.
    unit = 1024 if sys.platform != "darwin" else 1024**2
    return Cost(float(seconds), int(peak) / unit, sum(map(int, written)) / 1000)


def _rows(name: str, ours: Cost, reference: Cost | None) -> Iterator[Row]:
    beside = "sharp, whole process" if reference else ""
    time_of = reference.seconds * 1000 if reference else None
    memory_of = reference.megabytes if reference else None
    yield Row(f"three sizes, {name}", ours.seconds * 1000, "ms", time_of, beside)
    yield Row(f"peak memory, {name}", ours.megabytes, "MB", memory_of, beside)
    size_of = reference.kilobytes if reference else None
    yield Row(f"size of the files, {name}", ours.kilobytes, "KB", size_of, beside)


def _photos(folder: Path) -> Iterator[tuple[str, Path, tuple[int, int]]]:
    """Draw the photos, one at a time: together they take a hundred megabytes."""
    for megapixels in MEGAPIXELS:
        for shape, (wide, high) in SHAPES.items():
            unit = (megapixels * 1_000_000 / (wide * high)) ** 0.5
            size = (round(wide * unit), round(high * unit))
            path = folder / "photo.jpg"
            _save(textured(size), path)
            yield f"JPEG {shape}, {megapixels} megapixels", path, size
    size = (4032, 3024)
    path = folder / "photo.heic"
    pillow_heif.from_pillow(textured(size)).save(path, quality=80)
    yield "HEIC 4:3, 12 megapixels", path, size


def _save(image: Image.Image, path: Path) -> None:
    """Save a JPEG of the highest quality with which a guest may send it."""
    for quality in QUALITIES:
        image.save(path, "JPEG", quality=quality)
        if path.stat().st_size <= StageConfig.max_file_bytes:
            return


def textured(size: tuple[int, int]) -> Image.Image:
    """Return a picture with about the detail of a photo: a JPEG of it has 2 to 3 bits a pixel."""
    soft = [Image.effect_noise((size[0] // 40, size[1] // 40), 90).resize(size) for _ in range(2)]
    fine = Image.effect_noise((size[0] // 3, size[1] // 3), 30).resize(size)
    return Image.merge("RGB", (soft[0], fine, soft[1]))
