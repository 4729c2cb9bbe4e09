"""Checking rules before they are stored: all problems at once, each with the field it is about."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from lambdas.api.findings import FieldProblemJson, Findings
from lambdas.api.lenient import decode_fields
from lambdas.comments.rules.model import MAX_KEYWORDS, Rule
from lambdas.comments.rules.rule_checks import check_rule, known

MAX_RULES = 100
MAX_BYTES = 64 * 1024
MAX_NAME = 80


class CheckedRules(NamedTuple):
    """The rules, if they have no problems, and what was found."""

    rules: tuple[Rule, ...]
    problems: tuple[FieldProblemJson, ...]
    warnings: tuple[FieldProblemJson, ...]


def check_rules(raw: object, place: str = "rules") -> CheckedRules:
    """Return the rules of decoded JSON, a list; no rules if there is any problem.

    `place` is the name of the list, with which the fields of problems begin.
    """
    found = Findings()
    rules = _rules(raw, place, found)
    kept = () if found.problems else rules
    return CheckedRules(kept, tuple(found.problems), tuple(found.warnings))


def _rules(raw: object, place: str, found: Findings) -> tuple[Rule, ...]:
    if not isinstance(raw, list):
        found.refuse(place, "wrong_type", f"{place} must be a list of rules, in their order.")
        return ()
    if len(raw) > MAX_RULES:
        found.refuse(place, "too_many", f"There are {len(raw)} rules; at most {MAX_RULES} can be.")
        return ()
    if not _is_small(raw, place, found):
        return ()
    rules: list[Rule] = []
    names: dict[str, int] = {}
    for index, one in enumerate(raw):
        where = f"{place}[{index}]"
        rule = decode_fields(Rule, one, where, found, MAX_KEYWORDS)
        if rule is None:
            continue
        _check_name(rule, where, names, found)
        # A rule that could not be read as a whole is held against the checks of what was read.
        check_rule(rule, where, found)
        names.setdefault(_key(rule), index)
        rules.append(rule)
    return tuple(rules)


def _is_small(raw: list[object], place: str, found: Findings) -> bool:
    try:
        size = len(msgspec.json.encode(raw))
    except (TypeError, ValueError, OverflowError, RecursionError):
        found.refuse(place, "not_json", "The rules contain what is no JSON, or no text.")
        return False
    if size > MAX_BYTES:
        found.refuse(
            place, "too_large", f"The rules have {size:,} bytes; at most {MAX_BYTES:,} can be."
        )
    return size <= MAX_BYTES


def _check_name(rule: Rule, where: str, names: dict[str, int], found: Findings) -> None:
    if not known(rule.name):
        return
    place = f"{where}.name"
    if not 1 <= len(rule.name.strip()) <= MAX_NAME or not rule.name.isprintable():
        found.refuse(place, "length", f"A name has 1 to {MAX_NAME} characters, in one line.")
    elif _key(rule) in names:
        first = names[_key(rule)] + 1
        found.refuse(place, "repeated", f"Rule {first} has the same name; each needs its own.")


def _key(rule: Rule) -> str:
    return rule.name.strip().casefold() if isinstance(rule.name, str) else ""
