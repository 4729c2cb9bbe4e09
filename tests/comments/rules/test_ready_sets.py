"""The ready sets, held against comments as people write them: `comments.json`."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from lambdas.comments.rules.checking import check_rules
from lambdas.comments.rules.evaluation import compile_rules, evaluate
from lambdas.comments.rules.folding import fold
from lambdas.comments.rules.model import ItemKind, Outcome
from lambdas.comments.rules.ready_sets import ReadySet, ready_set
from tests.comments.rules.building import Past, comment

COMMENTS = json.loads((Path(__file__).parent / "comments.json").read_text())
SETS = {str(name): compile_rules(ready_set(name)) for name in ReadySet}


def decided(text: str, past: Past | None = None) -> dict[str, str]:
    """Return the rule of each set that decides about a text."""
    found = {name: evaluate(rules, comment(text), past) for name, rules in SETS.items()}
    return {name: one.decision.name for name, one in found.items() if one.decision is not None}


def as_json(name: ReadySet) -> list[object]:
    return msgspec.json.decode(msgspec.json.encode(ready_set(name)), type=list[object])


@pytest.mark.parametrize("row", COMMENTS, ids=[row["text"][:40] for row in COMMENTS])
def test_comment_is_judged_well(row: dict[str, str]) -> None:
    expected = {row["set"]: row["rule"]} if "set" in row else {}

    assert decided(row["text"]) == expected


@pytest.mark.parametrize("name", ReadySet)
def test_set_passes_the_check(name: ReadySet) -> None:
    checked = check_rules(as_json(name))

    assert (checked.problems, checked.warnings) == ((), ())


def test_sets_fit_together() -> None:
    rules = [one for name in ReadySet for one in as_json(name)]

    assert check_rules(rules).problems == ()


def test_every_rule_has_an_example() -> None:
    named = {(row["set"], row["rule"]) for row in COMMENTS if "set" in row}
    rules = {(str(name), one.name) for name in ReadySet for one in ready_set(name)}

    # The examples are single comments.
    assert rules - named == {
        ("spam", "Repeated text"),
        ("abuse", "Threats in messages and mentions"),
    }


def test_repeated_text_is_hidden() -> None:
    text = "Best rates, ask me about it"
    past = Past(*((minutes, fold(text)) for minutes in (1, 2, 3)))

    assert decided(text.upper(), past) == {"spam": "Repeated text"}
    assert decided("❤️❤️❤️", Past(*((minutes, fold("❤️❤️❤️")) for minutes in (1, 2, 3)))) == {}


def test_templates_have_alternatives() -> None:
    replying = [one for one in ready_set(ReadySet.QUESTIONS) if Outcome.REPLY in one.outcomes]

    assert replying
    assert all(len(one.templates) >= 2 for one in replying)


def test_complaints_come_before_answers() -> None:
    outcomes = [one.outcomes for one in ready_set(ReadySet.QUESTIONS)]

    assert outcomes == sorted(outcomes, key=lambda one: Outcome.REPLY in one)


@pytest.mark.parametrize(
    ("kind", "text", "outcomes"),
    [
        (ItemKind.COMMENT, "I will kill you", (Outcome.HIDE, Outcome.ESCALATE)),
        (ItemKind.MESSAGE, "I will kill you", (Outcome.ESCALATE,)),
        (ItemKind.COMMENT, "I just want to die", (Outcome.ESCALATE,)),
    ],
)
def test_threats_are_hidden_and_self_harm_is_not(
    kind: ItemKind, text: str, outcomes: tuple[Outcome, ...]
) -> None:
    decision = evaluate(SETS[ReadySet.ABUSE], comment(text, kind=kind)).decision

    assert decision
    assert decision.outcomes == outcomes


def test_threats_have_the_same_words_everywhere() -> None:
    hidden, sent = (one.when for one in ready_set(ReadySet.ABUSE) if "Threats" in one.name)

    assert (hidden.keywords, hidden.not_keywords) == (sent.keywords, sent.not_keywords)
