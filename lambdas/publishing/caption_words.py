"""The words of a caption, in any script, and how a hashtag is held against them.

Scripts such as Han or Thai have no spaces between words: there a hashtag is looked for anywhere in
the text, and a run of one script counts as a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# In scripts with spaces shorter words are mostly particles; elsewhere two characters are a word.
MIN_LETTERS, MIN_UNSPACED, MAX_UNSPACED = 4, 2, 8
MAX_JOINED = 4
UNSPACED = (
    ("han", 0x2E80, 0x2FDF), ("han", 0x3400, 0x4DBF), ("han", 0x4E00, 0x9FFF),
    ("han", 0xF900, 0xFAFF), ("han", 0x20000, 0x3FFFF), ("hiragana", 0x3040, 0x309F),
    ("katakana", 0x30A0, 0x30FF), ("thai", 0x0E00, 0x0E7F), ("lao", 0x0E80, 0x0EFF),
    ("tibetan", 0x0F00, 0x0FFF), ("myanmar", 0x1000, 0x109F), ("khmer", 0x1780, 0x17FF),
)  # fmt: skip
HIRAGANA = "hiragana"
MARKED = re.compile(r"[#＃@]\S*|https?://\S+")


def word_key(text: str) -> str:
    """Return what two spellings of one word have in common."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


@dataclass(frozen=True)
class CaptionWords:
    """The words of a caption, without its hashtags, mentions and addresses."""

    words: tuple[str, ...]
    text: str

    @classmethod
    def of(cls, caption: str) -> CaptionWords:
        """Return the words in their order, as they are written."""
        plain = MARKED.sub(" ", unicodedata.normalize("NFC", caption))
        return cls(tuple(_words(plain)), word_key(plain))

    def match(self, key: str) -> str | None:
        """Return what of the caption a hashtag's key says: a word, or adjacent ones; or None."""
        keys = [word_key(word) for word in self.words]
        for start in range(len(keys)):
            joined = ""
            for end in range(start, min(start + MAX_JOINED, len(keys))):
                joined += keys[end]
                if joined == key:
                    return " ".join(self.words[start : end + 1])
        is_unspaced = len(key) >= MIN_UNSPACED and all(map(_script, key))
        return key if is_unspaced and key in self.text else None

    def candidates(self) -> Iterator[str]:
        """Iterate over the words that could be hashtags, each once."""
        seen = set()
        for word in self.words:
            key = word_key(word)
            if key not in seen and _is_candidate(word):
                seen.add(key)
                yield word


def _is_candidate(word: str) -> bool:
    script = _script(word[0])
    if script:
        return script != HIRAGANA and MIN_UNSPACED <= len(word) <= MAX_UNSPACED
    return sum(one.isalpha() for one in word) >= MIN_LETTERS


def _words(text: str) -> Iterator[str]:
    """Split where no letter, mark or digit is, and where an unspaced script starts or ends."""
    word, script = "", ""
    for character in f"{text} ":
        belongs = unicodedata.category(character)[0] in "LMN" or character in "\u200c\u200d_"
        # Marks stay with the letter before them.
        is_mark = unicodedata.category(character)[0] == "M"
        here = script if is_mark else _script(character)
        if word and (not belongs or here != script):
            yield word.strip("_\u200c\u200d")
            word = ""
        if belongs:
            word, script = word + character, here


def _script(character: str) -> str:
    """Return the name of an unspaced script, or an empty text."""
    point = ord(character)
    return next((name for name, low, high in UNSPACED if low <= point <= high), "")
