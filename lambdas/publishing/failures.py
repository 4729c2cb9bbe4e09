"""Why posts fail: for each cause a code, a sentence, and what a person can do.

The table is `failures.json`. Its first row whose subcode fits decides, then the first whose code
does: Instagram's own order, as `graph-api` classifies errors.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from lambdas.kit.decoded import JsonObject

UNKNOWN = "refused_by_instagram"


@dataclass(frozen=True)
class FailureKind:
    """A cause of failures.

    `message` says what happened, `next_step` what a person can do. `retryable`: the post may
    succeed as it is, perhaps after the next step. `automatic`: trying again needs no person.
    `new_container`: the next attempt needs a new container.
    """

    code: str
    message: str
    next_step: str
    retryable: bool = False
    new_container: bool = False
    automatic: bool = False


@dataclass(frozen=True)
class _Row:
    """One row of the table, with Instagram's numbers; a pair of numbers is a range."""

    kind: FailureKind
    subcodes: tuple[int, ...]
    codes: tuple[int | list[int], ...]

    def has_code(self, code: int) -> bool:
        return any(
            one[0] <= code <= one[1] if isinstance(one, list) else one == code for one in self.codes
        )


def failure_of_subcode(subcode: int | None, code: int | None = None) -> FailureKind:
    """Return the cause that Instagram's numbers mean."""
    for row in _table():
        if subcode is not None and subcode in row.subcodes:
            return row.kind
    for row in _table():
        if code is not None and row.has_code(code):
            return row.kind
    return failure_kind(UNKNOWN)


def failure_kind(code: str) -> FailureKind:
    """Return the cause with our own code. Raises KeyError for a code that is not in the table."""
    return _by_code()[code]


def next_step_of(code: str) -> str:
    """Return what a person can do about a failure; a code that is not in the table is unknown."""
    return _by_code().get(code, failure_kind(UNKNOWN)).next_step


def failure_kinds() -> tuple[FailureKind, ...]:
    """Return all causes, in the order of the table."""
    return tuple(row.kind for row in _table())


@functools.cache
def _by_code() -> dict[str, FailureKind]:
    return {row.kind.code: row.kind for row in _table()}


@functools.cache
def _table() -> tuple[_Row, ...]:
    rows = json.loads((Path(__file__).parent / "failures.json").read_text())
    return tuple(_row(row) for row in rows)


def _row(row: JsonObject) -> _Row:
    subcodes, codes = row.pop("subcodes", ()), row.pop("codes", ())
    return _Row(FailureKind(**row), tuple(subcodes), tuple(codes))
