"""How long a version of the API is usable.

An expired version does not fail: the oldest usable one answers. Source: changelog of the Graph
API, as in "Versions" of the platform's reference.
"""

from __future__ import annotations

import functools
import json
from datetime import date
from pathlib import Path

WARN_DAYS = 90


@functools.cache
def _usable_until() -> dict[str, date | None]:
    table: dict[str, str | None] = json.loads((Path(__file__).parent / "versions.json").read_text())
    return {version: date.fromisoformat(day) if day else None for version, day in table.items()}


def days_left(version: str, today: date) -> int | None:
    """Return the days until a version ends, negative afterwards; None if no end is announced.

    Raises KeyError for an unknown version.
    """
    end = _usable_until()[version]
    return (end - today).days if end else None


def version_warning(version: str, today: date) -> str | None:
    """Return a warning about a version that is unknown, ended or ends within 90 days; or None."""
    try:
        left = days_left(version, today)
    except KeyError:
        return f"the Graph version {version} is unknown"
    if left is None or left >= WARN_DAYS:
        return None
    if left < 0:
        return f"the Graph version {version} ended {-left} days ago"
    return f"the Graph version {version} ends in {left} days"
