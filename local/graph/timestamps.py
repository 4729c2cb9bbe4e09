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


def unix_time(params: Parameters, name: str) -> datetime | None:
    """Return a parameter that is a Unix time in seconds, or None when it is missing."""
    if name not in params:
        return None
    try:
        return datetime.fromtimestamp(int(params[name]), UTC)
    except (ValueError, OverflowError, OSError):
        raise bad_parameter(f"{name} must be a Unix time") from None


def unix_time_or_date(params: Parameters, name: str) -> datetime | None:
    """Return a parameter that is a Unix time or an ISO date, or None when it is missing."""
    text = params.get(name, "")
    if not text or text.isdigit():
        return unix_time(params, name)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise bad_parameter(f"{name} must be a Unix time or a date") from None
