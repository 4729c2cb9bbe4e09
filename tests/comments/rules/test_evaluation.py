from __future__ import annotations

import pytest

from lambdas.comments.rules.evaluation import evaluate, preview, share_of, shares_of
from lambdas.comments.rules.folding import fold
from lambdas.comments.rules.limits import LimitKind
from lambdas.comments.rules.model import ItemKind
from tests.comments.rules.building import Past, Spent, comment, compiled, raw_rule, rule_when


def decides(text: str | None, **when: object) -> bool:
    return evaluate(rule_when(**when), comment(text)).decision is not None


def test_first_matching_rule_decides() -> None:
    rules = compiled(
        raw_rule(name="a", when={"keywords": ["other"]}),
        raw_rule(name="b"),
        raw_rule(name="c", then="escalate"),
    )

    evaluation = evaluate(rules, comment("price!"))

    assert evaluation.decision == rules[1].rule
    assert [one.rule for one in evaluation.verdicts] == ["a", "b"]


def test_reasons_are_sentences() -> None:
    rules = compiled(
        raw_rule(name="a", when={"keywords": ["other"]}),
        raw_rule(name="b", when={"keywords": ["how much"], "links": False}),
    )

    evaluation = evaluate(rules, comment("How much?"))

    assert [one.why for one in evaluation.verdicts] == [
        "not: the text contains no keyword of 1",
        'the text contains "how much" (keyword "how much") and the text contains no link',
    ]
    assert evaluation.why == evaluation.verdicts[1].why


def test_dry_run_is_passed_over() -> None:
    rules = compiled(raw_rule(name="a", dry_run=True), raw_rule(name="b"))

    evaluation = evaluate(rules, comment("price"))

    assert evaluation.decision == rules[1].rule
    assert [one.outcome for one in evaluation.verdicts] == ["dry_run", "decided"]


def test_limited_rule_is_passed_over() -> None:
    rules = compiled(raw_rule(name="a"), raw_rule(name="b"))

    evaluation = evaluate(rules, comment("price"), limits=Spent("a"))

    assert evaluation.decision == rules[1].rule
    assert evaluation.verdicts[0].why.startswith("not: the limit of 1 action in one hour is")
    assert evaluation.verdicts[0].limit is LimitKind.PER_HOUR


def test_disabled_rule_is_not_looked_at() -> None:
    rules = compiled(raw_rule(enabled=False))

    assert evaluate(rules, comment("price")).verdicts == ()
    assert preview(rules, comment("price")).verdicts[0].outcome == "disabled"


def test_own_activity_matches_nothing() -> None:
    rules = compiled(raw_rule(), raw_rule(name="all", when={}, then="done"))

    evaluation = evaluate(rules, comment("price", is_own=True), limits=Spent())

    assert evaluation.decision is None
    assert {one.outcome for one in evaluation.verdicts} == {"own"}


def test_preview_looks_at_all_rules() -> None:
    rules = compiled(raw_rule(name="a"), raw_rule(name="b", then="escalate"))

    evaluation = preview(rules, comment("price"))

    assert [one.outcome for one in evaluation.verdicts] == ["decided", "later"]
    assert evaluation.verdicts[1].why.startswith('not: "a" comes first; else the text contains')


@pytest.mark.parametrize(
    "when",
    [
        {"kinds": ["comment", "mention"]},
        {"keywords": ["x", "price"]},
        {"not_keywords": ["free"]},
        {"regex": "PRI.E"},
        {"links": False},
        {"author": {"usernames": ["@anna.b"]}},
        {"author": {"ids": ["17"], "first_contact": True}},
        {"media": {"ids": ["900"], "product_types": ["reels"]}},
    ],
)
def test_condition_holds(when: dict[str, object]) -> None:
    assert decides("the price", **when)


@pytest.mark.parametrize(
    "when",
    [
        {"kinds": ["message"]},
        {"keywords": ["free"]},
        {"keywords": ["price"], "not_keywords": ["the price"]},
        {"regex": "free"},
        {"links": True},
        {"author": {"usernames": ["tom"]}},
        {"author": {"usernames": ["anna.b"], "ids": ["18"]}},
        {"author": {"first_contact": False}},
        {"media": {"ids": ["901"]}},
        {"media": {"product_types": ["FEED"]}},
        {"rate": {"count": 2, "minutes": 5}},
    ],
)
def test_condition_does_not_hold(when: dict[str, object]) -> None:
    assert not decides("the price", **when)


def test_missing_text_matches_no_keyword() -> None:
    assert not decides(None, keywords=["price"])
    assert decides(None, links=False)


def test_message_cannot_be_hidden() -> None:
    evaluation = evaluate(compiled(raw_rule()), comment("price", ItemKind.MESSAGE))

    assert evaluation.verdicts[0].why == "not: it is a message, with which this is not possible"


def test_rate_counts_recent_texts() -> None:
    rules = rule_when(rate={"count": 3, "minutes": 10})

    assert evaluate(rules, comment("c"), Past((2, "a"), (9, "b"))).decision
    assert not evaluate(rules, comment("c"), Past((2, "a"), (11, "b"))).decision


def test_repeated_text_is_compared_folded() -> None:
    rules = rule_when(rate={"count": 2, "minutes": 10, "same_text": True})

    evaluation = evaluate(rules, comment("BUY  this!"), Past((1, fold("Buy this!"))))

    assert evaluation.why == "the author wrote this text 2 times within 10 minutes"
    assert not evaluate(rules, comment("BUY this!"), Past((1, fold("else")))).decision


def test_history_is_asked_only_if_needed() -> None:
    past = Past()
    rules = rule_when(keywords=["price"], rate={"count": 2, "minutes": 10})

    evaluate(rules, comment("hello"), past)
    assert past.asked == 0

    evaluate(rules, comment("price"), past)
    assert past.asked == 1


def test_share_counts_matches() -> None:
    rules = compiled(raw_rule(), raw_rule(name="b", when={"rate": {"count": 3, "minutes": 1}}))
    subjects = [comment("price"), comment("hello"), comment("price"), comment("price", is_own=True)]

    assert share_of(rules[0], subjects) == 2
    assert shares_of(rules, subjects) == (2, 3)
