"""One command at a time works on a deployment."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deployment import ROOT
from local.directory import MARKER
from local.lock import holder_of, locked
from tests.deployed import run_local

HOLD = """
import sys, time
from pathlib import Path
from local.lock import locked
with locked(Path(sys.argv[1]), "up"):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """Start a process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_command_names_the_first(tmp_path: Path) -> None:
    process = hold(tmp_path / "lock")
    try:
        with pytest.raises(SystemExit, match=rf"`make up` \(process {process.pid}, since"):
            locked(tmp_path / "lock", "up").__enter__()
    finally:
        process.kill()
        process.communicate()


def test_a_kill_releases_the_lock(tmp_path: Path) -> None:
    process = hold(tmp_path / "lock")
    process.kill()
    process.communicate()

    assert holder_of(tmp_path / "lock") is None
    with locked(tmp_path / "lock", "up"):
        pass


def test_the_holder_is_known(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", "down"):
        holder = holder_of(tmp_path / "lock")

    assert holder is not None
    assert (holder.pid, holder.command) == (os.getpid(), "down")


def test_a_removed_lock_is_created_again(tmp_path: Path) -> None:
    with locked(tmp_path / "lock", "down"):
        (tmp_path / "lock").unlink()
        with locked(tmp_path / "lock", "up"):
            assert (tmp_path / "lock").exists()


def test_a_drill_waits_for_up(tmp_path: Path) -> None:
    """Each would remove what the other makes: `up` heals the fault of a drill that it finds."""
    (tmp_path / "outputs.json").write_text('{"functions": {"Guests.view": "name"}}')
    process = hold(tmp_path / "lock")
    try:
        env = {"LOCAL_DIR": str(tmp_path), "ALARM": "api-5xx"}
        done = run_local("drill", env=env, check=False)
    finally:
        process.kill()
        process.communicate()

    assert done.returncode == 1
    assert done.stderr.startswith(f"daybook: `make up` (process {process.pid}, since")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Provide a directory on a disk without a free byte."""
    mounted = ["mount", "-t", "tmpfs", "-o", "size=16k,nr_inodes=3", "tmpfs", str(tmp_path)]
    if subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root only")
    directory = tmp_path / "site"
    directory.mkdir()
    yield directory
    subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.parametrize("left", ["nothing", "a file"])
def test_a_full_disk_keeps_no_deployment(full_disk: Path, left: str) -> None:
    """Removing it is what frees the disk."""
    filled = full_disk / (MARKER if left == "nothing" else "lock")
    with filled.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)

    with locked(full_disk / "lock", "down"), pytest.raises(SystemExit, match="is working on"):
        locked(full_disk / "lock", "up").__enter__()
