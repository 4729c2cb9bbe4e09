"""Names of files that every system can unpack, and that no two files of a download share."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from lambdas.kit.file_name import DIRECTIONS, UNPRINTABLE
from lambdas.pictures.photo_type import ENDINGS

# In UTF-8. File systems take 255 bytes, encrypted ones fewer; on Windows the folder's path counts.
MAX_STEM = 120
FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
SPACES = re.compile(r"\s+")
# Devices of Windows, whatever follows after a dot.
# Source: "Naming Files, Paths, and Namespaces" in the documentation of Windows.
RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|$)",
    re.IGNORECASE,
)
# Joins the parts of an emoji; all other characters of its category are invisible.
JOINER = "\u200d"
UNNAMED = "photo"
ENDING_OF_TYPE = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/avif": "avif",
}
TABLE = "photos.csv"


def safe_stem(text: str) -> str:
    """Return a text that may name a file on Windows, macOS and Linux, before its ending."""
    kept = "".join(one for one in unicodedata.normalize("NFC", text) if _is_visible(one))
    plain = SPACES.sub(" ", FORBIDDEN.sub("_", kept)).strip(" .")
    if RESERVED.match(plain):
        plain = f"_{plain}"
    return _shortened(plain, MAX_STEM).rstrip(" .") or UNNAMED


def stem_of(taken: datetime, who: str) -> str:
    """Return the name of a picture by the local time it was taken, such as `2026-04-29 19.03 Anna`.

    `who` is whose it is.
    """
    return safe_stem(f"{taken:%Y-%m-%d %H.%M} {who}")


def ending_of(kind: str | None, name: str) -> str:
    """Return the ending of a name if it fits the media type that was found, else the type's own."""
    ending = name.rpartition(".")[2].lower()
    found, named = _family(kind), _family(ENDINGS.get(ending))
    if named and found in (None, named):
        return ending
    return ENDING_OF_TYPE.get(kind or "", "bin")


def _family(kind: str | None) -> str | None:
    """Return a media type; HEIC is HEIF with one kind of coding."""
    return "image/heif" if kind == "image/heic" else kind


@dataclass(frozen=True)
class NameBook:
    """The names of a download that are taken: systems that ignore case see no two alike."""

    taken: set[str] = field(default_factory=lambda: {_folded(TABLE)})
    _last: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    """The last number of each name: a photographer may send thousands of one minute."""

    def take(self, name: str) -> bool:
        """Take a name; return False if it, or one that differs in case only, is taken."""
        folded = _folded(name)
        if folded in self.taken:
            return False
        self.taken.add(folded)
        return True

    def new(self, stem: str, ending: str) -> str:
        """Take and return the first free name: `stem.ending`, `stem (2).ending` and so on."""
        plain = _numbered(stem, ending, 1)
        number = self._last.get(plain, 1)
        while not self.take(name := _numbered(stem, ending, number)):
            number += 1
        self._last[plain] = number
        return name


def is_name_of(name: str, stem: str, ending: str) -> bool:
    """Return whether a name is one that `NameBook.new` may have made for a stem and an ending."""
    return re.fullmatch(rf"{re.escape(stem)}(?: \(\d+\))?\.{re.escape(ending)}", name) is not None


def _numbered(stem: str, ending: str, number: int) -> str:
    return f"{stem}.{ending}" if number == 1 else f"{stem} ({number}).{ending}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _is_visible(character: str) -> bool:
    if character.isspace():
        return True
    category = unicodedata.category(character)
    hidden = category in UNPRINTABLE or character in DIRECTIONS
    return not hidden and (category != "Cf" or character == JOINER)


def _shortened(text: str, most: int) -> str:
    """Return the start of a text that takes at most so many bytes."""
    return text.encode()[:most].decode(errors="ignore")
