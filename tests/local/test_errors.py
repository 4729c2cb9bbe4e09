"""Errors of the machine are one line with advice, not a traceback."""

from __future__ import annotations

import errno
import re
import urllib.error
from pathlib import Path
from typing import ClassVar

import pytest
import requests
from botocore.exceptions import EndpointConnectionError

from local import health
from local.deployment import ROOT, LocalDeployment
from local.errors import advice_for
from local.processes import CommandError
from local.sample import SAMPLE_EVENT, sample_of
from stacks.registry import FEATURES
from tests.deployed import run_local


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.ENOSPC, "no space"), "the disk is full"),
        (OSError(errno.EROFS, "read-only", "/x"), "/x is on a read-only file system"),
        (PermissionError(errno.EACCES, "denied", "/x"), "/x is not writable"),
        (urllib.error.URLError(ConnectionRefusedError()), "does not answer"),
        (requests.ConnectionError(), "does not answer"),
        (EndpointConnectionError(endpoint_url="http://localhost:1"), "does not answer"),
    ],
)
def test_advice_for_an_error(error: Exception, advice: str) -> None:
    found = advice_for(error)

    assert found is not None
    assert advice in found
    assert "\n" not in found


def test_faults_in_the_code_stay_visible() -> None:
    assert advice_for(KeyError("x")) is None


@pytest.mark.parametrize("event_id", ["summer party!", "../x", "A", "2026/04/29"])
def test_an_event_id_is_checked_first(event_id: str) -> None:
    with pytest.raises(SystemExit, match=r"this is not an event id"):
        sample_of(None, event_id)


def test_the_sample_event_is_the_default() -> None:
    assert sample_of(None, None).event_id == SAMPLE_EVENT


def test_only_files_of_a_folder_are_pictures(tmp_path: Path) -> None:
    (tmp_path / "album.jpg").mkdir()
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nothing")
    (tmp_path / "one.jpg").write_bytes(b"1")

    assert sample_of(str(tmp_path), None).pictures == {"one.jpg": b"1"}


@pytest.mark.parametrize("content", ["", '{"api_url": "http', "[]", "\0\0"])
def test_damaged_outputs_ask_for_another_up(tmp_path: Path, content: str) -> None:
    (tmp_path / "outputs.json").write_text(content)
    env = {"LOCAL_DIR": str(tmp_path), "ALARM": "api-5xx"}

    done = run_local("drill", env=env, check=False)

    assert done.returncode == 1
    [line] = done.stderr.strip().splitlines()
    assert line.endswith("Run `make up`.")


def test_a_file_is_no_deployment(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    done = run_local("up", env={"LOCAL_DIR": str(tmp_path / "file")}, check=False)

    assert done.returncode == 1
    assert done.stderr.strip().endswith("this is a file. Name a directory.")


def test_help_without_a_command() -> None:
    done = run_local()

    assert "up " in done.stdout
    assert "HOST" in done.stdout


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("cause: error sending request for url (https://pypi.org)\nTraceback", "PyPI reachable"),
        ("Traceback\nOSError: [Errno 28] No space left on device", "the disk is full"),
    ],
)
def test_a_command_that_the_machine_stops(tmp_path: Path, output: str, advice: str) -> None:
    log = tmp_path / "deploy.log"
    log.write_text(output)

    with pytest.raises(SystemExit) as stopped:
        CommandError("cdk synth failed", log).stop()

    [line] = str(stopped.value).strip().splitlines()
    assert advice in line


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_STS_REGIONAL_ENDPOINTS"])
def test_a_persons_aws_settings_do_not_matter(tmp_path: Path, name: str) -> None:
    (tmp_path / "outputs.json").write_text('{"functions": {}}')
    env = {"LOCAL_DIR": str(tmp_path), "ALARM": "api-5xx", name: "missing"}

    done = run_local("drill", env=env, check=False)

    assert done.stderr.strip().endswith("the feature guests is not deployed")


def test_an_interrupted_import_is_one_line(tmp_path: Path) -> None:
    """Ctrl-C in the first half second."""
    (tmp_path / "requests.py").write_text("raise KeyboardInterrupt")

    done = run_local("down", env={"PYTHONPATH": str(tmp_path)}, check=False)

    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_a_drill_without_a_site(tmp_path: Path) -> None:
    env = {"LOCAL_DIR": str(tmp_path), "ALARM": "api-5xx"}

    done = run_local("drill", env=env, check=False)

    assert done.returncode == 1
    assert "Run `make up`" in done.stderr


def test_local_imports_nothing_of_cli() -> None:
    for path in (ROOT / "local").rglob("*.py"):
        assert not re.search(r"^\s*(from|import) cli\b", path.read_text(), re.MULTILINE), path


def test_shared_code_names_no_feature() -> None:
    names = [feature.capitalize() for feature in FEATURES]
    for path in (ROOT / "local").glob("*.py"):
        text = path.read_text()
        quoted = [name for name in names if f'"{name}.' in text or f'"{name.lower()}"' in text]
        assert quoted == [], path


class Unhealthy:
    """A site whose API answers the deep check with these parts."""

    deployment = LocalDeployment(ROOT, 4570, 4571)
    outputs: ClassVar = {"api_url": "http://localhost"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((503, {"checks": {"api": "ok", "events table": "AccessDenied"}}), "table: AccessDenied"),
        ((500, None), "its health check answers 500"),
    ],
)
def test_an_unhealthy_site_is_reported(answer: tuple[int, object], reason: str) -> None:
    with pytest.raises(SystemExit, match=reason):
        health.require_health(Unhealthy(), lambda _: answer, 0)  # type: ignore[arg-type]
