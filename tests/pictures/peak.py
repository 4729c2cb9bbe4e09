"""Peak memory of rendering, measured in a process for each picture."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Peak:
    """How rendering went ("shown", or the reason against it) and its peak in MB."""

    outcome: str
    megabytes: float


def peak_of(path: Path) -> Peak:
    """Render a file in a new process, as the worker does."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.pictures.peak", str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=120,
    )
    return Peak(**json.loads(done.stdout))


def _measure(path: Path) -> Peak:
    from lambdas.pictures.picture import Undecodable, open_picture, render

    outcome = "shown"
    try:
        render(open_picture(path.read_bytes()))
    except Undecodable as error:
        outcome = error.reason
    return Peak(outcome, _own_peak_kilobytes() / 1024)


def _own_peak_kilobytes() -> int:
    """Return the peak of this program alone: getrusage includes the parent that was forked."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vars(_measure(Path(sys.argv[1])))))
