"""The command line: help, exit statuses, and failures in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.paths import ROOT

NO_CREDENTIALS = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
}


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "cli", *command],
        cwd=ROOT,
        env=env | variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.fixture
def former() -> Path:
    """A file of an earlier synth."""
    assembly = ROOT / ".cache" / "cdk.out-dev"
    assembly.mkdir(parents=True, exist_ok=True)
    kept = assembly / "kept.txt"
    kept.write_text("as it was")
    return kept


def test_no_arguments_print_help() -> None:
    done = run()

    assert (done.returncode, done.stderr) == (0, "")
    for command in ("synth", "deploy", "operator", "redrive", "connect-link", "audit"):
        assert f"\n  {command} " in done.stdout


def test_an_unknown_command_is_usage() -> None:
    assert run("nonsense").returncode == 2


@pytest.mark.parametrize("command", ["synth", "deploy", "destroy", "bootstrap"])
@pytest.mark.parametrize(
    "context",
    ["price_class", "log_retention_days=17", "features=guests,guests", "regoin=eu-west-1"],
)
def test_impossible_settings_stop_a_command(command: str, context: str, former: Path) -> None:
    done = run(command, "dev", CONTEXT=context)

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stderr.startswith("daybook: ")
    assert former.read_text() == "as it was"
    assert not former.parent.with_name("cdk.out-dev.new").exists()


def test_settings_are_options_too() -> None:
    done = run("synth", "--context", "regoin=eu-west-1")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "regoin" in done.stderr


def test_an_unknown_stage_is_usage() -> None:
    done = run("synth", "staging")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "staging" in done.stderr


@pytest.mark.parametrize("command", ["deploy", "destroy", "bootstrap"])
def test_the_local_stage_is_refused(command: str) -> None:
    done = run(command, STAGE="local")

    assert done.returncode == 2
    assert "make" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("app-secret",),
        ("connect-link",),
        ("check-connection",),
        ("import-token",),
        ("accounts",),
        ("audit", "17841400000000001"),
        ("operator", "me@example.com"),
        ("redrive", "Feed.Refresh"),
    ],
    ids=lambda command: command[0],
)
def test_missing_credentials_are_one_line(command: tuple[str, ...]) -> None:
    done = run(*command, "dev", **NO_CREDENTIALS)

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "redentials" in done.stderr


def test_local_commands_need_no_profile(tmp_path: Path) -> None:
    done = run("accounts", "local", AWS_PROFILE="missing", LOCAL_DIR=str(tmp_path))

    assert "nothing is deployed locally" in done.stderr


def test_a_missing_profile_is_named() -> None:
    done = run("accounts", "dev", AWS_PROFILE="missing")

    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "profile (missing)" in done.stderr


def test_no_other_node_is_needed() -> None:
    done = run("deploy", "dev", **NO_CREDENTIALS, PATH="/nowhere", JSII_NODE="")

    assert done.returncode == 1
    assert "missing  Credentials" in done.stdout
    assert "ok       CDK CLI" in done.stdout, done.stdout
    assert done.stderr == ""


def test_commands_name_no_feature() -> None:
    from stacks.config import StageConfig

    shared = [path for path in (ROOT / "cli").rglob("*.py") if "features" not in path.parts]
    text = "".join(path.read_text() for path in shared if "cost" not in path.parts)

    for feature in StageConfig("dev").features:
        assert f'"{feature}' not in text
        assert f"cli.features.{feature}" not in text
