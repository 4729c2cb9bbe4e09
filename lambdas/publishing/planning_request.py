"""The fields of a new post that its account's plan gives a meaning."""

from __future__ import annotations

import msgspec
from msgspec import UnsetType

from lambdas.publishing.series import Every


class RepeatRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How often a post is repeated at the same wall-clock time, and until when.

    Either `count`, with the first one, or `until`, the last possible date.
    """

    every: Every | UnsetType
    count: int | None = None
    until: str | None = None


class PlanningRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a new post before it is checked."""

    caption_template: str | None = None
    event: str | None = None
    standing_hashtags: bool = True
    repeat: RepeatRequest | None = None
