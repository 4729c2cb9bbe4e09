"""The directory of a local deployment: marked by `up`, and removed by `down` only if marked."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import TracebackType

MARKER = ".daybook-local"
MARKER_TEXT = "This directory belongs to a local deployment of daybook. `make down` removes it.\n"
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
    """Whether `up` created the directory, or was killed while it did."""
    try:
        text = (directory / MARKER).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    alone = MARKER_TEXT.startswith(text) and len(list(directory.iterdir())) == 1
    return text == MARKER_TEXT or alone


def mark(directory: Path) -> None:
    """Create and mark the directory. Stop with one line if it holds files of another origin."""
    if directory.exists() and not directory.is_dir():
        sys.exit(f"daybook: LOCAL_DIR={directory}: this is a file. Name a directory.")
    directory.mkdir(parents=True, exist_ok=True)
    if not is_marked(directory) and any(directory.iterdir()):
        sys.exit(
            f"daybook: LOCAL_DIR={directory}: this directory holds files that `make up` did not "
            "create. Name a new or an empty one."
        )
    if (directory / MARKER).exists() and (directory / MARKER).stat().st_size == len(MARKER_TEXT):
        return
    (directory / MARKER).write_text(MARKER_TEXT, encoding="utf-8")


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
