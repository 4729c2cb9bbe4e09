"""Texts made comparable: case, accents, invisible characters and look-alikes do not matter.

A folded text is a line of tokens with one space around each: words, single characters of scripts
that write no spaces, user names with their `@`, and every other sign by itself. A keyword is folded
in the same way, so it occurs in a text only between the limits of words.
"""

from __future__ import annotations

import re
import unicodedata

# Joiners, soft hyphens, variation selectors, bidi controls, fillers, tags, the tones of emoji.
_INVISIBLE = (
    0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFEFF, 0xFFA0,
    *range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10), *range(0x1D173, 0x1D17B), *range(0x1F3FB, 0x1F400),
    *range(0xE0000, 0xE01F0),
)  # fmt: skip
_HIDDEN = str.maketrans(dict.fromkeys(_INVISIBLE))
# Before NFKC, which would take some of these apart into a space and an accent.
_SIGNS = str.maketrans(
    {**dict.fromkeys("’‘‛ʼ`´＇′", "'"), **dict.fromkeys("‐‑‒–—―−－﹣", "-"), "\x00": " "}
)
# Letters that have no decomposition but are written without their stroke, and joined letters; Yeh,
# Kaf and Heh of Arabic keyboards, with which Persian and Urdu are written as well.
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe",
            "ŧ": "t", "ـ": None, "ي": "ی", "ى": "ی", "ك": "ک", "ہ": "ه"}  # fmt: skip
# Accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic. Signs of other scripts are
# vowels, without which a word would be another one.
_MARKS = (
    *range(0x300, 0x370), *range(0x591, 0x5BE), 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7,
    *range(0x610, 0x61B), *range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6DD), *range(0x6DF, 0x6E5),
    0x6E7, 0x6E8, *range(0x6EA, 0x6EE),
)  # fmt: skip
_FOLDED = {**str.maketrans(_LETTERS), **dict.fromkeys(_MARKS)}
# Letters of other alphabets that look like Latin ones: read so in words that mix the alphabets.
_LOOK_ALIKES = str.maketrans("авсеһіјӏмнкорѕтухαβεικνορτυχ", "abcehijlmhkopstyxabeiknoptux")
# And the other way round, in words that have further letters of Cyrillic.
_TO_CYRILLIC = str.maketrans("abcehijkmopstxy", "авсеніјкморѕтху")
_OTHER_ALPHABET = re.compile("[\u0370-\u04ff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
_RUN = re.compile(r"\w+")
# Scripts without spaces between words: Thai, Lao, Myanmar, Khmer, kana, Chinese characters.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowel signs of India's scripts belong to their words; \w leaves them out.
_WORD = rf"(?:[^\W_{UNSPACED}]|[\u0900-\u0963\u0966-\u0dff\u0f00-\u0fff])"
_TOKEN = re.compile(rf"@\w[\w.]*|{_WORD}+|[^\s\-'_]")
# "don't" and "dont" are one word, "l'envoi" is two.
_ENDINGS = re.compile(r"(?<=\w)'(?=(?:s|t|re|ve|ll|m|d)\b)")
# p.r.i.c.e: single letters with the same sign between them.
_SPELLED = re.compile(r"(?<![\w.])[^\W\d_](?:([.\-_*·])[^\W\d_])(?:\1[^\W\d_])+(?!\w)")


def visible(text: str) -> str:
    """Return a text as it is seen: without invisible characters, in compatibility form."""
    if text.isascii():
        return text
    # A lone half of a surrogate pair is no character: no library would take it.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", text.translate(_HIDDEN).translate(_SIGNS))


def tokens(text: str) -> list[str]:
    """Return the folded words and signs of a text, in their order."""
    folded = visible(text).casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded).translate(_FOLDED)
        # Syllables of Korean and signs of kana are composed again.
        folded = unicodedata.normalize("NFC", folded)
        if _OTHER_ALPHABET.search(folded) and _LATIN.search(folded):
            folded = _RUN.sub(lambda run: _unmixed(run[0]), folded)
    if "'" in folded:
        folded = _ENDINGS.sub("", folded)
    folded = _SPELLED.sub(lambda word: word[0].replace(word[1], ""), folded)
    return [one.rstrip(".") if one[0] == "@" else one for one in _TOKEN.findall(folded)]


def _unmixed(word: str) -> str:
    """Return a word without letters that only look like its other ones."""
    if not (_OTHER_ALPHABET.search(word) and _LATIN.search(word)):
        return word
    latin = word.translate(_LOOK_ALIKES)
    return word.translate(_TO_CYRILLIC) if _CYRILLIC.search(latin) else latin


def fold(text: str) -> str:
    """Return the folded form of a text, with a space before, between and after its tokens."""
    return line(tokens(text))


def line(words: list[str]) -> str:
    """Return tokens as one text that can be searched for whole words."""
    return f" {' '.join(words)} " if words else ""
