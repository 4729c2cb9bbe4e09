"""A text in the forms that conditions need, each made once and only if it is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from lambdas.comments.rules.folding import line, tokens, visible
from lambdas.comments.rules.links import find_link

MAX_TEXT = 10_000
"""Characters that rules look at: more than Instagram allows in any text."""


@dataclass
class TextView:
    """A text; `None` where Instagram sends none, as for a photo in a message."""

    text: str | None
    _starts: dict[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def visible(self) -> str:
        """Return the text without invisible characters."""
        return visible((self.text or "")[:MAX_TEXT])

    @cached_property
    def link(self) -> str | None:
        """Return the first link."""
        return find_link(self.visible)

    @cached_property
    def tokens(self) -> list[str]:
        """Return the folded words and signs, in their order."""
        return tokens((self.text or "")[:MAX_TEXT])

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the different folded words and signs."""
        return frozenset(self.tokens)

    @cached_property
    def line(self) -> str:
        """Return the folded text."""
        return line(self.tokens)

    def starts(self, length: int) -> frozenset[str]:
        """Return the first characters of all words that have at least so many."""
        if length not in self._starts:
            self._starts[length] = frozenset(w[:length] for w in self.words if len(w) >= length)
        return self._starts[length]
