"""What `down` may remove: directories that `up` marked, and nothing else in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import directory
from tests.deployed import run_local


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    place = tmp_path / "deployment"
    directory.mark(place)
    (place / "state" / "s3").mkdir(parents=True)
    (place / "outputs.json").write_text("{}")
    return place


def test_removal_of_a_deployment(marked: Path) -> None:
    assert directory.remove(marked) == []
    assert not marked.exists()


def test_foreign_files_are_kept(marked: Path) -> None:
    (marked / "notes.txt").write_text("mine")

    [failure] = directory.remove(marked)

    assert "notes.txt" in failure
    assert (marked / "notes.txt").read_text() == "mine"
    assert not (marked / "state").exists()


def test_links_are_not_followed(marked: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_text("mine")
    (marked / "logs").symlink_to(tmp_path / "pictures")

    assert directory.remove(marked) == []
    assert (tmp_path / "pictures" / "a.jpg").exists()


def test_files_of_others_are_not_marked(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(SystemExit, match="holds files that `make up` did not create"):
        directory.mark(tmp_path)

    assert not directory.is_marked(tmp_path)


def test_an_interrupted_mark_is_repeated(tmp_path: Path) -> None:
    (tmp_path / directory.MARKER).write_text("This dir")
    assert directory.is_marked(tmp_path)

    directory.mark(tmp_path)

    assert (tmp_path / directory.MARKER).read_text() == directory.MARKER_TEXT


@pytest.mark.parametrize("content", [b"", b"This dir", bytes(80)])
def test_a_marker_that_power_loss_damaged_counts(marked: Path, content: bytes) -> None:
    (marked / directory.MARKER).write_bytes(content)
    assert directory.is_marked(marked)

    directory.mark(marked)

    assert (marked / directory.MARKER).read_text() == directory.MARKER_TEXT
    assert (marked / "outputs.json").exists()


def test_a_damaged_marker_beside_other_files_does_not_count(marked: Path) -> None:
    (marked / directory.MARKER).write_text("")
    (marked / "letter.txt").write_text("mine")

    assert not directory.is_marked(marked)


@pytest.mark.parametrize("command", ["up", "down"])
@pytest.mark.parametrize("place", ["letter.txt/x", "loop", "x" * 300, "/proc/x"])
def test_an_impossible_directory_is_one_line(tmp_path: Path, place: str, command: str) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    done = run_local(command, env={"LOCAL_DIR": str(tmp_path / place)}, check=False)

    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("name", ["letter.txt", "state", "outputs.json"])
def test_down_keeps_an_unmarked_directory(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")

    done = run_local("down", env={"LOCAL_DIR": str(tmp_path)}, check=False)

    assert done.returncode == 1
    assert "nothing was removed" in done.stderr
    assert (tmp_path / name).read_text() == "mine"


def test_up_refuses_the_checkout() -> None:
    done = run_local("up", env={"LOCAL_DIR": "."}, check=False)

    assert done.returncode == 1
    assert "Name a new or an empty one" in done.stderr


def test_a_full_disk_is_said(marked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "MIN_FREE_MEGABYTES", 10**9)

    with pytest.raises(SystemExit, match="MB left"):
        directory.require_space(marked)


def test_what_cannot_be_removed_is_named(marked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, **_: bool) -> None:
        raise PermissionError(1, "Operation not permitted", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)

    failures = directory.remove(marked)

    assert any("outputs.json: Operation not permitted" in line for line in failures)
    assert directory.is_marked(marked)
