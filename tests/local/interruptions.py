"""Kill `up` at random moments, then require that `up` works and still shows every photo.

    python -m tests.local.interruptions --rounds 10 --seed 1

Uses LOCAL_DIR, AWS_PORT and GRAPH_PORT. Too slow for the suite: about 30 seconds a round.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from PIL import Image

from local import processes
from local.deployment import ROOT, LocalDeployment
from local.local_site import LocalSite
from local.loopback import get_json

UP = [sys.executable, "-m", "local", "up"]
# Kill everything; only `up` and what it deploys with; everything, after `down KEEP=1`.
KINDS = ("everything", "up", "kept")


@dataclass(frozen=True)
class Round:
    """One interruption: what is killed, and after how many seconds."""

    kind: str
    seconds: float


def main() -> int:
    """Run the rounds; return 1 if one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    deployment = LocalDeployment.from_env(os.environ)
    shown: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, options.rounds + 1):
            draw(Path(folder), number)
            chosen = Round(rng.choice(KINDS), rng.uniform(0.1, 22.0))
            shown, problem = interrupt(deployment, chosen, folder, shown)
            text = problem or f"{len(shown)} photos shown"
            sys.stdout.write(f"{number}: {chosen.kind} after {chosen.seconds:.1f} s: {text}\n")
            sys.stdout.flush()
            if problem:
                return 1
    return 0


def interrupt(
    deployment: LocalDeployment, chosen: Round, folder: str, shown: set[str]
) -> tuple[set[str], str]:
    """Interrupt `up`, run it again; return the photos that are shown and a problem, if any."""
    if chosen.kind == "kept":
        subprocess.run([*UP[:3], "down"], cwd=ROOT, env=os.environ | {"KEEP": "1"}, check=False)
    process = subprocess.Popen(
        UP,
        cwd=ROOT,
        env=os.environ | {"PHOTOS": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + chosen.seconds
    while time.monotonic() < deadline and process.poll() is None:
        shown |= photos(deployment)
        time.sleep(0.2)
    victims = [psutil.Process(process.pid)] if process.poll() is None else []
    for victim in [*victims, *processes.ours(deployment)]:
        command = victim.environ().get(processes.ROLE) if victim.is_running() else None
        if chosen.kind != "up" or command in (None, processes.COMMAND):
            with contextlib.suppress(psutil.Error):
                victim.kill()
    process.wait(10)
    again = subprocess.run(
        UP, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    if again.returncode:
        return shown, f"up failed: {again.stdout[-1500:]}{again.stderr[-3000:]}"
    now = photos(deployment)
    missing = shown - now
    return now, f"photos are missing: {sorted(missing)}" if missing else ""


def photos(deployment: LocalDeployment) -> set[str]:
    """Return the ids of the photos that the sample event shows; none while nothing answers."""
    if not deployment.outputs_file.exists():
        return set()
    site = LocalSite(deployment)
    try:
        status, page = get_json(
            f"{site.outputs['guest_url']}/g/{site.event_id}/photos?limit=100", 3
        )
    except OSError:
        return set()
    return {item["id"] for item in page["items"]} if status == 200 else set()


def draw(folder: Path, number: int) -> None:
    """Add a picture for this round to the folder."""
    target = io.BytesIO()
    seed = random.Random(number)
    Image.new("RGB", (800, 600), tuple(seed.randrange(256) for _ in range(3))).save(target, "JPEG")
    (folder / f"round-{number}.jpg").write_bytes(target.getvalue())


if __name__ == "__main__":
    sys.exit(main())
