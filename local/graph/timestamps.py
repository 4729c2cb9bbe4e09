"""Times as the Graph API writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime

from local.graph.errors import bad_parameter
from local.graph.parameters import Parameters


def graph_time(moment: datetime) -> str:
    """Return a time in the API's format, `2026-01-15T10:30:00+0000`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S%z")


def parse_graph_time(text: str) -> datetime:
    """Return the time of a text in the API's format."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


def time_parameter(params: Parameters, name: str) -> datetime | None:
    """Return a parameter that is a Unix time in seconds or an ISO date or time.

    Return None when it is missing. Without an offset, a date or time is in UTC.
    """
    if name not in params:
        return None
    text = params[name]
    try:
        if text.removeprefix("-").isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise bad_parameter(f"{name} must be a Unix time or a date") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
