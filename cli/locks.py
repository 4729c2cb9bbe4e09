"""The locked versions of all libraries, with their hashes."""

from __future__ import annotations

import shutil

from cli.process import run, tool

# Each dependency group of pyproject.toml with its file. What is deployed has the versions that the
# tests ran with; the embedded AWS has an environment of its own.
DEVELOPMENT = "requirements-dev.txt"
GROUPS = {
    "dev": (DEVELOPMENT, ""),
    "functions": ("lambdas/requirements.txt", DEVELOPMENT),
    "video": ("lambdas/publishing/requirements.txt", DEVELOPMENT),
    "deploy": ("requirements.txt", DEVELOPMENT),
    "installer": ("local/requirements.txt", DEVELOPMENT),
    "embedded-aws": ("local/aws/requirements.txt", ""),
}


def write_locks(*, upgrade: bool) -> int:
    """Lock every group and the npm packages; return the exit status of the first that fails."""
    for command in lock_commands(upgrade=upgrade):
        if status := run(command):
            return status
    return 0


def lock_commands(*, upgrade: bool) -> list[list[str]]:
    """Return the commands that write the locks, in their order."""
    commands = []
    for group, (output, constraints) in GROUPS.items():
        command = [tool("uv"), "pip", "compile", "pyproject.toml", "--group", group, "--universal"]
        command += ["--generate-hashes", "--python-version", "3.11", "--no-header", "--no-annotate"]
        command += ["--quiet", *(["--upgrade"] if upgrade and not constraints else [])]
        command += ["--constraint", constraints] if constraints else []
        commands.append([*command, "--output-file", output])
    npm = tool("npm") if shutil.which(tool("npm")) else "npm"
    return [*commands, [npm, "update", "--package-lock-only"]]
