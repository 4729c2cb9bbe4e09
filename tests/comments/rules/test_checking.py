from __future__ import annotations

import pytest

from lambdas.comments.rules.checking import check_rules
from tests.comments.rules.building import problems, raw_rule, warnings


def test_good_rule_has_no_problems() -> None:
    checked = check_rules([raw_rule(then=["hide", "escalate"], limits={"per_hour": 5})])

    assert (checked.problems, checked.warnings) == ((), ())
    assert checked.rules[0].promise == 30


def test_all_problems_come_at_once() -> None:
    bad = {"name": "", "when": {"keywords": ["f*ck"], "regex": "(a", "colour": 1}, "then": "hid"}

    assert problems(bad, 3, {"name": "b"}) == [
        ("rules[0].when.colour", "unknown_field"),
        ("rules[0].then", "unknown_value"),
        ("rules[0].name", "length"),
        ("rules[0].when.keywords[0]", "unclear_keyword"),
        ("rules[0].when.regex", "refused_regex"),
        ("rules[1]", "wrong_type"),
        ("rules[2].when", "missing"),
        ("rules[2].then", "missing"),
    ]


def test_rules_are_dropped_with_any_problem() -> None:
    assert check_rules([raw_rule(), {"name": "b"}]).rules == ()


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"name": "x" * 81}, "name", "length"),
        ({"name": "a\nb"}, "name", "length"),
        ({"then": []}, "then", "empty"),
        ({"then": ["hide", "hide"]}, "then", "repeated"),
        ({"then": ["escalate", "done"]}, "then", "contradiction"),
        ({"then": ["hide", "reply"], "template": "Hi"}, "then", "contradiction"),
        ({"then": ["hide", "private_reply"], "template": "Hi"}, "then", "contradiction"),
        ({"then": "reply"}, "template", "missing"),
        ({"then": "reply", "template": []}, "template", "missing"),
        ({"template": "Hi"}, "template", "unused"),
        ({"then": "reply", "template": "{name.x}"}, "template", "unknown_placeholder"),
        ({"then": "reply", "template": ["ok", "{0}"]}, "template[1]", "unknown_placeholder"),
        ({"then": "reply", "template": "{name}"}, "template", "empty"),
        ({"then": "private_reply", "template": "x" * 1001}, "template", "too_long"),
        ({"then": "private_reply", "template": "{link}" + "x" * 930}, "template", "too_long"),
        ({"promise_minutes": 5}, "promise_minutes", "unused"),
        ({"then": "escalate", "promise_minutes": 0}, "promise_minutes", "out_of_range"),
        ({"then": "escalate", "promise_minutes": 10081}, "promise_minutes", "out_of_range"),
        ({"limits": {}}, "limits", "empty"),
        ({"limits": {"per_author": 0}}, "limits.per_author", "out_of_range"),
        ({"limits": {"per_day": 1}}, "limits.per_day", "unknown_field"),
        ({"enabled": "yes"}, "enabled", "wrong_type"),
        ({"when": {}}, "when", "no_condition"),
        ({"when": {"not_keywords": ["a"]}}, "when", "no_condition"),
        ({"when": {"kinds": ["message"]}}, "when.kinds", "outcome_not_possible"),
        ({"when": {"keywords": []}}, "when.keywords", "empty"),
        ({"when": {"keywords": ["x"] * 201}}, "when.keywords", "too_many"),
        ({"when": {"regex": "x" * 10_240}}, "when.regex", "refused_regex"),
        ({"when": {"regex": ""}}, "when.regex", "refused_regex"),
        ({"when": {"language": "de"}}, "when.language", "language_not_supported"),
        ({"when": {"author": {}}}, "when.author", "empty"),
        ({"when": {"author": {"ids": [1]}}}, "when.author.ids[0]", "wrong_type"),
        ({"when": {"media": {}}}, "when.media", "empty"),
        ({"when": {"media": {"product_types": ["X"]}}}, "when.media.product_types[0]",
         "unknown_value"),
        ({"when": {"rate": {"minutes": 5}}}, "when.rate.count", "missing"),
        ({"when": {"rate": {"count": 1, "minutes": 5}}}, "when.rate.count", "out_of_range"),
    ],
)  # fmt: skip
def test_mistake_is_named(change: dict[str, object], place: str, code: str) -> None:
    assert problems(raw_rule(**change)) == [(f"rules[0].{place}", code)]


@pytest.mark.parametrize(
    "then",
    ["done", "escalate", ["hide", "done"], ["hide", "escalate"]],
)
def test_sensible_outcomes_are_accepted(then: object) -> None:
    assert problems(raw_rule(then=then)) == []


@pytest.mark.parametrize(
    "then",
    [["reply", "done"], ["private_reply", "reply"], ["reply", "escalate"]],
)
def test_answers_go_with_others(then: object) -> None:
    assert problems(raw_rule(then=then, template="Hi {name}")) == []


@pytest.mark.parametrize("fields", [{"then": "escalate"}, {"then": "done"}, {"dry_run": True}])
def test_rule_without_condition_may_be_harmless(fields: dict[str, object]) -> None:
    assert problems(raw_rule(when={}, **fields)) == []


def test_names_are_unique() -> None:
    assert problems(raw_rule(), raw_rule(name=" PRICE ")) == [("rules[1].name", "repeated")]


def test_reply_to_messages_counts_bytes() -> None:
    long = raw_rule(then="reply", template="ü" * 600)
    when = {"keywords": ["price"], "kinds": ["comment"]}

    assert problems(long) == [("rules[0].template", "too_long")]
    assert problems({**long, "when": when}) == []


def test_reply_that_matches_itself_warns() -> None:
    rule = raw_rule(then="reply", template=["The price is here: {link}", "Here: {link}"])

    assert problems(rule) == []
    assert warnings(rule) == [("rules[0].template[0]", "matches_itself")]


def test_exception_ends_the_warning() -> None:
    when = {"keywords": ["price"], "not_keywords": ["price is here"]}

    assert warnings(raw_rule(when=when, then="reply", template="The price is here")) == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"rules": []}, "wrong_type"),
        (None, "wrong_type"),
        ([raw_rule(name=str(number)) for number in range(101)], "too_many"),
        ([raw_rule(when={"keywords": ["x" * 70_000]})], "too_large"),
        ([raw_rule(name="\ud800")], "not_json"),
        ([raw_rule(name=object())], "not_json"),
    ],
)
def test_odd_body_is_refused(raw: object, code: str) -> None:
    checked = check_rules(raw)

    assert checked.rules == ()
    assert [one.code for one in checked.problems] == [code]


def test_hundred_rules_are_accepted() -> None:
    raw = [raw_rule(name=f"Rule {number}") for number in range(100)]

    assert len(check_rules(raw).rules) == 100
