"""Deploying after an interruption, and without a list of stack names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local import processes, release
from local.deployment import LocalDeployment


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalDeployment:
    """A deployment whose synth creates one asset; `CDK` is a shell script."""
    script = tmp_path / "cdk"
    script.write_text(
        '#!/bin/sh\nfor last; do [ "$previous" = --output ] && out=$last; previous=$last; done\n'
        'mkdir -p "$out/asset.new"; [ -z "$CONTEXT_FAILS" ] || exit 1\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(release, "CDK", str(script))
    monkeypatch.setattr(LocalDeployment, "assembly", property(lambda _: tmp_path / "assembly"))
    return LocalDeployment(tmp_path / "deployment", 4570, 4571)


def synthesise(deployment: LocalDeployment) -> set[str]:
    release.synthesise(deployment, deployment.logs / "deploy.log")
    return {path.name for path in deployment.assembly.iterdir()}


def test_an_unfinished_asset_is_made_again(
    deployment: LocalDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert synthesise(deployment) == {"asset.new"}
    (deployment.assembly / "asset.whole").mkdir()
    monkeypatch.setenv("CONTEXT_FAILS", "1")
    with pytest.raises(processes.CommandError):
        synthesise(deployment)
    (deployment.assembly / "asset.half").mkdir()
    monkeypatch.delenv("CONTEXT_FAILS")

    assert synthesise(deployment) == {"asset.new", "asset.whole"}


def test_stale_cdk_locks_are_removed(deployment: LocalDeployment) -> None:
    deployment.assembly.mkdir(parents=True)
    (deployment.assembly / "synth.lock").write_text("1")
    (deployment.assembly / "read.1.1.lock").write_text("1")

    assert synthesise(deployment) == {"asset.new"}


def test_stacks_are_found_by_parameter(tmp_path: Path) -> None:
    artifacts: dict[str, object] = {}
    for name, parameter in {"A": "BootstrapToken", "B": "Other"}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"Parameters": {parameter: {}}}))
        properties = {"templateFile": f"{name}.json", "stackName": f"site-{name}"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))

    assert release.stacks_with_parameter(tmp_path, "BootstrapToken") == ["site-A"]
