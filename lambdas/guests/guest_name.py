"""Names that guests give themselves: they are shown to everyone, and nothing checks them."""

from __future__ import annotations

import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from lambdas.kit.errors import InvalidRequest
from lambdas.kit.file_name import DIRECTIONS, UNPRINTABLE

MAX_GUEST_NAME = 40
# They join letters and the parts of an emoji. All else of their category is invisible.
JOINERS = "\u200c\u200d"


def guest_name_of(value: object) -> str | None:
    """Return the name in a request, cleaned. Raises InvalidRequest if it is not text."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidRequest("guest_name must be text.", code="invalid_guest_name")
    return clean_guest_name(value)


def clean_guest_name(text: str) -> str | None:
    """Return a name without characters that are invisible or misleading; None if nothing is left.

    It is one line in normal form (NFC) of at most MAX_GUEST_NAME characters: more are cut.
    """
    spaced = (" " if character.isspace() else character for character in text)
    kept = "".join(character for character in spaced if _is_visible(character))
    line = " ".join(unicodedata.normalize("NFC", kept).split()).strip(" " + JOINERS)
    name = line[:MAX_GUEST_NAME].strip(" " + JOINERS)
    return name if any(unicodedata.category(one)[0] in "LNPS" for one in name) else None


def guest_name_in_metadata(text: str) -> str | None:
    """Return the name that a plain form posted with its object, cleaned.

    The bucket answers with encoded words (RFC 2047) where a value is not ASCII, and headers may
    bring bytes of UTF-8 as characters of Latin-1.
    Source: "Working with object metadata" in the S3 user guide.
    """
    try:
        text = str(make_header(decode_header(text)))
        text = text.encode("latin-1").decode()
    except (HeaderParseError, LookupError, ValueError):
        # What could be decoded so far is the name.
        pass
    return clean_guest_name(text)


def _is_visible(character: str) -> bool:
    category = unicodedata.category(character)
    if category in UNPRINTABLE or character in DIRECTIONS:
        return False
    return category != "Cf" or character in JOINERS
