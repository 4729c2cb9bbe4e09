"""Failures that a command reports in one line. Exit statuses: 1 failed, 2 used wrongly."""

from __future__ import annotations


class CommandError(Exception):
    """The command failed; the message says what happened and what to do."""

    exit_status = 1


class UsageError(CommandError):
    """The command was called with a stage, a setting or an argument that makes no sense."""

    exit_status = 2
