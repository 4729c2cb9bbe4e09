"""A lock on a deployment, held while a command changes it. The kernel releases it after a kill."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Holder:
    """The process that holds a lock, as it described itself."""

    pid: int
    command: str
    since: str


@contextmanager
def locked(path: Path, command: str) -> Iterator[None]:
    """Hold the lock for a command. Stop with one line that names the holder if it is taken."""
    descriptor = _open_locked(path)
    if descriptor is None:
        sys.exit(f"daybook: {_described(path)}. Wait until it is done, then run this again.")
    try:
        _describe(descriptor, command)
        yield
    finally:
        os.close(descriptor)


def holder_of(path: Path) -> Holder | None:
    """Return the process that holds a lock, or None if it is free."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(path)
    finally:
        os.close(descriptor)
    return None


def _describe(descriptor: int, command: str) -> None:
    """Write who holds the lock, unless the disk is full: `down` must be able to free it."""
    since = datetime.now(UTC).astimezone().strftime("%H:%M:%S")
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n{command}\n{since}\n".encode())


def _open(path: Path) -> int:
    """Return a descriptor of the file, or of its directory if the disk has no place for a file."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno not in FULL:
            raise
        return os.open(path.parent, os.O_RDONLY)


def _open_locked(path: Path) -> int | None:
    """Return a descriptor that holds the lock, or None if another process does."""
    while True:
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        # `down` removes the file: a lock on a removed file excludes no other process.
        if os.fstat(descriptor).st_ino in (_inode(path), _inode(path.parent)):
            return descriptor
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(descriptor)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _read(path: Path) -> Holder | None:
    # The holder writes its name just after it has the lock.
    for _ in range(20):
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            # `down` has just removed it, or it lacks a place on a full disk.
            return None
        if len(lines) == 3 and lines[0].isdigit():
            return Holder(int(lines[0]), lines[1], lines[2])
        time.sleep(0.05)
    return None


def _described(path: Path) -> str:
    holder = _read(path)
    if holder is None:
        return f"another command is working on {path.parent}"
    return (
        f"`make {holder.command}` (process {holder.pid}, since {holder.since}) is working on "
        f"{path.parent}"
    )
