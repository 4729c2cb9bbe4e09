"""What Instagram counts in a caption."""

from __future__ import annotations

import pytest

from lambdas.graph.caption import caption_hashtags, caption_length, caption_mentions


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("añ", 2), ("a\nb", 3), ("😀", 2), ("👨‍👩‍👧", 8)]
)
def test_length(text: str, length: int) -> None:
    assert caption_length(text) == length


HASHTAGS = {
    "#one #Two, #three!": ["one", "Two", "three"],
    "#a#b": ["a", "b"],
    "word#none &#39; # #- ##": [],
    "＃日本 #été #2026 #a_b #☀️": ["日本", "été", "2026", "a_b", "☀️"],
    "#again #again": ["again", "again"],
}


@pytest.mark.parametrize("text", HASHTAGS)
def test_hashtags(text: str) -> None:
    assert caption_hashtags(text) == HASHTAGS[text]


MENTIONS = {
    "@one, (@two.three) @four": ["one", "two.three", "four"],
    "mail@example.com @ @. a@b": [],
    "@again @again": ["again", "again"],
}


@pytest.mark.parametrize("text", MENTIONS)
def test_mentions(text: str) -> None:
    assert caption_mentions(text) == MENTIONS[text]
