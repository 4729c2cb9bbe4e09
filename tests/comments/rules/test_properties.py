"""Whatever people write, in texts or in rules: only declared errors, and always the same answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambdas.comments.rules.checking import check_rules
from lambdas.comments.rules.evaluation import compile_rules, evaluate, preview, shares_of
from lambdas.comments.rules.folding import fold, line, tokens
from lambdas.comments.rules.keywords import Keywords, UnclearKeyword
from lambdas.comments.rules.links import find_link
from lambdas.comments.rules.patterns import RefusedPattern, compile_pattern
from lambdas.comments.rules.ready_sets import ReadySet, ready_set
from lambdas.comments.rules.templates import RefusedTemplate, Values, render
from lambdas.comments.rules.text_view import TextView
from tests.comments.rules.building import Past, comment

# Surrogates too: a body's JSON can hold half of a pair.
ANY = st.text(st.characters(), max_size=200)
SIGNS = st.text("ab.@#*|()s'{}[]\\/:-_ 1é\u200d\u0301价ก🔥", max_size=60)
TEXTS = ANY | SIGNS
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | SIGNS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SIGNS, inner, max_size=4),
    max_leaves=12,
)
WHEN = [
    "kinds",
    "keywords",
    "not_keywords",
    "regex",
    "links",
    "language",
    "author",
    "media",
    "rate",
]
LIKELY = (
    st.sampled_from(["hide", "reply", "escalate", "comment", "price(s)", "a+", "{name}", True, 3])
    | st.lists(st.sampled_from(["hide", "done", "comment", "how much", "{link}"]), max_size=3)
    | JSON
)
RULES = st.fixed_dictionaries(
    {
        "name": LIKELY,
        "when": JSON | st.dictionaries(st.sampled_from(WHEN), LIKELY, max_size=4),
        "then": LIKELY,
    },
    optional=dict.fromkeys(("template", "limits", "promise_minutes", "dry_run", "enabled"), LIKELY),
)
READY = compile_rules(one for name in ReadySet for one in ready_set(name))


@given(TEXTS)
def test_any_text_is_evaluated_alike(text: str) -> None:
    past = Past((1, fold(text)))

    assert evaluate(READY, comment(text), past) == evaluate(READY, comment(text), past)


@given(TEXTS)
def test_folding_is_stable(text: str) -> None:
    once = tokens(text)

    assert fold(text) == line(once)
    assert all(one.strip() == one and " " not in one for one in once)


@given(TEXTS)
def test_any_plain_keyword_finds_itself_or_is_refused(text: str) -> None:
    keyword = text.replace("*", "").replace("|", "").replace("(", "").replace(")", "")
    try:
        keywords = Keywords((keyword,))
    except UnclearKeyword:
        return
    assert keywords.find(TextView(keyword)) is not None


@given(TEXTS)
def test_any_pattern_compiles_or_is_refused(pattern: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except RefusedPattern:
        return
    compiled.find("some text")


@given(TEXTS, TEXTS, TEXTS)
def test_any_template_renders_or_is_refused(template: str, name: str, link: str) -> None:
    try:
        render(template, Values(name, link))
    except RefusedTemplate:
        return


@given(TEXTS)
def test_any_text_is_searched_for_links(text: str) -> None:
    find_link(text)


@given(JSON | st.lists(RULES | JSON, max_size=3), TEXTS)
def test_any_rules_are_refused_or_work(raw: object, text: str) -> None:
    checked = check_rules(raw)
    rules = compile_rules(checked.rules)

    assert not (checked.problems and checked.rules)
    assert len(preview(rules, comment(text)).verdicts) == len(rules)
    shares_of(rules, [comment(text)] * 3)


def test_hostile_texts_end() -> None:
    parts = ["a", "a.", "1a-", "p.", "@", "@a.", "'s", "http", "(.", "\u0301", "рa", "价", "🔥"]
    for part in [*parts, "how ", "made 1 ", "x dot "]:
        evaluate(READY, comment(part * 10_000), Past((1, part)))
