"""Commands that are told nonsense, or have nobody to ask."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.deployment import ROOT


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {
        name: value for name, value in os.environ.items() if not name.startswith("AWS_")
    } | variables
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def former() -> Path:
    """What a synth before left."""
    assembly = ROOT / ".cache" / "cdk.out-dev"
    assembly.mkdir(parents=True, exist_ok=True)
    kept = assembly / "kept.txt"
    kept.write_text("as it was")
    return kept


@pytest.mark.parametrize("command", ["synth", "deploy", "destroy", "bootstrap"])
@pytest.mark.parametrize(
    "context", ["edge", "log_retention_days=17", "features=guests,guests", "regoin=eu-west-1"]
)
def test_settings_that_make_no_sense_stop_a_command_with_one_line(
    command: str, context: str, former: Path
) -> None:
    done = run("local", command, "dev", CONTEXT=context)

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stderr.startswith("daybook: ")
    assert former.read_text() == "as it was"
    assert not former.parent.with_name("cdk.out-dev.new").exists()


def test_an_unknown_stage_is_one_line_too() -> None:
    done = run("local", "synth", "staging")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "staging" in done.stderr


@pytest.mark.parametrize(
    "command", ["app-secret", "connect-link", "check-connection", "import-token"]
)
def test_without_credentials_a_command_is_one_line(command: str) -> None:
    done = run(
        "cli",
        command,
        "dev",
        AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE="/nowhere",
        AWS_SHARED_CREDENTIALS_FILE="/nowhere",
    )

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "us-east-1" in done.stderr
