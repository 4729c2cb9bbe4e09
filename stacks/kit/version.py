"""The version that is being deployed, for `GET /health`."""

from __future__ import annotations

import subprocess

from stacks.kit.assets import ROOT


def current_version() -> str:
    """Return the tag or commit of the checkout; `unknown` outside one."""
    command = ["git", "describe", "--always", "--tags", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
