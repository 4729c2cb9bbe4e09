"""How long a version of the API is usable. An expired one does not fail: it is served as the oldest that still is.

Source: changelog of the Graph API, as in "Versions" of the platform's reference.
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
    """Days until a version ends (negative: it has ended); None if no end is known. Raises KeyError for a version that is unknown."""
    end = _usable_until()[version]
    return (end - today).days if end else None


def version_warning(version: str, today: date) -> str | None:
    """What to tell of a version: unknown, ended, or ending within 90 days; None if there is nothing to tell."""
    try:
        left = days_left(version, today)
    except KeyError:
        return f"the Graph version {version} is not one of the known"
    if left is None or left >= WARN_DAYS:
        return None
    return (
        f"the Graph version {version} ended {-left} days ago"
        if left < 0
        else f"the Graph version {version} ends in {left} days"
    )
