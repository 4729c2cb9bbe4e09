"""What a deployment is started with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.deployment import parameters


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """Two stacks, one of which asks for the site's own account."""
    nested = tmp_path / "assembly-daybook-dev"
    nested.mkdir()
    artifacts = {}
    for name, asks in (("Feed", True), ("Api", False)):
        template = {"Parameters": {"BootstrapAccount": {"Type": "String"}} if asks else {}}
        (nested / f"{name}.template.json").write_text(json.dumps(template))
        properties = {"templateFile": f"{name}.template.json", "stackName": f"daybook-dev-{name}"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (nested / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return tmp_path


def test_an_account_goes_to_stacks_that_ask(assembly: Path) -> None:
    assert parameters(assembly, "17841400000000001") == [
        "--parameters",
        "daybook-dev-Feed:BootstrapAccount=17841400000000001",
    ]


def test_no_account_keeps_the_former(assembly: Path) -> None:
    assert parameters(assembly, "") == []
