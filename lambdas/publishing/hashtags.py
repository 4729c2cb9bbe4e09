"""Hashtags for a caption: from the account's own posts and the caption's words, each with why.

The same caption and history give the same suggestions in the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import msgspec

from lambdas.graph.caption import MAX_CAPTION, MAX_HASHTAGS, caption_hashtags, caption_length
from lambdas.publishing.caption_words import CaptionWords, word_key
from lambdas.publishing.own_history import Basis, PastPost

MAX_SUGGESTIONS = 20
# As many posts of usual reach are added to a hashtag's own: few posts are luck.
USUAL_POSTS = 3
# Without a word of the caption, a hashtag of one post says nothing.
MIN_POSTS = 2
IN_CAPTION = 1.0
NOTES = {
    Basis.ANALYTICS: "",
    Basis.POSTS: "Without numbers: only how often a hashtag was used here is known.",
    Basis.NONE: "There are no earlier posts: only the words of the caption are suggested.",
}


class HashtagSuggestionJson(msgspec.Struct, frozen=True):
    """A hashtag with its mark, and why it is suggested; the highest score is the best."""

    hashtag: str
    score: float
    reasons: list[str]


class HashtagSuggestionsJson(msgspec.Struct, frozen=True, omit_defaults=True):
    """Suggestions, the best first.

    `basis` is what they are made from, `posts` how many posts that are; `remaining` is how many
    hashtags the caption can still hold.
    """

    account: str
    basis: Basis
    posts: int
    remaining: int
    suggestions: list[HashtagSuggestionJson]
    note: str = ""


@dataclass(frozen=True)
class UsedHashtag:
    """How an account has used a hashtag: its spelling, posts, and their reach against the usual."""

    spelling: str
    posts: int
    reach_ratio: float | None = None

    @property
    def score(self) -> float:
        """Return the reach ratio, drawn to the usual 1 where there are few posts."""
        ratio = 1.0 if self.reach_ratio is None else self.reach_ratio
        return (self.posts * ratio + USUAL_POSTS) / (self.posts + USUAL_POSTS)


def suggestions(
    account_id: str,
    caption: str,
    history: tuple[Basis, Sequence[PastPost]],
    standing: Sequence[str] = (),
) -> HashtagSuggestionsJson:
    """Return hashtags that fit a caption and that it can still hold.

    `standing` are hashtags, with their marks, that are added to the caption in any case.
    """
    basis, posts = history
    whole = " ".join((caption, *standing))
    present = {word_key(tag) for tag in caption_hashtags(whole)}
    remaining = max(0, MAX_HASHTAGS - len(caption_hashtags(whole)))
    found = [*_found(CaptionWords.of(caption), used_hashtags(posts), present, basis)]
    found.sort(key=lambda one: (-one.score, word_key(one.hashtag)))
    return HashtagSuggestionsJson(
        account=account_id,
        basis=basis,
        posts=len(posts),
        remaining=remaining,
        suggestions=[*_fitting(found, whole, min(remaining, MAX_SUGGESTIONS))],
        note=NOTES[basis],
    )


def used_hashtags(posts: Sequence[PastPost]) -> dict[str, UsedHashtag]:
    """Return the hashtags of posts by their keys."""
    spellings: dict[str, Counter[str]] = {}
    reach: dict[str, list[float]] = {}
    for post in posts:
        for key, spelling in {word_key(tag): tag for tag in caption_hashtags(post.caption)}.items():
            spellings.setdefault(key, Counter())[spelling] += 1
            reach.setdefault(key, []).extend([] if post.reach is None else [post.reach])
    known = [post.reach for post in posts if post.reach is not None]
    usual = median(known) if known else 0
    return {
        key: UsedHashtag(
            # The most frequent spelling; of equal ones always the same.
            spelling=min(counts, key=lambda one: (-counts[one], one)),
            posts=counts.total(),
            reach_ratio=median(reach[key]) / usual if usual and reach[key] else None,
        )
        for key, counts in spellings.items()
    }


def _found(
    words: CaptionWords, used: dict[str, UsedHashtag], present: set[str], basis: Basis
) -> Iterator[HashtagSuggestionJson]:
    for key, one in used.items():
        word = words.match(key)
        if key in present or (word is None and one.posts < MIN_POSTS):
            continue
        score = one.score + (IN_CAPTION if word else 0)
        reasons = [_use(one, basis), *([_in_caption(word)] if word else [])]
        yield HashtagSuggestionJson(f"#{one.spelling}", round(score, 2), reasons)
    for word in words.candidates():
        if word_key(word) not in used.keys() | present:
            yield HashtagSuggestionJson(f"#{word}", IN_CAPTION, [_in_caption(word)])


def _fitting(
    found: Sequence[HashtagSuggestionJson], caption: str, count: int
) -> Iterator[HashtagSuggestionJson]:
    """Return the first ones that all fit into the caption together."""
    length = caption_length(caption)
    for one in found:
        if count and length + 1 + caption_length(one.hashtag) <= MAX_CAPTION:
            length += 1 + caption_length(one.hashtag)
            count -= 1
            yield one


def _use(one: UsedHashtag, basis: Basis) -> str:
    posts = "1 post" if one.posts == 1 else f"{one.posts} posts"
    if basis is Basis.POSTS:
        return f"used in {posts} made here"
    if one.reach_ratio is None:
        return f"used in {posts}; their reach is not known"
    return f"used in {posts}; median reach {one.reach_ratio:.1f}x of the account's"


def _in_caption(word: str) -> str:
    return (
        f'the word "{word}" is in the caption'
        if " " not in word
        else (f'the words "{word}" are in the caption')
    )
