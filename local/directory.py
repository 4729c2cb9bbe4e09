"""The directory of a local deployment: marked by `up`, and removed by `down` only if marked."""

from __future__ import annotations

import errno
import shutil
import sys
from pathlib import Path
from types import TracebackType

from local.files import write_flushed

MARKER = ".daybook-local"
MARKER_TEXT = "This directory belongs to a local deployment of daybook. `make down` removes it.\n"
# Unpacked layers and a snapshot.
MIN_FREE_MEGABYTES = 150
# Everything that local mode creates. The marker goes last: an interrupted removal can be repeated.
CHILDREN = (
    "cdk.out",
    "drill.json",
    "drill.json.tmp",
    "drill.lock",
    "home",
    "iam-calls.tsv",
    "logs",
    "outputs.json",
    "outputs.json.tmp",
    "state",
    "tmp",
    "lock",
    MARKER,
)


def is_marked(directory: Path) -> bool:
    """Whether `up` created the directory.

    A marker that a kill or a loss of power cut off counts if nothing else is in the directory
    than what local mode creates.
    """
    try:
        content = (directory / MARKER).read_bytes()
    except OSError:
        return False
    # A loss of power can leave zeros.
    damaged = MARKER_TEXT.encode().startswith(content.rstrip(b"\0"))
    own = damaged and all(path.name in CHILDREN for path in directory.iterdir())
    return content == MARKER_TEXT.encode() or own


def mark(directory: Path) -> None:
    """Create and mark the directory. Stop with one line if it holds files of another origin."""
    if directory.exists() and not directory.is_dir():
        sys.exit(f"daybook: LOCAL_DIR={directory}: this is a file. Name a directory.")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        sys.exit(
            f"daybook: LOCAL_DIR={directory}: it cannot be created ({error.strerror}). Name "
            "another directory."
        )
    if not is_marked(directory) and any(directory.iterdir()):
        sys.exit(
            f"daybook: LOCAL_DIR={directory}: this directory holds files that `make up` did not "
            "create. Name a new or an empty one."
        )
    marker = directory / MARKER
    if not marker.exists() or marker.read_bytes() != MARKER_TEXT.encode():
        write_flushed(marker, MARKER_TEXT)


def require_space(directory: Path) -> None:
    """Stop with one line if the directory's disk is full, or so full that functions fail."""
    free = shutil.disk_usage(directory).free // 1_000_000
    if free < MIN_FREE_MEGABYTES:
        sys.exit(
            f"\ndaybook: the disk of {directory} has {free} MB left, and {MIN_FREE_MEGABYTES} are "
            "needed. Free some space (`df -h` shows where), or use another LOCAL_DIR."
        )


def remove(directory: Path) -> list[str]:
    """Remove what local mode created in a marked directory; return a line for each failure."""
    failures: list[str] = []
    for name in CHILDREN:
        path = directory / name
        if name == MARKER and failures:
            break
        if path.is_dir() and not path.is_symlink():
            _remove_tree(path, failures)
        else:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                failures.append(f"{path}: {error.strerror}")
    if failures:
        return failures
    others = sorted(path.name for path in directory.iterdir())
    if others:
        return [f"{directory}: it also holds {', '.join(others)}"]
    try:
        directory.rmdir()
    except OSError as error:
        return [f"{directory}: {error.strerror}"]
    return []


def _remove_tree(path: Path, failures: list[str]) -> None:
    def failed(
        _: object, name: str, problem: tuple[type[BaseException], BaseException, TracebackType]
    ) -> None:
        error = problem[1]
        if not isinstance(error, FileNotFoundError):
            failures.append(f"{name}: {getattr(error, 'strerror', error)}")

    shutil.rmtree(path, onerror=failed)
