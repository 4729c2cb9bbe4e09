"""Sets of rules that are ready to use, as starting points: JSON that `check_rules` accepts."""

from __future__ import annotations

import enum
from functools import cache
from pathlib import Path

import msgspec

from lambdas.comments.rules.model import Rule


class ReadySet(enum.StrEnum):
    """The name of a set: what it is against or for."""

    SPAM = "spam"
    QUESTIONS = "questions"
    ABUSE = "abuse"


@cache
def ready_set(name: ReadySet) -> tuple[Rule, ...]:
    """Return the rules of a set, in their order."""
    path = Path(__file__).parent / "sets" / f"{name}.json"
    return msgspec.json.decode(path.read_bytes(), type=tuple[Rule, ...])
