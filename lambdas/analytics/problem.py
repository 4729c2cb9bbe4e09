"""Why a unit of collection did not get everything, as a code that is stored and shown."""

from __future__ import annotations

import enum
from collections.abc import Callable

from lambdas.graph.errors import (
    GraphError,
    PermissionMissing,
    ReconnectRequired,
    RetryLater,
    Throttled,
)


class Problem(enum.StrEnum):
    """Why a unit's last attempt did not complete."""

    THROTTLED = "throttled"
    INSIGHTS_NOT_GRANTED = "insights_not_granted"
    RECONNECT_REQUIRED = "reconnect_required"
    UNAVAILABLE = "unavailable"
    """Instagram did not answer, or answered with a passing fault."""
    REFUSED = "refused"
    """Instagram refused a call for another reason."""
    PARTLY_FAILED = "partly_failed"
    """Single posts or stories could not be read; the others were."""
    UNFINISHED = "unfinished"
    """There is more than fits into one run; the next one goes on."""


def problem_of(error: GraphError) -> Problem:
    """Return the problem that an error of the Graph client is."""
    match error:
        case Throttled():
            return Problem.THROTTLED
        case RetryLater():
            return Problem.UNAVAILABLE
        case PermissionMissing():
            return Problem.INSIGHTS_NOT_GRANTED
        case ReconnectRequired():
            return Problem.RECONNECT_REQUIRED
        case _:
            return Problem.REFUSED


class Attempts:
    """Runs the parts of a unit so that one that fails stops no other."""

    def __init__(self) -> None:
        self.problem: Problem | None = None
        self.errors: list[GraphError] = []

    def run(self, part: Callable[[], object]) -> bool:
        """Run a part; return whether it succeeded.

        Raises what concerns the whole account: a used-up budget, or a dead token.
        """
        try:
            part()
        except (Throttled, ReconnectRequired):
            raise
        except GraphError as error:
            self.note(error)
            return False
        return True

    def run_part(self, part: Callable[[], object]) -> None:
        """Run a part that the unit is complete without, such as a single story."""
        try:
            part()
        except (Throttled, ReconnectRequired):
            raise
        except GraphError as error:
            self.note_part(error)

    def note_part(self, error: GraphError) -> None:
        """Remember an error of a single post or story."""
        self.errors.append(error)
        self.problem = self.problem or Problem.PARTLY_FAILED

    def note(self, error: GraphError) -> None:
        """Remember an error; the first one names the problem."""
        self.errors.append(error)
        self.problem = self.problem or problem_of(error)
