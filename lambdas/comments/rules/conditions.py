"""The conditions of rules: each says whether it holds, and why, in words for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lambdas.comments.rules.keywords import Keywords
from lambdas.comments.rules.model import AuthorJson, ItemKind, MediaJson, RateJson, Rule, kinds_for
from lambdas.comments.rules.patterns import Pattern, compile_pattern
from lambdas.comments.rules.subject import Situation

MAX_QUOTED = 80


class Answer(NamedTuple):
    """Whether a condition holds, and the reason."""

    holds: bool
    why: str


class Condition(Protocol):
    """One part of `when`."""

    def ask(self, situation: Situation) -> Answer:
        """Return whether the condition holds, and why."""


@dataclass(frozen=True)
class KindIs:
    """It is one of these kinds; without a list, one that the outcome is possible for."""

    kinds: frozenset[ItemKind]
    written: bool

    def ask(self, situation: Situation) -> Answer:
        """Compare the kind."""
        kind = situation.subject.kind
        if kind in self.kinds:
            return Answer(True, f"it is a {kind}" if self.written else "")
        if self.written:
            return Answer(False, f"it is a {kind}")
        return Answer(False, f"it is a {kind}, with which this is not possible")


@dataclass(frozen=True)
class HasKeyword:
    """The text contains one of the keywords."""

    keywords: Keywords

    def ask(self, situation: Situation) -> Answer:
        """Search the text."""
        found = self.keywords.find(situation.view)
        if found is None:
            return Answer(False, f"the text contains no keyword of {len(self.keywords.written)}")
        return Answer(True, f'the text contains "{_short(found.text)}" (keyword "{found.keyword}")')


@dataclass(frozen=True)
class HasNoKeyword:
    """The text contains none of the exceptions."""

    keywords: Keywords

    def ask(self, situation: Situation) -> Answer:
        """Search the text."""
        found = self.keywords.find(situation.view)
        if found is None:
            return Answer(True, "")
        return Answer(
            False, f'the text contains "{_short(found.text)}" (exception "{found.keyword}")'
        )


@dataclass(frozen=True)
class MatchesPattern:
    """The visible text matches a regular expression."""

    written: str
    pattern: Pattern

    def ask(self, situation: Situation) -> Answer:
        """Search the text."""
        found = self.pattern.find(situation.view.visible)
        if found is None:
            return Answer(False, f"the text does not match {self.written}")
        return Answer(True, f'the text contains "{_short(found)}" (pattern {self.written})')


@dataclass(frozen=True)
class HasLink:
    """The text contains a link, or none."""

    wanted: bool

    def ask(self, situation: Situation) -> Answer:
        """Search the text."""
        found = situation.view.link
        why = (
            "the text contains no link" if found is None else f"the text contains the link {found}"
        )
        return Answer((found is not None) == self.wanted, why)


@dataclass(frozen=True)
class AuthorIs:
    """The author is one of these."""

    usernames: frozenset[str] | None
    ids: frozenset[str] | None

    def ask(self, situation: Situation) -> Answer:
        """Compare name and id; both, if both are given."""
        subject = situation.subject
        name = (subject.username or "").casefold()
        shown = f"@{subject.username}" if subject.username else "an unknown author"
        named = self.usernames is None or name in self.usernames
        known = self.ids is None or subject.author_id in self.ids
        return Answer(named and known, f"it was written by {shown}")


@dataclass(frozen=True)
class FirstContact:
    """The author wrote for the first time, or not."""

    wanted: bool

    def ask(self, situation: Situation) -> Answer:
        """Look into the history."""
        first = situation.subject.author_id is not None and situation.history.is_first_contact()
        why = "the author wrote for the first time" if first else "the author wrote before"
        return Answer(first == self.wanted, why)


@dataclass(frozen=True)
class MediaIs:
    """It was written under one of these media."""

    ids: frozenset[str] | None
    product_types: frozenset[str] | None

    def ask(self, situation: Situation) -> Answer:
        """Compare id and type; both, if both are given."""
        subject = situation.subject
        kind = (subject.product_type or "").upper()
        listed = self.ids is None or subject.media_id in self.ids
        fits = self.product_types is None or kind in self.product_types
        where = f"media {subject.media_id}" if subject.media_id else "no media"
        return Answer(listed and fits, f"it belongs to {where}{f' ({kind})' if kind else ''}")


@dataclass(frozen=True)
class RateReached:
    """The author wrote often lately, or repeated a text."""

    rate: RateJson

    def ask(self, situation: Situation) -> Answer:
        """Count the history and this text."""
        line = situation.view.line
        if situation.subject.author_id is None or (self.rate.same_text and not line):
            return Answer(False, "there is no author or text to compare")
        since = situation.since(self.rate.minutes)
        past = [text for at, text in situation.history.texts_of_author(since) if at >= since]
        count = 1 + sum(1 for text in past if not self.rate.same_text or text == line)
        times = "1 time" if count == 1 else f"{count} times"
        what = "wrote this text" if self.rate.same_text else "wrote"
        why = f"the author {what} {times} within {self.rate.minutes} minutes"
        return Answer(count >= self.rate.count, why)


def conditions_of(rule: Rule) -> tuple[Condition, ...]:
    """Return a rule's conditions, the cheap ones first and those that ask for history last."""
    return (*_of_facts(rule), *text_conditions(rule), *_of_history(rule))


def text_conditions(rule: Rule) -> tuple[Condition, ...]:
    """Return the conditions that depend on the text alone.

    Raises UnclearKeyword and RefusedPattern for a rule that was never checked.
    """
    return tuple(_of_text(rule))


def _of_facts(rule: Rule) -> Iterator[Condition]:
    when = rule.when
    possible = kinds_for(rule.outcomes)
    if when.kinds is not None:
        yield KindIs(frozenset(when.kinds), written=True)
    elif possible != frozenset(ItemKind):
        yield KindIs(possible, written=False)
    author, media = when.author or AuthorJson(), when.media or MediaJson()
    if author.usernames is not None or author.ids is not None:
        names = None if author.usernames is None else map(_username, author.usernames)
        yield AuthorIs(None if names is None else frozenset(names), _frozen(author.ids))
    if media.ids is not None or media.product_types is not None:
        kinds = media.product_types
        upper = None if kinds is None else frozenset(one.strip().upper() for one in kinds)
        yield MediaIs(_frozen(media.ids), upper)


def _of_text(rule: Rule) -> Iterator[Condition]:
    when = rule.when
    if when.keywords is not None:
        yield HasKeyword(Keywords(when.keywords))
    if when.not_keywords is not None:
        yield HasNoKeyword(Keywords(when.not_keywords))
    if when.links is not None:
        yield HasLink(when.links)
    if when.regex is not None:
        yield MatchesPattern(when.regex, compile_pattern(when.regex))


def _of_history(rule: Rule) -> Iterator[Condition]:
    if rule.when.author is not None and rule.when.author.first_contact is not None:
        yield FirstContact(rule.when.author.first_contact)
    if rule.when.rate is not None:
        yield RateReached(rule.when.rate)


def _short(found: str) -> str:
    """Return what was found as sentences quote it: a word may be as long as a text."""
    return found[:MAX_QUOTED]


def _username(written: str) -> str:
    return written.strip().removeprefix("@").casefold()


def _frozen(values: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)
