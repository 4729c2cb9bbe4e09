"""What Instagram counts in a caption or comment: its length, its hashtags and its mentions.

The reference gives numbers, not how they are counted. Length is taken in UTF-16 code units, as
publishing tools do that hold texts against Instagram's limits: an emoji counts as two or more, so
a text that passes here is never too long in another way of counting characters. Source: "Character
limits" in Buffer's developer guides.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CAPTION = 2200
MAX_HASHTAGS = 30
MAX_MENTIONS = 20
# Joiners and the variation selector hold emoji and some scripts' words together.
JOINERS = "\u200c\u200d\ufe0f"
MARK = re.compile(r"[#＃]")
MENTION = re.compile(r"(?<![\w.])@([A-Za-z0-9._]{1,30})", re.ASCII)


def caption_length(text: str) -> int:
    """Return the length of a caption or comment as Instagram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def caption_hashtags(text: str) -> list[str]:
    """Return the hashtags of a text in their order, repeated ones too, without their marks."""
    found, end = [], -1
    for match in MARK.finditer(text):
        before = text[match.start() - 1 : match.start()]
        # One that follows a word is none, unless the word is a hashtag itself.
        if match.start() == end or not (before == "&" or (before and _belongs(before))):
            word = _word_at(text, match.end())
            end = match.end() + len(word)
            found.append(word)
    return [word for word in found if word.strip(JOINERS)]


def caption_mentions(text: str) -> list[str]:
    """Return the user names that a text mentions in their order, repeated ones too."""
    return [name for name in MENTION.findall(text) if name.strip(".")]


def _word_at(text: str, start: int) -> str:
    end = start
    while end < len(text) and _belongs(text[end]):
        end += 1
    return text[start:end]


def _belongs(character: str) -> bool:
    """Return whether a hashtag can hold a character: letters, marks, digits, `_`, emoji."""
    if character == "_" or character in JOINERS:
        return True
    return unicodedata.category(character) in _KINDS


_KINDS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No", "So", "Sk"})
