"""The log line and the metrics of each call."""

from __future__ import annotations

from dataclasses import dataclass, field

from lambdas.graph.call import Call, ClientDependencies
from lambdas.graph.errors import GraphError
from lambdas.graph.transport import Answer
from lambdas.graph.usage import ReportedUsage

VERSION_HEADER = "facebook-api-version"
TRACE_HEADER = "x-fb-trace-id"
USAGE_METRIC = "GraphUsage"
MIN_MEASURED, USED_UP = 50.0, 100.0


@dataclass(frozen=True)
class Attempt:
    """One attempt at a call, and how it ended."""

    call: Call
    number: int
    account_id: str
    seconds: float = 0.0
    answer: Answer | None = None
    usage: ReportedUsage = field(default_factory=ReportedUsage)
    error: GraphError | None = None


def log_attempt(deps: ClientDependencies, attempt: Attempt) -> None:
    """Log one attempt."""
    answer, usage, error = attempt.answer, attempt.usage, attempt.error
    fields = {
        "method": attempt.call.method,
        "edge": attempt.call.edge,
        "account": attempt.account_id,
        "status": answer.status if answer else None,
        "attempt": attempt.number,
        "duration_ms": round(attempt.seconds * 1000),
        "trace_id": answer.headers.get(TRACE_HEADER) if answer else None,
        "app_usage": usage.app.percent if usage.app else None,
        "account_usage": usage.account.percent if usage.account else None,
    }
    if error is None:
        deps.log.info("graph call", extra=fields)
        return
    cause = error.cause
    fields |= {
        "outcome": type(error).__name__,
        "scope": error.scope.value,
        "code": cause.code,
        "subcode": cause.subcode,
        "trace_id": cause.trace_id or fields["trace_id"],
    }
    deps.log.warning("graph call failed", extra=fields)


def measure_usage(deps: ClientDependencies, usage: ReportedUsage) -> None:
    """Record the used share of a limit, from half of it on."""
    percent = max((one.percent for one in (usage.app, usage.account) if one), default=0.0)
    if percent >= MIN_MEASURED:
        deps.measure(USAGE_METRIC, percent)


def check_version(deps: ClientDependencies, call: Call, answer: Answer, version: str) -> None:
    """Report an answer of another API version.

    An expired or unknown version does not fail: the oldest usable version answers instead.
    """
    served = answer.headers.get(VERSION_HEADER) if f"/{version}/" in call.url else None
    if served and served != version:
        deps.count("GraphVersionMismatch")
        deps.log.warning(
            "another API version answered", extra={"asked": version, "served": served[:16]}
        )
