"""Why the store refuses to write items and actions, apart from another worker's change."""

from __future__ import annotations

from dataclasses import dataclass


class AccountDataDeleted(Exception):
    """The account's owner asked for the deletion of its data: nothing is written any more."""


@dataclass(frozen=True)
class RequestUsed(Exception):
    """A `client_request_id` has made an action before."""

    action_id: str


class ResultClaimed(Exception):
    """Another action has made this comment or message."""
