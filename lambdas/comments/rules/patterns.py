"""Regular expressions that cannot hang: RE2, which takes time in proportion to the text.

RE2 has no look-ahead, look-behind and back references, because these are what can hang.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from lambdas.comments.rules.folding import visible

MAX_PATTERN = 500
MAX_PROGRAM = 2000
"""Instructions: what one character of a text may cost at most."""
MAX_MEMORY = 4 * 1024 * 1024
# What people ask for in words of RE2, and the sentence that helps.
_REASONS = (
    ("invalid perl operator", "look-ahead and similar (?...) forms are not supported"),
    (
        "invalid escape sequence",
        "an escape with \\ is not known; back references are not supported",
    ),
    ("missing )", "a bracket ( is never closed"),
    ("unexpected )", "a bracket ) was never opened"),
    ("missing ]", "a bracket [ is never closed"),
    ("invalid character class range", "a range in [ ] is not in order"),
    ("invalid repetition size", "it repeats too often; at most 1,000 times in all"),
    ("no argument for repetition operator", "*, + or ? has nothing before it to repeat"),
    ("bad repetition operator", "two of *, + and ? follow each other"),
    ("trailing \\", "it ends with a single \\"),
    ("pattern too large", "it is too complex; use smaller repetitions"),
)


class Pattern(Protocol):
    """A compiled pattern."""

    def find(self, text: str) -> str | None:
        """Return the first part of a visible text that matches, or None."""


class RefusedPattern(ValueError):
    """A pattern cannot be used; the message is a sentence for its author."""


class _Re2Pattern:
    def __init__(self, compiled: object) -> None:
        self._search = compiled.search  # type: ignore[attr-defined]

    def find(self, text: str) -> str | None:
        match = self._search(text)
        return None if match is None else str(match.group())


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Pattern:
    """Return a pattern that ignores case; raises RefusedPattern."""
    if len(pattern) > MAX_PATTERN:
        raise RefusedPattern(
            f"The pattern has {len(pattern):,} characters; at most {MAX_PATTERN} are possible."
        )
    # Loaded only for rules that have a pattern: cold starts wait for every library.
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    try:
        compiled = re2.compile(visible(pattern), options)
    except re2.error as error:
        raise RefusedPattern(f"The pattern cannot be used: {_reason(error)}.") from None
    if compiled.programsize > MAX_PROGRAM:
        raise RefusedPattern("The pattern cannot be used: it is too complex.")
    if compiled.search(""):
        raise RefusedPattern(
            "The pattern matches an empty text, so it would match every text. Use + instead of *."
        )
    return _Re2Pattern(compiled)


def _reason(error: Exception) -> str:
    raw = error.args[0] if error.args else b""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    known = (sentence for start, sentence in _REASONS if text.startswith(start))
    return next(known, "it is not a regular expression that RE2 understands")
