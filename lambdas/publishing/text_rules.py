"""The rules of texts: captions, first comments and alternative texts."""

from __future__ import annotations

import unicodedata
from collections import Counter

from lambdas.api.findings import Findings
from lambdas.graph.caption import (
    MAX_CAPTION,
    MAX_HASHTAGS,
    MAX_MENTIONS,
    caption_hashtags,
    caption_length,
    caption_mentions,
)

MAX_ALT_TEXT = 1000
LINE_CHARACTERS = "\n\r\t"


def check_caption(text: str, place: str, found: Findings) -> None:
    """Check a caption or a first comment, which have the same limits."""
    _check_characters(text, place, found)
    length, tags, names = caption_length(text), caption_hashtags(text), caption_mentions(text)
    if length > MAX_CAPTION:
        found.refuse(
            place,
            "too_long",
            f"{place} has {length} characters as Instagram counts; {MAX_CAPTION} are possible.",
        )
    if len(tags) > MAX_HASHTAGS:
        found.refuse(
            place,
            "too_many_hashtags",
            f"{place} has {len(tags)} hashtags; {MAX_HASHTAGS} are possible.",
        )
    if len(names) > MAX_MENTIONS:
        found.refuse(
            place,
            "too_many_mentions",
            f"{place} has {len(names)} mentions; {MAX_MENTIONS} are possible.",
        )
    counts = Counter(unicodedata.normalize("NFC", tag.casefold()) for tag in tags)
    if repeated := [tag for tag, count in counts.items() if count > 1]:
        shown = ", ".join(f"#{tag}" for tag in repeated[:5])
        found.warn(place, "hashtag_repeated", f"{place} has a hashtag more than once: {shown}.")


def check_alt_text(text: str, place: str, found: Findings) -> None:
    """Check an alternative text."""
    _check_characters(text, place, found)
    length = caption_length(text)
    if length > MAX_ALT_TEXT:
        found.refuse(
            place,
            "too_long",
            f"{place} has {length} characters; {MAX_ALT_TEXT} are possible.",
        )


def _check_characters(text: str, place: str, found: Findings) -> None:
    odd = {
        f"U+{ord(one):04X}"
        for one in text
        if one not in LINE_CHARACTERS and unicodedata.category(one) in ("Cc", "Cs")
    }
    if odd:
        found.refuse(
            place,
            "invalid_characters",
            f"{place} has characters that no text can hold: {', '.join(sorted(odd)[:5])}.",
        )
