"""Peak memory of preparing a picture, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.pictures.peak import ROOT, Peak

CODE = """
import json, sys
from pathlib import Path
from lambdas.publishing.fit import Fit
from lambdas.publishing.images import Unsuitable, prepare_image
from tests.pictures.peak import _own_peak_kilobytes
outcome = "prepared"
try:
    prepare_image(Path(sys.argv[1]), fit=Fit(sys.argv[2]), any_ratio=sys.argv[3] == "story")
except Unsuitable as error:
    outcome = error.code.value
print(json.dumps([outcome, _own_peak_kilobytes() / 1024]))
"""


def preparation_peak(path: Path, fit: str, kind: str) -> Peak:
    """Return how preparing a file for a kind of post went, and what it took."""
    command = [sys.executable, "-c", CODE, str(path), fit, kind]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    outcome, megabytes = json.loads(done.stdout)
    return Peak(outcome, megabytes)
