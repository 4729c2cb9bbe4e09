"""Names of files as devices give them, cleaned for people to read."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 255
MAX_ENDING = 12
UNNAMED = "photo"
SEPARATORS = re.compile(r"[/\\]")
# Controls, lone surrogates, private and unassigned code points, line and paragraph separators.
UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# Marks, embeddings, overrides and isolates that change the direction of the text around them.
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_name(name: str) -> str:
    """Return the name without its path and without characters that are invisible or misleading.

    It has at most MAX_NAME characters and keeps its ending.
    """
    kept = "".join(
        character
        for character in SEPARATORS.split(name)[-1]
        if character not in DIRECTIONS and unicodedata.category(character) not in UNPRINTABLE
    ).strip()
    if not kept.strip(". "):
        return UNNAMED
    if len(kept) <= MAX_NAME:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > MAX_ENDING:
        return kept[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"
