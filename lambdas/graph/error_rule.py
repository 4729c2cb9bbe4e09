"""The rules that decide which error an answer is, read from `error_rules.json`."""

from __future__ import annotations

import enum
import functools
import json
from dataclasses import dataclass
from pathlib import Path

from lambdas.graph.errors import Cause, ErrorReason, ErrorScope
from lambdas.graph.verb import Verb
from lambdas.kit.decoded import JsonObject


class Outcome(enum.StrEnum):
    """What the caller can do about an answer."""

    BLOCKED = "blocked"
    NO_DATA = "no_data"
    NOT_READY = "not_ready"
    OBJECT_LAG = "object_lag"
    PERMISSION = "permission"
    RECONNECT = "reconnect"
    REFUSED = "refused"
    RETRY = "retry"
    """A passing fault, after which a change may have happened all the same."""
    TRY_AGAIN = "try_again"
    """A passing fault before anything was changed."""
    RETRY_TOMORROW = "retry_tomorrow"
    SECRET_PROOF = "secret_proof"  # noqa: S105
    START_AGAIN = "start_again"
    THROTTLED = "throttled"


@dataclass(frozen=True)
class AnsweredError:
    """What the rules look at. `message` is Meta's text, which decides only where a rule says so."""

    cause: Cause
    verb: Verb
    is_transient: bool = False
    message: str = ""


@dataclass(frozen=True)
class ErrorRule:
    """One row of the table; a condition that is None fits every answer.

    `code` and `status` are a number or a range `[from, to]`. `text` is a lower-case part of Meta's
    message, for answers that nothing else distinguishes.
    """

    outcome: Outcome
    meaning: str
    scope: ErrorScope
    reason: ErrorReason | None = None
    subcode: int | None = None
    code: int | list[int] | None = None
    is_transient: bool | None = None
    status: list[int] | None = None
    verb: Verb | None = None
    edge: str | None = None
    text: str | None = None

    def fits(self, answered: AnsweredError) -> bool:
        """Return whether the rule applies to an answer."""
        cause = answered.cause
        return (
            self.subcode in (None, cause.subcode)
            and (self.code is None or _is_in(self.code, cause.code))
            and self.is_transient in (None, answered.is_transient)
            and (self.status is None or _is_in(self.status, cause.status or 0))
            and self.verb in (None, answered.verb)
            and self.edge in (None, cause.edge)
            and (self.text is None or self.text in answered.message.lower())
        )


def _is_in(wanted: int | list[int], value: int | None) -> bool:
    if isinstance(wanted, list):
        return value is not None and wanted[0] <= value <= wanted[1]
    return wanted == value


# The scope of an outcome whose row names none.
DEFAULT_SCOPES = {
    Outcome.BLOCKED: ErrorScope.ACCOUNT,
    Outcome.PERMISSION: ErrorScope.ACCOUNT,
    Outcome.RECONNECT: ErrorScope.ACCOUNT,
    Outcome.SECRET_PROOF: ErrorScope.APP,
    Outcome.THROTTLED: ErrorScope.ACCOUNT,
}


@functools.cache
def error_rules() -> tuple[ErrorRule, ...]:
    """Return the table in its order: the first rule that fits decides."""
    rows = json.loads((Path(__file__).parent / "error_rules.json").read_text())
    return tuple(_rule(row) for row in rows)


def _rule(row: JsonObject) -> ErrorRule:
    outcome = Outcome(row["outcome"])
    default = DEFAULT_SCOPES.get(outcome, ErrorScope.CALL)
    typed = {
        "outcome": outcome,
        "scope": ErrorScope(row.get("scope", default)),
        "reason": ErrorReason(row["reason"]) if "reason" in row else None,
        "verb": Verb(row["verb"]) if "verb" in row else None,
    }
    return ErrorRule(**(row | typed))
