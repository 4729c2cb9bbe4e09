"""Programs that the commands run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.paths import BIN, CDK, ROOT


def tool(name: str) -> str:
    """Return the path of a program of the running environment."""
    return str(BIN / name)


def run(command: Sequence[str], cwd: Path = ROOT) -> int:
    """Run a program, with the environment's tools and Node first, and return its exit status."""
    return subprocess.run(command, cwd=cwd, env=environment(), check=False).returncode


def run_cdk(*arguments: str, cwd: Path = ROOT) -> int:
    """Run the pinned CDK CLI."""
    return run([str(CDK), *arguments, "--no-notices"], cwd)


def environment() -> Mapping[str, str]:
    """Return the environment for a program: of two Nodes the checkout's own is used."""
    env = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    node = BIN / "node"
    return env | {"JSII_NODE": str(node)} if node.exists() else env
