from __future__ import annotations

import pytest

from lambdas.comments.rules.patterns import RefusedPattern, compile_pattern


def test_case_is_ignored() -> None:
    assert compile_pattern(r"\bprice\b").find("The PRICE is") == "PRICE"


def test_hanging_pattern_answers() -> None:
    assert compile_pattern("(x+x+)+y").find("x" * 10_000) is None


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("x" * 10_000, "has 10,000 characters; at most 500"),
        ("(?=a)", "look-ahead"),
        (r"(a)\1", "back references"),
        ("(a", "never closed"),
        ("a)", "never opened"),
        ("a**", "follow each other"),
        ("*a", "nothing before it"),
        ("a{2000}", "repeats too often"),
        ("(a{100}){100}", "repeats too often"),
        (".{900}", "too complex"),
        ("a*", "matches an empty text"),
        ("a\\", "ends with a single"),
    ],
)
def test_refused_pattern_says_why(pattern: str, sentence: str) -> None:
    with pytest.raises(RefusedPattern) as refused:
        compile_pattern(pattern)
    assert sentence in str(refused.value)
