"""Where the commands find the checkout, its tools and its build outputs."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Tools of the environment that runs the command: the checkout's own, or the caller's.
BIN = Path(sys.executable).parent
CDK = ROOT / "node_modules" / ".bin" / "cdk"
CACHE = ROOT / ".cache"


def assembly_of(stage: str) -> Path:
    """Return where a stage's checked templates lie."""
    return CACHE / f"cdk.out-{stage}"
