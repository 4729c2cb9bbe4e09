"""The templates of a stage, checked."""

from __future__ import annotations

import shutil
import sys

from cli.paths import assembly_of
from cli.process import run, run_cdk
from stacks.context import pairs_of


def synthesise(stage: str, context: str) -> int:
    """Write and check a stage's templates; return the exit status.

    The former templates stay until the new ones pass.
    """
    assembly, fresh = assembly_of(stage), assembly_of(f"{stage}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    settings = [("stage", stage), *pairs_of(context)]
    arguments = [part for name, value in settings for part in ("-c", f"{name}={value}")]
    if status := run_cdk("synth", "--quiet", *arguments, "--output", str(fresh)):
        shutil.rmtree(fresh, ignore_errors=True)
        return status
    if status := run([sys.executable, "-m", "stacks.check", str(fresh)]):
        return status
    shutil.rmtree(assembly, ignore_errors=True)
    fresh.rename(assembly)
    return 0
