"""The two ways to log an account in, as they are stored and configured."""

from __future__ import annotations

import enum


class LoginType(enum.StrEnum):
    """Which of Meta's logins a connection was made with."""

    INSTAGRAM = "instagram"
    """Instagram login: the professional account logs in itself."""
    FACEBOOK = "facebook"
    """Facebook login: a person logs in and shares the Page that the account is linked to."""
