"""The used share of the limits, read from the two usage headers.

Source: "Rate limits" in the platform's reference: the values are percentages; the business header
is an object of arrays, and its waiting time is in minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from lambdas.graph.decoding import Json, JsonObject, decode_json

APP_HEADER = "x-app-usage"
BUSINESS_HEADER = "x-business-use-case-usage"
# The `type` of an entry, which is the platform's own word and not a login type.
LIMIT_TYPE = "instagram"
MAX_WAIT_MINUTES = 24 * 60.0
PERCENTAGES = ("call_count", "total_time", "total_cputime")


@dataclass(frozen=True)
class Usage:
    """The largest used percentage, and the time until calls are allowed again, if Meta gave one."""

    percent: float = 0.0
    wait: timedelta | None = None

    def joined(self, other: Usage) -> Usage:
        """Return the worse of two."""
        waits = [wait for wait in (self.wait, other.wait) if wait]
        return Usage(max(self.percent, other.percent), max(waits, default=None))


@dataclass(frozen=True)
class ReportedUsage:
    """The usage that one answer reports for the app and for the account; None if it does not."""

    app: Usage | None = None
    account: Usage | None = None


def usage_of(headers: Mapping[str, str], account_id: str = "") -> ReportedUsage:
    """Return the usage in an answer's headers (names in lower case); ignore what is unreadable.

    The business header may list several objects: the account's own entries count if it is named,
    else those of type `instagram`.
    """
    app = _usage(_decoded(headers.get(APP_HEADER)))
    account: Usage | None = None
    for entry in _entries(_decoded(headers.get(BUSINESS_HEADER)), account_id):
        found = _usage(entry)
        if found:
            account = account.joined(found) if account else found
    return ReportedUsage(app, account)


def max_wait(headers: Mapping[str, str]) -> timedelta | None:
    """Return the longest wait of any entry, whatever object it names: for a throttled call."""
    business = _decoded(headers.get(BUSINESS_HEADER))
    lists = business.values() if isinstance(business, Mapping) else ()
    entries = [
        _decoded(headers.get(APP_HEADER)),
        *(entry for value in lists if isinstance(value, list) for entry in value),
    ]
    return max(
        (usage.wait for entry in entries if (usage := _usage(entry)) and usage.wait), default=None
    )


def _decoded(text: str | None) -> Json:
    try:
        return decode_json(text) if text else None
    except ValueError:
        return None


def _entries(raw: Json, account_id: str) -> Iterator[Json]:
    known: JsonObject = raw if isinstance(raw, Mapping) else {}
    is_named = account_id in known
    for value in [known[account_id]] if is_named else known.values():
        for entry in value if isinstance(value, list) else ():
            kind = entry.get("type") if isinstance(entry, Mapping) else None
            if is_named or kind == LIMIT_TYPE:
                yield entry


def _usage(raw: Json) -> Usage | None:
    if not isinstance(raw, Mapping):
        return None
    percents = [value for name in PERCENTAGES if (value := _number(raw.get(name))) is not None]
    minutes = _number(raw.get("estimated_time_to_regain_access"))
    wait = timedelta(minutes=min(minutes, MAX_WAIT_MINUTES)) if minutes else None
    return Usage(max(percents, default=0.0), wait) if percents or wait else None


def _number(value: Json) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    return float(value) if is_number else None
