"""The kinds of posts."""

from __future__ import annotations

import enum


class Kind(enum.StrEnum):
    """What a post is on Instagram."""

    PHOTO = "photo"
    REEL = "reel"
    CAROUSEL = "carousel"
    STORY = "story"
