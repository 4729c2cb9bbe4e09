"""The kinds of calls that are retried and classified differently."""

from __future__ import annotations

import enum


class Verb(enum.StrEnum):
    """What a call does."""

    READ = "read"
    WRITE = "write"
    """Changes something; made once, whatever happens."""
    LOGIN = "login"
    """Exchanges a code or a token."""
    UPLOAD = "upload"
    """Sends a part of a video; safe to repeat from the same offset."""
    APP = "app"
    """Reads with the app's own token: a refusal concerns the app and not an account."""

    @property
    def is_timed(self) -> bool:
        """Whether the call may be given up at its deadline: it changes nothing that counts."""
        return self in (Verb.READ, Verb.LOGIN, Verb.APP)
