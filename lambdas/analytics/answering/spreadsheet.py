"""Times as spreadsheets read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from lambdas.kit.clock import to_rfc3339


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return a time as spreadsheets read it, on the clocks of a zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def utc_time(moment: datetime | None) -> str | None:
    """Return a time in UTC, or None."""
    return to_rfc3339(moment) if moment else None
