"""The workflows run what exists, with what is pinned, and give no job more than it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cli.__main__ import app
from cli.paths import ROOT
from tests.json_types import JsonObject

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+): ##", (ROOT / "Makefile").read_text(), re.MULTILINE))
COMMANDS = {
    str(command.callback.__name__).replace("_", "-")
    for command in app.registered_commands
    if command.callback
}
EACH = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def jobs(path: Path) -> JsonObject:
    found: JsonObject = yaml.safe_load(path.read_text())["jobs"]
    return found


def steps(path: Path) -> Iterator[JsonObject]:
    return (step for job in jobs(path).values() for step in job["steps"])


def scripts(path: Path) -> str:
    return "\n".join(step.get("run", "") for step in steps(path))


@EACH
def test_actions_are_pinned_with_their_version(path: Path) -> None:
    uses = re.findall(r"uses: (.*)", path.read_text())

    assert uses
    for line in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_has_one_version() -> None:
    used = {line for path in WORKFLOWS for line in re.findall(r"uses: (.*)", path.read_text())}

    assert len({line.partition("@")[0] for line in used}) == len(used)


@EACH
def test_called_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"\bmake ([a-z-]+)", scripts(path)))
    commands = set(re.findall(r"-m cli ([a-z-]+)", scripts(path)))

    assert targets | commands
    assert targets <= TARGETS
    assert commands <= COMMANDS


@EACH
def test_workflows_only_read(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}


@EACH
def test_identities_install_by_hash_and_run_no_scripts(path: Path) -> None:
    for job in jobs(path).values():
        if "id-token" in job.get("permissions", {}):
            script = "\n".join(step.get("run", "") for step in job["steps"])
            installs = re.findall(r"pip install.*", script)
            assert all("--require-hashes --only-binary :all:" in one for one in installs)
            assert all("--ignore-scripts" in one for one in re.findall(r"npm (?:ci|i\b).*", script))


@EACH
def test_identities_run_no_tests(path: Path) -> None:
    for job in jobs(path).values():
        if "id-token" in job.get("permissions", {}):
            script = "\n".join(step.get("run", "") for step in job["steps"])
            assert "requirements-dev" not in script
            assert not re.search(r"\bmake\b|pytest|cli test", script)
            assert job["needs"] == "test"
            assert job["environment"]


def test_a_deployment_needs_no_stored_key() -> None:
    text = (FOLDER / "deploy.yml").read_text()

    assert "role-to-assume" in text
    assert "secrets." not in text


def test_make_and_the_commands_agree() -> None:
    makefile = (ROOT / "Makefile").read_text()

    called = set(re.findall(r"-m cli ([a-z-]+)", makefile))
    assert called == COMMANDS
    assert called <= TARGETS
