"""What one rule must keep to, and what may not do what was meant.

A field that could not be read is UNSET and was reported; here it is passed over.
"""

from __future__ import annotations

from typing import TypeGuard, TypeVar

from msgspec import UNSET

from lambdas.api.findings import Findings
from lambdas.comments.rules.keywords import unclear
from lambdas.comments.rules.model import (
    MAX_PROMISE_MINUTES,
    AuthorJson,
    ItemKind,
    MediaJson,
    Outcome,
    RateJson,
    Rule,
    RuleLimitsJson,
    WhenJson,
    kinds_for,
)
from lambdas.comments.rules.outcome_checks import check_outcomes, check_templates
from lambdas.comments.rules.patterns import RefusedPattern, compile_pattern

T = TypeVar("T")
PRODUCT_TYPES = ("AD", "FEED", "REELS", "STORY")
MAX_LIMIT = 1000
MAX_RATE_COUNT = 100
MAX_RATE_MINUTES = 24 * 60
# Harmless enough to happen to every item.
WITHOUT_CONDITION = {Outcome.ESCALATE, Outcome.DONE}


def check_rule(rule: Rule, place: str, found: Findings) -> None:
    """Report what is wrong with a rule."""
    if known(rule.when):
        _check_when(rule.when, f"{place}.when", found)
    readable = not found.has_within(f"{place}.then") and known(rule.then)
    if readable:
        check_outcomes(rule, place, found)
    _check_promise(rule, place, found, readable)
    if rule.limits is not None:
        _check_limits(rule.limits, f"{place}.limits", found)
    if readable and known(rule.when) and not found.has_within(f"{place}.when"):
        _check_match(rule, place, found)
        # Templates are rendered and held against the conditions: both must be readable.
        check_templates(rule, place, found)


def known(value: T) -> TypeGuard[T]:
    """Return whether a field could be read."""
    return value is not UNSET


def _check_match(rule: Rule, place: str, found: Findings) -> None:
    when = rule.when
    conditions = (when.kinds, when.keywords, when.regex, when.links, when.author, when.media)
    has_condition = any(one is not None for one in (*conditions, when.rate))
    if not has_condition and not rule.dry_run and set(rule.outcomes) - WITHOUT_CONDITION:
        found.refuse(
            f"{place}.when",
            "no_condition",
            "Without a condition the rule would act on everything. That is possible only with"
            " escalate, done or dry_run.",
        )
    if when.kinds is not None:
        for kind in sorted(set(when.kinds) - kinds_for(rule.outcomes)):
            found.refuse(
                f"{place}.when.kinds",
                "outcome_not_possible",
                f"A {kind} can be neither hidden nor answered privately; only comments can.",
            )


def _check_when(when: WhenJson, place: str, found: Findings) -> None:
    _check_list(when.kinds, f"{place}.kinds", found)
    for name in ("keywords", "not_keywords"):
        keywords = getattr(when, name)
        _check_list(keywords, f"{place}.{name}", found)
        for index, why in unclear(keywords or ()):
            where = f"{place}.{name}[{index}]"
            # An entry of another type was reported when it was read.
            if not found.has(where):
                found.refuse(where, "unclear_keyword", why)
    if when.regex is not None:
        _check_regex(when.regex, f"{place}.regex", found)
    if when.language is not None:
        found.refuse(
            f"{place}.language",
            "language_not_supported",
            "The language of short texts cannot be recognised reliably. Use words of the language"
            " as keywords.",
        )
    if when.author is not None:
        _check_author(when.author, f"{place}.author", found)
    if when.media is not None:
        _check_media(when.media, f"{place}.media", found)
    if when.rate is not None:
        _check_rate(when.rate, f"{place}.rate", found)


def _check_regex(pattern: str, place: str, found: Findings) -> None:
    try:
        if not pattern:
            raise RefusedPattern("The pattern is empty.")
        compile_pattern(pattern)
    except RefusedPattern as error:
        found.refuse(place, "refused_regex", str(error))


def _check_author(author: AuthorJson, place: str, found: Findings) -> None:
    _check_list(author.usernames, f"{place}.usernames", found)
    _check_list(author.ids, f"{place}.ids", found)
    if author == AuthorJson():
        found.refuse(place, "empty", "author needs usernames, ids or first_contact.")


def _check_media(media: MediaJson, place: str, found: Findings) -> None:
    _check_list(media.ids, f"{place}.ids", found)
    _check_list(media.product_types, f"{place}.product_types", found)
    for index, one in enumerate(media.product_types or ()):
        where = f"{place}.product_types[{index}]"
        if one.strip().upper() not in PRODUCT_TYPES and not found.has(where):
            found.refuse(where, "unknown_value", f"Choose one of {', '.join(PRODUCT_TYPES)}.")
    if media == MediaJson():
        found.refuse(place, "empty", "media needs ids or product_types.")


def _check_rate(rate: RateJson, place: str, found: Findings) -> None:
    _check_range(rate.count, f"{place}.count", (2, MAX_RATE_COUNT), found)
    _check_range(rate.minutes, f"{place}.minutes", (1, MAX_RATE_MINUTES), found)


def _check_limits(limits: RuleLimitsJson, place: str, found: Findings) -> None:
    for name in ("per_author", "per_media", "per_hour"):
        value = getattr(limits, name)
        if value is not None:
            _check_range(value, f"{place}.{name}", (1, MAX_LIMIT), found)
    if limits == RuleLimitsJson() and not found.has_within(place):
        found.refuse(place, "empty", "limits needs per_author, per_media or per_hour.")


def _check_promise(rule: Rule, place: str, found: Findings, readable: bool) -> None:
    if rule.promise_minutes is None:
        return
    where = f"{place}.promise_minutes"
    _check_range(rule.promise_minutes, where, (1, MAX_PROMISE_MINUTES), found)
    if readable and Outcome.ESCALATE not in rule.outcomes:
        found.refuse(where, "unused", "promise_minutes is only for rules that escalate.")


def _check_range(value: int, place: str, limits: tuple[int, int], found: Findings) -> None:
    low, high = limits
    if known(value) and not low <= value <= high:
        found.refuse(place, "out_of_range", f"Choose a number from {low} to {high:,}.")


def _check_list(values: tuple[str | ItemKind, ...] | None, place: str, found: Findings) -> None:
    if values is None:
        return
    if not values:
        found.refuse(place, "empty", "An empty list holds for nothing; leave the field out.")
    for index, one in enumerate(values):
        where = f"{place}[{index}]"
        if not str(one).strip() and not found.has(where):
            found.refuse(where, "empty", "An entry cannot be empty.")
