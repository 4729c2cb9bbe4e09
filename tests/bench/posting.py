"""Time and memory to prepare a photo or a video for a post, beside sharp for JPEG.

As for the shown sizes, each measurement is a whole process: reading, decoding, scaling, encoding.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pillow_heif

from lambdas.publishing.fit import Fit
from lambdas.publishing.framing import frame_of
from lambdas.publishing.images import QUALITIES
from lambdas.publishing.media_limits import image_limits
from lambdas.publishing.post_kind import Kind
from tests.bench.pictures import NODE, ROOT, Cost, median_cost, textured
from tests.bench.row import Row
from tests.publishing.filming import Film, film
from tests.publishing.world import World

# Of a phone: an upright photo is too high for a post, and a wide one too wide.
PHOTOS = {"4:3": (4032, 3024), "9:16": (2592, 4608), "21:9": (5292, 2268)}
PREPARE = (
    "import sys; from pathlib import Path; "
    "from lambdas.publishing.fit import Fit; from lambdas.publishing.images import prepare_image; "
    "done = prepare_image(Path(sys.argv[1]), fit=Fit(sys.argv[3]), any_ratio=False); "
    "Path(sys.argv[2]).write_bytes(done.content)"
)
REMUX = (
    "import sys; from pathlib import Path; from lambdas.publishing.videos import examine, remux; "
    "examine(Path(sys.argv[1])); remux(Path(sys.argv[1]), Path(sys.argv[2]))"
)
MINUTE = Film(size=(1080, 1920), seconds=60, encoder={"preset": "ultrafast", "crf": "1"})


def measure() -> list[Row]:
    """Measure pictures of 12 megapixels with each fit, a minute of video, and calls per post."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_pictures(Path(folder)), *_video(Path(folder)), *calls_and_steps()]


def _pictures(folder: Path) -> Iterator[Row]:
    for shape, size in PHOTOS.items():
        source = folder / "photo.jpg"
        textured(size).save(source, "JPEG", quality=88)
        for fit in Fit if shape != "4:3" else (Fit.PAD,):
            columns, rows = frame_of(size, image_limits(any_ratio=False), fit).canvas
            script, out = str(ROOT / "tests" / "bench" / "posting.mjs"), str(folder / "out.jpg")
            of_sharp = [str(source), str(QUALITIES[0]), f"{columns}x{rows}", out, fit]
            reference = median_cost([str(NODE), script, *of_sharp])
            ours = _ours(source, folder, fit)
            yield from _rows(f"post, JPEG {shape}, {fit}", ours, reference)
    source = folder / "photo.heic"
    pillow_heif.from_pillow(textured(PHOTOS["4:3"])).save(source, quality=80)
    yield from _rows("post, HEIC 4:3", _ours(source, folder, Fit.PAD), None)


def _ours(source: Path, folder: Path, fit: Fit) -> Cost:
    return median_cost([sys.executable, "-c", PREPARE, str(source), str(folder / "out.jpg"), fit])


def _video(folder: Path) -> Iterator[Row]:
    source = film(folder / "video.mov", MINUTE, form="mov")
    megabytes = source.stat().st_size / 1e6
    cost = median_cost([sys.executable, "-c", REMUX, str(source), str(folder / "out.mp4")])
    yield from _rows(f"remux, a minute of video, {megabytes:.0f} MB", cost, None)


def _rows(name: str, ours: Cost, reference: Cost | None) -> Iterator[Row]:
    beside = "sharp, whole process" if reference else ""
    time_of = reference.seconds * 1000 if reference else None
    memory_of = reference.megabytes if reference else None
    yield Row(name, ours.seconds * 1000, "ms", time_of, beside)
    yield Row(f"{name}, peak memory", ours.megabytes, "MB", memory_of, beside)


def calls_and_steps() -> Iterator[Row]:
    """Count calls of Instagram and rounds of the state machine for one post of each kind.

    The reference is the sequence that Meta's guide shows: create, ask, publish, once each.
    """
    for kind, items in ((Kind.PHOTO, 1), (Kind.STORY, 1), (Kind.REEL, 1), (Kind.CAROUSEL, 10)):
        world = World()
        world.run(world.post(kind, items, first_comment="#one").id)
        files = items + 1 if kind is Kind.CAROUSEL else 1
        yield Row(
            f"calls of Instagram, {kind} of {items}",
            float(len(world.bench.transport.requests)),
            "calls",
            2.0 * files + 1,
            "create and ask for each container, publish",
        )
        yield Row(f"rounds of the workflow, {kind} of {items}", float(world.rounds), "rounds")
