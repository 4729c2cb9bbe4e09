"""Time and memory to make the three sizes of a phone's photo."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from PIL import Image

from lambdas.pictures.picture import open_picture, render
from lambdas.pictures.sizes import SIZES
from tests.bench.row import Row, median_ms
from tests.pictures.drawing import draw_photo

NINE_MEGAPIXELS = (4000, 2250)
# Of the program alone: what getrusage tells includes the process that it was forked from.
PEAK = "import sys; from pathlib import Path; {}; print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
OURS = "from lambdas.pictures.picture import open_picture, render; render(open_picture(Path(sys.argv[1]).read_bytes()))"
PLAIN = (
    "import pillow_heif; from PIL import Image, ImageCms; i = Image.open(sys.argv[1]).convert('RGB'); "
    "[i.resize((s, s * 9 // 16)) for s in (2000, 1080, 480)]"
)


def ours_whole(body: bytes) -> None:
    """What the processing does."""
    render(open_picture(body))


def plainly(body: bytes) -> None:
    """The reference: the whole picture decoded, then scaled to each size and encoded."""
    picture = Image.open(io.BytesIO(body)).convert("RGB")
    for edge in SIZES.values():
        scaled = picture.copy()
        scaled.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=None)
        scaled.save(io.BytesIO(), "WEBP", quality=80)


def peak_megabytes(code: str, path: Path) -> float:
    """The peak memory of a fresh process that runs the code on a file."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK.format(code), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1024


def measure() -> list[Row]:
    """JPEG and HEIC of nine megapixels."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("JPEG", "HEIF"):
            body, path = draw_photo(kind, NINE_MEGAPIXELS), Path(folder) / kind
            path.write_bytes(body)
            ours, reference = (
                median_ms(partial(ours_whole, body)),
                median_ms(partial(plainly, body)),
            )
            rows.append(
                Row(
                    f"three sizes of a 9-megapixel {kind}",
                    ours,
                    "ms",
                    reference,
                    "decode whole, thumbnail(), save()",
                )
            )
            if kind == "JPEG":
                rows.append(
                    Row(
                        f"peak memory for a 9-megapixel {kind}",
                        peak_megabytes(OURS, path),
                        "MB",
                        peak_megabytes(PLAIN, path),
                        "the same",
                    )
                )
    return rows
