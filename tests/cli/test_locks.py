"""The commands that lock versions."""

from __future__ import annotations

import tomllib

from cli.locks import GROUPS, lock_commands
from cli.paths import ROOT


def test_every_group_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert GROUPS.keys() == project["dependency-groups"].keys()
    assert all((ROOT / output).exists() for output, _ in GROUPS.values())


def test_hashes_are_written() -> None:
    *compile_all, npm = lock_commands(upgrade=False)

    assert all("--generate-hashes" in command for command in compile_all)
    assert npm[1:] == ["update", "--package-lock-only"]


def test_tested_versions_are_deployed() -> None:
    commands = {command[command.index("--group") + 1]: command for command in _compiled()}

    for group in ("functions", "video", "deploy", "installer"):
        assert commands[group][-3] == "requirements-dev.txt"
    assert "--constraint" not in commands["embedded-aws"]


def test_only_free_groups_are_upgraded() -> None:
    upgraded = [command for command in _compiled() if "--upgrade" in command]

    assert [command[-1] for command in upgraded] == [
        "requirements-dev.txt",
        "local/aws/requirements.txt",
    ]


def _compiled() -> list[list[str]]:
    return lock_commands(upgrade=True)[:-1]
