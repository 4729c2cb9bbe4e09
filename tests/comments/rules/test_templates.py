from __future__ import annotations

import pytest

from lambdas.comments.rules.model import ItemKind, Outcome
from lambdas.comments.rules.templates import (
    RefusedTemplate,
    RenderedTooLong,
    Values,
    answer,
    check_rendered,
    render,
)

KNOWN = Values("anna.b", "https://x.example/p")


@pytest.mark.parametrize(
    ("template", "known", "unknown"),
    [
        ("Hi {name}, look: {link}", "Hi @anna.b, look: https://x.example/p", "Hi, look:"),
        ("{name}, thanks!", "@anna.b, thanks!", "thanks!"),
        ("Thanks, {name}!", "Thanks, @anna.b!", "Thanks!"),
        ("Thanks {name} 💛", "Thanks @anna.b 💛", "Thanks 💛"),
        ("{{name}} {{{name}}}", "{name} {@anna.b}", "{name} {}"),
        ("plain", "plain", "plain"),
    ],
)
def test_values_are_filled_in(template: str, known: str, unknown: str) -> None:
    assert render(template, KNOWN) == known
    assert render(template, Values()) == unknown


@pytest.mark.parametrize(
    "template",
    ["{name.__class__}", "{0}", "{}", "{name!r}", "{link:>9}", "{ name }", "{", "a } b", "{Name}"],
)
def test_other_braces_are_refused(template: str) -> None:
    with pytest.raises(RefusedTemplate, match=r"only \{name\} and \{link\}"):
        render(template, KNOWN)


def test_values_are_not_templates() -> None:
    assert render("{name} {link}", Values("{link}", "{name}")) == "@{link} {name}"


def test_alternatives_take_turns() -> None:
    assert [answer(["a", "b", "c"], turn, KNOWN) for turn in range(4)] == ["a", "b", "c", "a"]


@pytest.mark.parametrize(
    ("text", "outcome", "kind"),
    [
        ("x" * 2201, Outcome.REPLY, ItemKind.COMMENT),
        ("#a " * 31, Outcome.REPLY, ItemKind.MENTION),
        ("@a " * 21, Outcome.REPLY, ItemKind.COMMENT),
        ("ü" * 501, Outcome.REPLY, ItemKind.MESSAGE),
        ("ü" * 501, Outcome.PRIVATE_REPLY, ItemKind.COMMENT),
        ("", Outcome.REPLY, ItemKind.COMMENT),
    ],
)
def test_long_answer_is_refused(text: str, outcome: Outcome, kind: ItemKind) -> None:
    with pytest.raises(RenderedTooLong):
        check_rendered(text, outcome, kind)


def test_longest_answer_is_accepted() -> None:
    check_rendered("x" * 2200, Outcome.REPLY, ItemKind.COMMENT)
    check_rendered("ü" * 500, Outcome.PRIVATE_REPLY, ItemKind.COMMENT)
