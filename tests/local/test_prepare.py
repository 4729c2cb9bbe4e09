"""Preparing the checkout: one line of advice for what the machine lacks."""

from __future__ import annotations

import errno
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

import pytest

from local.deployment import ROOT

PREPARE = "local/prepare.py"


def prepared_by(version: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run it with a Python that claims to be another version, without libraries."""
    code = (
        f"import sys; sys.version_info = {version}; import runpy; "
        f"runpy.run_path('{PREPARE}', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        cwd=ROOT,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def prepare() -> dict[str, FunctionType]:
    return runpy.run_path(str(ROOT / PREPARE), run_name="prepare")


@pytest.mark.parametrize(("version", "name"), [("(3, 8, 1)", "3.8"), ("(3, 10, 12)", "3.10")])
def test_an_old_python_gets_advice(tmp_path: Path, version: str, name: str) -> None:
    done = prepared_by(version, tmp_path)

    assert done.returncode == 1
    assert f"Python 3.11 or newer is needed, and this is {name}." in done.stderr
    assert "uv python install" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_newer_python_is_found(
    tmp_path: Path, prepare: dict[str, FunctionType], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "python3.12").write_text("#!/bin/sh\n")
    (tmp_path / "python3.12").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 10, 12))

    assert prepare["find_python"]() == str(tmp_path / "python3.12")


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "The disk is full."),
        (errno.EROFS, "is read-only. Clone"),
        (errno.EACCES, "is not writable. Change"),
    ],
)
def test_errors_are_one_line(prepare: dict[str, FunctionType], code: int, advice: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        prepare["advise"](OSError(code, "problem", "/x"))

    [line] = str(stopped.value).strip().splitlines()
    assert advice in line


def test_a_read_only_home_is_replaced(
    prepare: dict[str, FunctionType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    monkeypatch.setitem(prepare["use_writable_home"].__globals__, "CACHE", str(tmp_path))

    prepare["use_writable_home"]()

    assert os.environ["HOME"] == str(tmp_path / "home")
    assert (tmp_path / "home").is_dir()


def test_a_step_is_done_once(
    prepare: dict[str, FunctionType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: Callable[..., bool] = prepare["is_done"]
    monkeypatch.setitem(prepare["digest_of"].__globals__, "ROOT", str(tmp_path))
    (tmp_path / "lock.txt").write_text("1")
    assert not done("libraries", ["lock.txt"], str(tmp_path))

    (tmp_path / ".daybook-libraries").write_text(prepare["digest_of"]("libraries", ["lock.txt"]))
    assert done("libraries", ["lock.txt"], str(tmp_path))
    (tmp_path / "lock.txt").write_text("2")
    assert not done("libraries", ["lock.txt"], str(tmp_path))


def test_a_killed_installation_needs_a_new_environment(
    prepare: dict[str, FunctionType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that is half copied looks installed to uv."""
    known = prepare["main"].__globals__
    asked: list[str] = []
    monkeypatch.setitem(known, "VENV", str(tmp_path))
    monkeypatch.setitem(known, "CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(known, "make_venv", lambda _: asked.append("environment"))
    monkeypatch.setitem(known, "sync", raising_keyboard_interrupt)
    (tmp_path / ".daybook-environment").write_text(prepare["digest_of"]("environment", []))

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            prepare["main"]()

    assert asked == ["environment"]


def raising_keyboard_interrupt(*_: str) -> None:
    raise KeyboardInterrupt


def test_too_little_space_is_said(
    prepare: dict[str, FunctionType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(prepare["require_space"].__globals__, "MIN_FREE_MEGABYTES", 10**9)

    with pytest.raises(SystemExit, match=r"MB are free\. Free some space"):
        prepare["require_space"]()


def test_pip_installs_by_hash_only(
    prepare: dict[str, FunctionType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[list[str]] = []
    known = prepare["make_venv"].__globals__
    monkeypatch.setitem(known, "VENV", str(tmp_path / "venv"))
    monkeypatch.setitem(known, "run", lambda command, _: commands.append(command))

    prepare["make_venv"](sys.executable)

    [command] = commands
    assert {"--require-hashes", "--only-binary"} <= set(command)
    assert command[-2:] == ["--requirement", "local/requirements.txt"]


def test_libraries_are_installed_by_hash_only(
    prepare: dict[str, FunctionType], monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    known = prepare["sync"].__globals__
    monkeypatch.setitem(known, "run", lambda command, _: commands.append(command))

    prepare["sync"]("requirements-dev.txt", ".venv")

    assert {"--require-hashes", "--only-binary"} <= set(commands[0])


def test_the_installer_has_hashes_of_all_platforms() -> None:
    [name, *hashes] = (ROOT / "local/requirements.txt").read_text().splitlines()

    assert re.fullmatch(r"uv==[\d.]+ \\", name)
    assert len(hashes) > 10
    assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes)
