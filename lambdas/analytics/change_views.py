"""What operators can change and start, as it is sent and answered."""

from __future__ import annotations

import msgspec


class AccountChange(msgspec.Struct, forbid_unknown_fields=True):
    """What operators can set for an account."""

    time_zone: str


class AccountZoneJson(msgspec.Struct):
    """The account's zone."""

    account: str
    time_zone: str


class CollectJson(msgspec.Struct, rename="camel"):
    """The units of collection that were started."""

    account: str
    units: list[str]
    started_at: str
