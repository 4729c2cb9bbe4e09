"""Which error of the tree an answer is: decided by a table, never by the text or the `type` that Meta sent.

The rows of `error_rules.json` stand in the order of section "Errors" of the platform's reference: subcode, code, `is_transient`, HTTP
status; the first that fits decides. A range is written `[from, to]`.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from lambdas.graph.errors import (
    Blocked,
    Cause,
    GraphError,
    NoData,
    NotReady,
    ObjectLag,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    RetryLater,
    StartAgain,
    Throttled,
    UnknownOutcome,
)

Verb = Literal["read", "write", "login", "upload"]
TOMORROW = timedelta(hours=24)
NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """One row of the table."""

    outcome: str
    meaning: str
    subcode: int | None = None
    code: int | list[int] | None = None
    transient: bool | None = None
    status: list[int] | None = None
    verb: str | None = None
    of_app: bool = False

    def fits(self, cause: Cause, transient: bool, verb: Verb) -> bool:
        """Whether the row speaks of this answer."""
        return (
            (self.subcode is None or self.subcode == cause.subcode)
            and (self.code is None or _is_in(self.code, cause.code))
            and (self.transient is None or self.transient == transient)
            and (self.status is None or _is_in(self.status, cause.status or 0))
            and (self.verb is None or self.verb == verb)
        )


def _is_in(wanted: int | list[int], value: int | None) -> bool:
    if isinstance(wanted, list):
        return value is not None and wanted[0] <= value <= wanted[1]
    return wanted == value


@functools.cache
def rules() -> tuple[Rule, ...]:
    """The table."""
    return tuple(
        Rule(**row) for row in json.loads((Path(__file__).parent / "error_rules.json").read_text())
    )


def classify(
    status: int,
    error: object,
    verb: Verb,
    edge: str,
    wait: timedelta | None = None,
    permission: str | None = None,
) -> GraphError:
    """The error of an answer. `error` is its decoded error object, whatever that may be; `wait` is the time that Meta gave.

    A change that ended in anything passing may have happened all the same: that is an UnknownOutcome, not a RetryLater.
    """
    raw = error if isinstance(error, Mapping) else {}
    trace_id = raw.get("fbtrace_id")
    cause = Cause(
        status,
        _number(raw, "code"),
        _number(raw, "error_subcode"),
        trace_id if isinstance(trace_id, str) else None,
        edge,
    )
    rule = next(rule for rule in rules() if rule.fits(cause, raw.get("is_transient") is True, verb))
    if rule.outcome == "throttled":
        return Throttled(cause, rule.meaning, wait, of_app=rule.of_app)
    if rule.outcome == "permission":
        return PermissionMissing(cause, rule.meaning, permission)
    if rule.outcome == "retry_tomorrow":
        return RetryLater(cause, rule.meaning, wait or TOMORROW)
    if rule.outcome == "try_again":
        return RetryLater(cause, rule.meaning, wait)
    if rule.outcome == "retry" and verb == "write":
        return UnknownOutcome(cause, rule.meaning)
    return KINDS[rule.outcome](cause, rule.meaning)


KINDS: dict[str, Callable[[Cause, str], GraphError]] = {
    "blocked": Blocked,
    "no_data": NoData,
    "not_ready": NotReady,
    "object_lag": ObjectLag,
    "reconnect": ReconnectRequired,
    "refused": RequestRefused,
    "retry": RetryLater,
    "start_again": StartAgain,
}


def no_answer(verb: Verb, edge: str) -> GraphError:
    """The error of a call that nobody answered."""
    kind = UnknownOutcome if verb == "write" else RetryLater
    return kind(Cause(edge=edge), "no whole answer arrived")


def no_sense(status: int, verb: Verb, edge: str) -> GraphError:
    """The error of an answer that is no JSON, or none that was asked for."""
    if status >= 400:
        return classify(status, None, verb, edge)
    kind = UnknownOutcome if verb == "write" else RetryLater
    return kind(Cause(status, edge=edge), "an answer that makes no sense")


def _number(raw: Mapping[str, Any], name: str) -> int | None:
    value = raw.get(name)
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
