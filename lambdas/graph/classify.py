"""Which error of the tree an answer is.

The rules of `error_rules.json` are in the order of section "Errors" of the platform's reference:
subcode, code, `is_transient`, HTTP status. Neither `type` nor text decides, except in the few rows
that name a text because Meta gives nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from lambdas.graph.decoding import JsonObject
from lambdas.graph.error_rule import AnsweredError, ErrorRule, Outcome, error_rules
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
    SecretProofRequired,
    StartAgain,
    Throttled,
    UnknownOutcome,
)
from lambdas.graph.verb import Verb

TOMORROW = timedelta(hours=24)
NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
MAX_NUMBER = 10**9
MAX_TRACE_ID = 64

SIMPLE: Mapping[Outcome, Callable[[Cause, str], GraphError]] = {
    Outcome.BLOCKED: Blocked,
    Outcome.NO_DATA: NoData,
    Outcome.NOT_READY: NotReady,
    Outcome.OBJECT_LAG: ObjectLag,
    Outcome.RECONNECT: ReconnectRequired,
    Outcome.REFUSED: RequestRefused,
    Outcome.SECRET_PROOF: SecretProofRequired,
    Outcome.START_AGAIN: StartAgain,
}


def classify(
    status: int,
    error: object,
    verb: Verb,
    edge: str,
    wait: timedelta | None = None,
    permission: str | None = None,
) -> GraphError:
    """Return the error of an answer.

    `error` is the decoded error object, of whatever shape; `wait` is the time that Meta gave. A
    change that met a passing fault may have happened: that is UnknownOutcome, not RetryLater.
    """
    raw = error if isinstance(error, Mapping) else {}
    trace_id, message = raw.get("fbtrace_id"), raw.get("message")
    cause = Cause(
        status,
        _number(raw, "code"),
        _number(raw, "error_subcode"),
        trace_id[:MAX_TRACE_ID] if isinstance(trace_id, str) else None,
        edge,
    )
    answered = AnsweredError(
        cause,
        verb,
        raw.get("is_transient") is True,
        message if isinstance(message, str) else "",
    )
    rule = next(rule for rule in error_rules() if rule.fits(answered))
    found = _error(rule, answered, wait, permission)
    found.scope, found.reason = rule.scope, rule.reason or found.reason
    return found


def _error(
    rule: ErrorRule, answered: AnsweredError, wait: timedelta | None, permission: str | None
) -> GraphError:
    cause, meaning = answered.cause, rule.meaning
    match rule.outcome:
        case Outcome.THROTTLED:
            return Throttled(cause, meaning, wait)
        case Outcome.PERMISSION:
            return PermissionMissing(cause, meaning, permission)
        case Outcome.RETRY_TOMORROW:
            return RetryLater(cause, meaning, wait or TOMORROW)
        case Outcome.TRY_AGAIN:
            return RetryLater(cause, meaning, wait)
        case Outcome.RETRY:
            return passing_fault(answered.verb)(cause, meaning)
        case simple:
            return SIMPLE[simple](cause, meaning)


def passing_fault(verb: Verb) -> type[RetryLater] | type[UnknownOutcome]:
    """Return the kind of error that a passing fault is for a call."""
    return UnknownOutcome if verb is Verb.WRITE else RetryLater


def unanswered(verb: Verb, edge: str) -> GraphError:
    """Return the error of a call without a complete answer."""
    return passing_fault(verb)(Cause(edge=edge), "no complete answer arrived")


def unreadable(status: int, verb: Verb, edge: str) -> GraphError:
    """Return the error of an answer that is not JSON, or not of the expected kind."""
    if status >= 400:
        return classify(status, None, verb, edge)
    return passing_fault(verb)(Cause(status, edge=edge), "the answer is unreadable")


def _number(raw: JsonObject, name: str) -> int | None:
    value = raw.get(name)
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool) and abs(value) < MAX_NUMBER
    return value if is_number else None
