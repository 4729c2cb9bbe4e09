"""A rule as it is written and stored: JSON that a person can read.

All conditions of `when` must hold; the entries of a list are alternatives.
"""

from __future__ import annotations

import msgspec

from lambdas.comments.records import ItemKind as ItemKind
from lambdas.comments.records import Outcome as Outcome

MAX_KEYWORDS = 200
"""Entries of any list in a rule."""
MAX_PROMISE_MINUTES = 7 * 24 * 60
DEFAULT_PROMISE_MINUTES = 30


class AuthorJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote it; `first_contact` means that nothing of this author was seen before."""

    usernames: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    first_contact: bool | None = None


class MediaJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """Under which media it was written."""

    ids: tuple[str, ...] | None = None
    product_types: tuple[str, ...] | None = None


class RateJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """At least `count` texts of one author within `minutes`, this one included."""

    count: int
    minutes: int
    same_text: bool = False


class WhenJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """The conditions of a rule; `not_keywords` are its exceptions."""

    kinds: tuple[ItemKind, ...] | None = None
    keywords: tuple[str, ...] | None = None
    not_keywords: tuple[str, ...] | None = None
    regex: str | None = None
    links: bool | None = None
    language: str | None = None
    author: AuthorJson | None = None
    media: MediaJson | None = None
    rate: RateJson | None = None


class RuleLimitsJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often a rule may act: per author and media in 24 hours, in all per hour."""

    per_author: int | None = None
    per_media: int | None = None
    per_hour: int | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule: conditions, what it does, and how often."""

    name: str
    when: WhenJson
    then: Outcome | tuple[Outcome, ...]
    template: str | tuple[str, ...] | None = None
    limits: RuleLimitsJson | None = None
    promise_minutes: int | None = None
    dry_run: bool = False
    enabled: bool = True

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what the rule does, as a list."""
        return (self.then,) if isinstance(self.then, Outcome) else self.then

    @property
    def templates(self) -> tuple[str, ...]:
        """Return the alternatives of the answer."""
        if self.template is None:
            return ()
        return (self.template,) if isinstance(self.template, str) else self.template

    @property
    def promise(self) -> int | None:
        """Return within how many minutes a person answers; None if the rule does not escalate."""
        if Outcome.ESCALATE not in self.outcomes:
            return None
        return self.promise_minutes or DEFAULT_PROMISE_MINUTES


HIDABLE = frozenset({ItemKind.COMMENT})
"""What can be hidden, and answered privately once."""


def kinds_for(outcomes: tuple[Outcome, ...]) -> frozenset[ItemKind]:
    """Return the kinds of items with which all outcomes are possible."""
    only_comments = {Outcome.HIDE, Outcome.PRIVATE_REPLY} & set(outcomes)
    return HIDABLE if only_comments else frozenset(ItemKind)
