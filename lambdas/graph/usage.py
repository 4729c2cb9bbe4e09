"""How much of its limits a call says is used, read from the two usage headers.

Source: "Rate limits" in the platform's reference: the values are percentages; the business header is an object of arrays, and its waiting
time is in minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

APP_HEADER = "x-app-usage"
BUSINESS_HEADER = "x-business-use-case-usage"
MAX_WAIT_MINUTES = 24 * 60.0
PERCENTAGES = ("call_count", "total_time", "total_cputime")


@dataclass(frozen=True)
class Usage:
    """The largest percentage used, and the time until calls are allowed again, where Meta gave one."""

    percent: float = 0.0
    wait: timedelta | None = None

    def joined(self, other: Usage) -> Usage:
        """The worse of two."""
        waits = [wait for wait in (self.wait, other.wait) if wait]
        return Usage(max(self.percent, other.percent), max(waits, default=None))


@dataclass(frozen=True)
class ReportedUsage:
    """What one answer says of the app and of the account that it was called for; None where it says nothing."""

    app: Usage | None = None
    account: Usage | None = None


def usage_of(headers: Mapping[str, str], account_id: str = "") -> ReportedUsage:
    """The usage in an answer's headers (names in lower case). What cannot be read counts as not there.

    The business header may speak of several objects: of the account's own if it is named, else of what is Instagram's.
    """
    app = _usage(_decoded(headers.get(APP_HEADER)))
    account: Usage | None = None
    for entry in _entries(_decoded(headers.get(BUSINESS_HEADER)), account_id):
        found = _usage(entry)
        if found:
            account = account.joined(found) if account else found
    return ReportedUsage(app, account)


def max_wait(headers: Mapping[str, str]) -> timedelta | None:
    """The longest time that any entry of the headers says to wait, whatever object it speaks of: for a call that was throttled."""
    business = _decoded(headers.get(BUSINESS_HEADER))
    lists = business.values() if isinstance(business, Mapping) else ()
    entries = [
        _decoded(headers.get(APP_HEADER)),
        *(entry for value in lists if isinstance(value, list) for entry in value),
    ]
    return max(
        (usage.wait for entry in entries if (usage := _usage(entry)) and usage.wait), default=None
    )


def _decoded(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None


def _entries(raw: Any, account_id: str) -> Iterator[Any]:
    known: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    for value in [known[account_id]] if account_id in known else known.values():
        for entry in value if isinstance(value, list) else ():
            if account_id in known or (
                isinstance(entry, Mapping) and entry.get("type") == "instagram"
            ):
                yield entry


def _usage(raw: Any) -> Usage | None:
    if not isinstance(raw, Mapping):
        return None
    percents = [value for name in PERCENTAGES if (value := _number(raw.get(name))) is not None]
    minutes = _number(raw.get("estimated_time_to_regain_access"))
    wait = timedelta(minutes=min(minutes, MAX_WAIT_MINUTES)) if minutes else None
    return Usage(max(percents, default=0.0), wait) if percents or wait else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    return float(value) if is_number else None
