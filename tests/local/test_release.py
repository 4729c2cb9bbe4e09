"""Deploying after an interruption, and without a list of stack names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local import processes, release
from local.deployment import LocalDeployment


class Deployment(LocalDeployment):
    """A deployment that keeps its assembly, and a CDK of its own, in its directory."""

    @property
    def assembly(self) -> Path:
        """Return where the application is synthesised to."""
        return self.directory / "assembly"

    @property
    def cdk(self) -> Path:
        """Return the CDK's script."""
        return self.directory / "cdk"


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """Provide a deployment whose synth creates one asset."""
    made = Deployment(tmp_path, 4570, 4571)
    made.cdk.write_text(
        '#!/bin/sh\nfor last; do [ "$previous" = --output ] && out=$last; previous=$last; done\n'
        'mkdir -p "$out/asset.new"; [ -z "$CONTEXT_FAILS" ] || exit 1\n'
    )
    made.cdk.chmod(0o755)
    return made


def synthesise(deployment: Deployment) -> set[str]:
    release.synthesise(deployment, deployment.logs / "deploy.log", str(deployment.cdk))
    return {path.name for path in deployment.assembly.iterdir()}


def test_an_unfinished_asset_is_made_again(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert synthesise(deployment) == {"asset.new"}
    (deployment.assembly / "asset.whole").mkdir()
    monkeypatch.setenv("CONTEXT_FAILS", "1")
    with pytest.raises(processes.CommandError):
        synthesise(deployment)
    (deployment.assembly / "asset.half").mkdir()
    monkeypatch.delenv("CONTEXT_FAILS")

    assert synthesise(deployment) == {"asset.new", "asset.whole"}


def test_stale_cdk_locks_are_removed(deployment: Deployment) -> None:
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


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cdn=maybe", "cdn='maybe': use true or false"),
        ("time_zone=Mars/Olympus", "time_zone='Mars/Olympus'"),
        ("domain_name=photos.example.com", "hosted_zone_id"),
        ("colour=red", "unknown setting"),
    ],
)
def test_an_invalid_setting_stops_before_anything_starts(
    text: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTEXT", text)

    with pytest.raises(SystemExit) as stopped:
        release.settings_given()

    [line] = str(stopped.value).splitlines()
    assert line.startswith("daybook: ")
    assert reason in line


@pytest.mark.parametrize("text", ["", "cdn=true", "cdn=True site_name='Anna & Bob'"])
def test_valid_settings_need_no_domain(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTEXT", text)

    assert list(release.settings_given()) == [one.split("=")[0] for one in text.split()[:2] if one]
