"""What is wrong with a request: every problem at once, each with the field that it is about."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

MAX_PROBLEMS = 100


class FieldProblemJson(msgspec.Struct, frozen=True):
    """A problem or a warning: the field, such as `media[2].alt_text`, a code and a sentence."""

    field: str
    code: str
    message: str

    @property
    def sentence(self) -> str:
        """Return the message with the field that it is about, which many messages begin with."""
        rest = self.message.removeprefix(self.field)
        begins = rest != self.message and rest[:1] in (":", " ")
        return self.message if begins or not self.field else f"{self.field}: {self.message}"


@dataclass
class Findings:
    """The problems and warnings that a check has found so far."""

    problems: list[FieldProblemJson] = field(default_factory=list)
    warnings: list[FieldProblemJson] = field(default_factory=list)

    def refuse(self, place: str, code: str, message: str) -> None:
        """Add a problem: the request cannot be accepted with it."""
        # A body of a megabyte could have any number of them.
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(FieldProblemJson(place, code, message))

    def warn(self, place: str, code: str, message: str) -> None:
        """Add a warning: the request can be accepted, but may not do what was meant."""
        if len(self.warnings) < MAX_PROBLEMS:
            self.warnings.append(FieldProblemJson(place, code, message))

    def add(self, other: Findings) -> None:
        """Put what was found before to the front."""
        self.problems[:0] = other.problems
        self.warnings[:0] = other.warnings

    def has(self, place: str) -> bool:
        """Return whether a field has a problem already."""
        return any(one.field == place for one in self.problems)

    def has_within(self, place: str) -> bool:
        """Return whether a field, or something inside it, has a problem already."""
        inside = (f"{place}.", f"{place}[")
        return any(one.field == place or one.field.startswith(inside) for one in self.problems)
