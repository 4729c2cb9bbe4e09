"""The workflows run what is there, with what is pinned."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.deployment import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_targets_exist(path: Path) -> None:
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text())
    targets = set(re.findall(r"^([a-z-]+): ;", (ROOT / "Makefile").read_text(), re.MULTILINE))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]

    assert workflow["permissions"]["contents"] == "read"
    for step in steps:
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), step
    used = {
        target for step in steps for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert used
    assert used <= targets


def test_a_deployment_needs_no_stored_key() -> None:
    text = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()

    assert "role-to-assume" in text
    assert "secrets." not in text
