"""`app.py` as the CDK CLI runs it, in a copy of the project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.paths import ROOT

FLAGS = json.loads((ROOT / "cdk.json").read_text())["context"]
BARE_BUCKET = """
from aws_cdk import aws_s3


class Unchecked(Application):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        aws_s3.Bucket(self.storage, "Bare")


Application = Unchecked
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what a synth reads."""
    for folder in ("stacks", "lambdas"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc"))
    for file in ("app.py", "cdk.json"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def run_app(project: Path, **context: object) -> subprocess.CompletedProcess[str]:
    given = {**FLAGS, "aws:cdk:bundling-stacks": [], **context}
    env = {"CDK_OUTDIR": str(project / "out"), "CDK_CONTEXT_JSON": json.dumps(given)}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=project,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_cloud_stage_without_a_name(project: Path) -> None:
    done = run_app(project)

    assert done.returncode == 0, done.stderr
    stages = {path.name for path in (project / "out").glob("assembly-*")}
    assert stages == {"assembly-daybook-dev", "assembly-daybook-prod"}


def test_a_finding_stops_the_synth(project: Path) -> None:
    with (project / "stacks" / "application.py").open("a") as source:
        source.write(BARE_BUCKET)

    done = run_app(project, stage="dev")

    assert done.returncode == 1
    assert "AwsSolutions-S1" in done.stderr
    assert done.stderr.endswith("security findings without an acknowledgement\n")


def test_a_missing_bundle_stops_the_synth(project: Path) -> None:
    shutil.rmtree(project / "lambdas" / "guests" / "static" / "dist")

    done = run_app(project, stage="dev")

    assert done.returncode == 1
    line = "daybook: lambdas/guests/static/dist is missing, without which pages fail: run `npm ci`"
    assert done.stderr.splitlines()[-1] == line


def test_an_environment_without_the_cdk_is_explained(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "app.py"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == (
        "daybook: the CDK libraries are missing: run `pip install -r requirements.txt`\n"
    )


def test_the_checkouts_environment_is_found(project: Path) -> None:
    (project / ".venv").symlink_to(Path(sys.prefix))

    done = subprocess.run(
        [sys.executable, "-I", "-S", "app.py"],
        cwd=project,
        env=os.environ | {"CDK_CONTEXT_JSON": json.dumps({"stage": "nowhere"})},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "unknown stage 'nowhere'" in done.stderr, done.stderr
