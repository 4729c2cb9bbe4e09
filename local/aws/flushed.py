"""Writing files that are on the disk when the call returns, also after a loss of power."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path


def atomic_write(path: str, data: str | bytes, *, text: bool = False) -> None:
    """Replace a file by a complete one that is on the disk, also after a loss of power."""
    # One name per writer: two requests may write the same object.
    temporary = f"{path}.{threading.get_ident()}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w" if text else "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    Path(temporary).replace(path)


def flush_directory(path: Path) -> None:
    """Wait until the names of a directory's files are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
