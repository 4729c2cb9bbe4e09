"""One update of a webhook as it arrived: whose it is, when it was sent, and its undecoded value."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec

INSTAGRAM = "instagram"
DIGITS = re.compile(r"\d{1,18}", re.ASCII)
EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(days=1)
# Later than this in seconds is the year 5138: such a number is milliseconds.
MAX_SECONDS = 1e11
MAX_UNIX_TIME = 1e10


class RawUpdate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An update. `account` is empty if the webhook has no usable id.

    `at` is when it was sent, or `received_at` if the webhook does not say. `field` is a name of
    Meta's, or the list that the update was in. `stored` is the key of the object that the value
    was loaded from, if it was too large for the queue.
    """

    account: str
    at: datetime
    received_at: datetime
    field: str
    value: msgspec.Raw
    object: str = INSTAGRAM
    stored: str | None = None

    @property
    def is_lost(self) -> bool:
        """Return whether its value was stored, and could not be read again."""
        return self.stored is not None and bytes(self.value) == b"null"


def moment_of(value: object, received_at: datetime) -> datetime:
    """Return a time in Unix seconds or milliseconds, as a number or as text.

    What is no time, or one that cannot be, becomes `received_at`.
    """
    if isinstance(value, str) and DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return received_at
    if not abs(value) < MAX_SECONDS * 1000:
        # Larger numbers may not even be divided.
        return received_at
    seconds = value / 1000 if abs(value) > MAX_SECONDS else value
    if not 0 < seconds < MAX_UNIX_TIME:
        return received_at
    found = datetime.fromtimestamp(seconds, UTC)
    return found if EARLIEST <= found <= received_at + MAX_AHEAD else received_at
