"""What a rule is held against, and what it may ask about the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lambdas.comments.rules.limits import Reached
from lambdas.comments.rules.model import ItemKind, Rule
from lambdas.comments.rules.text_view import TextView


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A comment, mention or message; None is what Instagram did not send."""

    kind: ItemKind
    text: str | None
    author_id: str | None
    username: str | None
    media_id: str | None = None
    product_type: str | None = None
    is_own: bool = False
    at: datetime


class History(Protocol):
    """What the author of a subject wrote before it; asked only if a rule needs it."""

    def texts_of_author(self, since: datetime) -> Sequence[tuple[datetime, str]]:
        """Return time and text, folded by `folding.fold`, without the subject itself."""

    def is_first_contact(self) -> bool:
        """Return whether the author never wrote before."""


class LimitBook(Protocol):
    """How often rules acted lately."""

    def free(self, rule: Rule, subject: Subject) -> Reached | None:
        """Return None if the rule may act, else the limit that keeps it from that."""


class NoHistory:
    """An author of whom nothing else is known."""

    def texts_of_author(self, since: datetime) -> Sequence[tuple[datetime, str]]:
        """Return nothing."""
        del since
        return ()

    def is_first_contact(self) -> bool:
        """Return True."""
        return True


class NoLimits:
    """Every rule may act."""

    def free(self, rule: Rule, subject: Subject) -> Reached | None:
        """Return None."""
        del rule, subject
        return None


class PastSubjects:
    """The history of one subject among others of its author that are at hand."""

    def __init__(self, subject: Subject, of_author: Sequence[tuple[Subject, TextView]]) -> None:
        self._subject = subject
        self._of_author = of_author

    def texts_of_author(self, since: datetime) -> Sequence[tuple[datetime, str]]:
        """Return what the same author wrote until then."""
        return [(one.at, view.line) for one, view in self._earlier() if one.at >= since]

    def is_first_contact(self) -> bool:
        """Return whether none of the others is earlier."""
        return next(iter(self._earlier()), None) is None

    def _earlier(self) -> Iterable[tuple[Subject, TextView]]:
        mine = self._subject
        return (pair for pair in self._of_author if pair[0] is not mine and pair[0].at <= mine.at)


@dataclass(frozen=True)
class Situation:
    """A subject with its text prepared once for all rules, and its author's past."""

    subject: Subject
    view: TextView
    history: History

    def since(self, minutes: int) -> datetime:
        """Return the moment so many minutes before the subject."""
        return self.subject.at - timedelta(minutes=minutes)


def situation(subject: Subject, history: History | None = None) -> Situation:
    """Prepare a subject for being held against rules."""
    return Situation(subject, TextView(subject.text), history or NoHistory())


def situations(subjects: Iterable[Subject]) -> tuple[Situation, ...]:
    """Prepare many subjects; what their authors wrote before is looked up among them."""
    views = [(one, TextView(one.text)) for one in subjects if not one.is_own]
    of_author: dict[str, list[tuple[Subject, TextView]]] = {}
    for one, view in views:
        if one.author_id is not None:
            of_author.setdefault(one.author_id, []).append((one, view))
    return tuple(
        Situation(one, view, PastSubjects(one, of_author.get(one.author_id or "", ())))
        for one, view in views
    )
