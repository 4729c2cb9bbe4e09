"""Everything that must hold before a change lands."""

from __future__ import annotations

import sys

from cli.paths import ROOT
from cli.process import run, tool

OPENAPI = ROOT / "docs" / "openapi.yaml"
LINTER = ROOT / "node_modules" / ".bin" / "eslint"
SCRIPTS = (ROOT / "lambdas", ROOT / "tests")


def check_sources() -> int:
    """Check format, lint, types and the OpenAPI document; return the highest exit status."""
    commands = [
        [tool("ruff"), "format", "--check", "--quiet", "."],
        [tool("ruff"), "check", "--quiet", "."],
        [tool("mypy"), "--no-error-summary"],
        [str(LINTER), *map(str, SCRIPTS)],
    ]
    if OPENAPI.exists():
        commands.append([tool("openapi-spec-validator"), "--errors", "all", str(OPENAPI)])
    return max(run(command) for command in commands)


def run_tests(selection: list[str]) -> int:
    """Run the checks, then pytest, whose closing line comes last; return the exit status.

    Without a selection a second process runs the rest while the deployed stacks are waited for.
    """
    arguments = selection or ["--numprocesses", "2", "--dist", "loadscope"]
    return check_sources() or run([sys.executable, "-m", "pytest", *arguments])
