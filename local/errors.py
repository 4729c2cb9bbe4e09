"""Advice for errors that come from the machine and not from the code."""

from __future__ import annotations

import errno

import requests
from botocore.exceptions import BotoCoreError, ClientError

UNREACHABLE = (
    "the local deployment does not answer. Run `make up` again; its log files are in the "
    "deployment's directory, under logs/."
)


def advice_for(error: BaseException) -> str | None:
    """Return one line that says what happened and what to do, or None for a fault in the code."""
    if isinstance(error, requests.ConnectionError | requests.Timeout | BotoCoreError):
        return UNREACHABLE
    if isinstance(error, ClientError):
        return (
            f"the embedded AWS refused a request: {error}. `make down`, then `make up` resets it."
        )
    if not isinstance(error, OSError):
        return None
    path = error.filename or "the deployment's directory"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full. Free some space (`df -h` shows where), then run it again."
    if error.errno == errno.EROFS:
        return f"{path} is on a read-only file system. Use LOCAL_DIR=/a/writable/directory."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{path} is not writable. Change its permissions, or use another LOCAL_DIR."
    if isinstance(error, ConnectionError | TimeoutError) or type(error).__name__ == "URLError":
        return UNREACHABLE
    return None
