"""The notation of keywords, and finding them in a text.

- `price`: this word, in any case, with or without accents, never inside another word.
- `how much`: these words in this order, whatever spaces, line ends or hyphens are between them.
- `price(s)`: with or without the part in brackets: price, prices.
- `ship|ships|shipping`: any of these words. Only for single words.
- `wedding*`: every word that begins so. Only at the end, after at least three characters.
- `@*`: any user name. `send it on @*` works too.
- Emoji, signs (`€`, `50%`) and hashtags are keywords as they are.

Punctuation separates: `how much` is not in "I know how. Much love!". A keyword can contain it, as
in `price?`. Apostrophes and hyphens may be missing.

Chinese, Japanese and Thai have no spaces between words: there a keyword is found anywhere.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lambdas.comments.rules.folding import UNSPACED, line, tokens
from lambdas.comments.rules.text_view import TextView

MAX_KEYWORD = 100
MIN_PREFIX = 3
MAX_OPTIONAL_PARTS = 3
_PART = re.compile(r"\(([^()|*\s]{1,10})\)")
_UNSPACED = re.compile(f"[{UNSPACED}]")
# For people: the spaces that folding put between characters and after signs.
_GAPS = re.compile(f"(?<=[{UNSPACED}]) (?=[{UNSPACED}])|(?<=[#€$£]) | (?=[?!.,%])")


class UnclearKeyword(ValueError):
    """A keyword cannot be understood; the message is a sentence for its author."""


@dataclass(frozen=True)
class Form:
    """One way to write a keyword, folded: `line` is searched, the first token is looked up."""

    keyword: str
    first: str
    line: str
    is_word: bool
    is_prefix: bool


@dataclass(frozen=True)
class Found:
    """What was found of which keyword."""

    text: str
    keyword: str


@dataclass
class Keywords:
    """Keywords that are ready to be looked for, in time that hardly depends on their number."""

    written: tuple[str, ...]
    words: dict[str, Form] = field(default_factory=dict)
    phrases: dict[str, list[Form]] = field(default_factory=dict)
    prefixes: dict[int, dict[str, Form]] = field(default_factory=dict)
    # Sets, since their intersection takes time by the smaller one; that of a dict's keys does not.
    _words: frozenset[str] = frozenset()
    _firsts: frozenset[str] = frozenset()
    _prefixes: tuple[tuple[int, frozenset[str]], ...] = ()

    def __post_init__(self) -> None:
        for keyword in self.written:
            for form in forms(keyword):
                if form.is_word and form.is_prefix:
                    self.prefixes.setdefault(len(form.first), {}).setdefault(form.first, form)
                elif form.is_word:
                    self.words.setdefault(form.first, form)
                else:
                    self.phrases.setdefault(form.first, []).append(form)
        self._words, self._firsts = frozenset(self.words), frozenset(self.phrases)
        self._prefixes = tuple((size, frozenset(all_)) for size, all_ in self.prefixes.items())

    def find(self, view: TextView) -> Found | None:
        """Return what a text contains of these keywords, or None."""
        if not view.words:
            return None
        for word in sorted(self._words & view.words):
            return Found(word, self.words[word].keyword)
        for first in sorted(self._firsts & view.words):
            for form in self.phrases[first]:
                if form.line in view.line:
                    return Found(_matched(form, view), form.keyword)
        for length, starts in self._prefixes:
            for start in sorted(starts & view.starts(length)):
                word = min(one for one in view.words if one.startswith(start))
                return Found(word, self.prefixes[length][start].keyword)
        return None


def forms(keyword: str) -> tuple[Form, ...]:
    """Return all ways to write a keyword; raises UnclearKeyword."""
    if not keyword.strip():
        raise UnclearKeyword("A keyword cannot be empty.")
    if len(keyword) > MAX_KEYWORD:
        raise UnclearKeyword(f"A keyword can have at most {MAX_KEYWORD} characters.")
    shown = f'"{keyword.strip()}"'
    stem, star, rest = keyword.strip().partition("*")
    if rest:
        raise UnclearKeyword(f"{shown}: * can only stand at the end, as in wedding*.")
    spellings = tuple(_spellings(stem, shown))
    found = tuple(_form(one, keyword, shown, is_prefix=bool(star)) for one in spellings)
    return tuple({one.line: one for one in found}.values())


def _spellings(stem: str, shown: str) -> Iterator[str]:
    alternatives = stem.split("|")
    if len(alternatives) > 1 and (any(one.isspace() for one in stem) or "" in alternatives):
        raise UnclearKeyword(
            f"{shown}: it is not clear what | separates. Write keywords of several words as"
            " separate entries of the list."
        )
    for one in alternatives:
        pieces = _PART.split(one)
        if any(sign in piece for piece in pieces[::2] for sign in "()"):
            raise UnclearKeyword(
                f"{shown}: brackets hold letters that may be missing, as in price(s). Use regex to"
                " look for a bracket."
            )
        if len(pieces) // 2 > MAX_OPTIONAL_PARTS:
            raise UnclearKeyword(f"{shown}: at most {MAX_OPTIONAL_PARTS} parts can be in brackets.")
        choices = [(piece, "") if index % 2 else (piece,) for index, piece in enumerate(pieces)]
        yield from ("".join(parts) for parts in itertools.product(*choices))


def _form(spelling: str, keyword: str, shown: str, *, is_prefix: bool) -> Form:
    words = tokens(spelling)
    if is_prefix and spelling.rstrip().endswith("@"):
        # A user name is one token, whatever it is.
        words = words if words and words[-1].startswith("@") else [*words, "@"]
    if not words:
        raise UnclearKeyword(f"{shown} has nothing to look for once spaces and signs are ignored.")
    if is_prefix:
        last = words[-1]
        if spelling != spelling.rstrip():
            raise UnclearKeyword(f"{shown}: * needs a word before it, without a space.")
        if _UNSPACED.search(last):
            raise UnclearKeyword(f"{shown}: * is not needed here, it is found anywhere in a text.")
        if last != "@" and len(last.strip("@")) < MIN_PREFIX:
            raise UnclearKeyword(
                f"{shown}: * needs at least {MIN_PREFIX} characters before it, or it would find too"
                " much."
            )
    whole = line(words)
    is_word = len(words) == 1
    first = words[0]
    return Form(keyword, first, whole[:-1] if is_prefix else whole, is_word, is_prefix)


def _matched(form: Form, view: TextView) -> str:
    start = view.line.index(form.line)
    end = start + len(form.line)
    if form.is_prefix:
        end = view.line.index(" ", end)
    return _GAPS.sub("", view.line[start:end].strip())


def unclear(keywords: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the position of each keyword that cannot be understood, with a sentence why."""
    for index, keyword in enumerate(keywords):
        try:
            forms(keyword)
        except UnclearKeyword as error:
            yield index, str(error)
