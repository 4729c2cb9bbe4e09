"""What is loaded for a photo: codecs of rare formats take memory and time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.deployment import ROOT
from tests.pictures.drawing import draw_photo

RENDER = """
import sys
from pathlib import Path
from lambdas.pictures.picture import open_picture, render
render(open_picture(Path(sys.argv[1]).read_bytes()))
print("pillow_heif" in sys.modules)
"""


def test_only_heif_loads_its_codecs(tmp_path: Path) -> None:
    def loaded(kind: str) -> str:
        path = tmp_path / kind
        path.write_bytes(draw_photo(kind, (64, 48)))
        command = [sys.executable, "-c", RENDER, str(path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert [loaded(kind).strip() for kind in ("JPEG", "HEIF")] == ["False", "True"]
