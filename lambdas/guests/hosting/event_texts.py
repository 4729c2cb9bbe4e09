"""Titles and other words of an event: of any language, with nothing that reorders other text."""

from __future__ import annotations

import re
import secrets
import unicodedata

from lambdas.api.findings import Findings
from lambdas.storage.events.event import SLUG, is_date

MAX_TITLE, MAX_WELCOME = 120, 600
# They reorder the text after them, far beyond their own field. Marks of a direction do not.
REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Control characters, halves of characters, private ones, separators of lines and paragraphs.
UNPRINTABLE = ("Cc", "Cs", "Co", "Zl", "Zp")
# Paths of the site, and words that would look like them.
RESERVED = frozenset(
    ("admin", "api", "assets", "console", "events", "health", "home", "instagram", "new")
) | frozenset(("poster", "qr", "wall", "webhooks"))
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
MAX_READABLE = 48
SUFFIX_BYTES = 4


def checked_text(text: str, place: str, longest: int, found: Findings, lines: bool = False) -> str:
    """Return a text without white space around it, and report what cannot be shown.

    `lines` says that it may have several lines.
    """
    cleaned = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    kept = cleaned.replace("\n", "") if lines else cleaned
    if len(cleaned) > longest:
        found.refuse(
            place, "too_long", f"{place} has {len(cleaned)} characters; at most {longest} fit."
        )
    if REORDERING.search(kept) or any(unicodedata.category(one) in UNPRINTABLE for one in kept):
        found.refuse(
            place, "unprintable", f"{place} holds characters that cannot be shown; remove them."
        )
    elif not any(unicodedata.category(one)[0] not in "CZ" for one in kept):
        found.refuse(place, "empty", f"{place} must have a visible character.")
    return cleaned


def check_id(event_id: str, found: Findings) -> None:
    """Report why an id cannot be that of an operator's event."""
    if is_date(event_id):
        found.refuse("id", "id_is_a_date", "id: a date stands for that day's own event.")
    elif not SLUG.fullmatch(event_id):
        found.refuse(
            "id",
            "invalid_id",
            "id: use 3 to 64 lower-case letters, digits and hyphens, such as emma-and-jan.",
        )
    elif event_id in RESERVED:
        found.refuse("id", "id_reserved", "id: this word is used by the site; choose another.")


def id_of_title(title: str) -> str:
    """Return an id that begins like a title and cannot be guessed."""
    return f"{slug_of(title) or 'event'}-{secrets.token_hex(SUFFIX_BYTES)}"


def slug_of(title: str) -> str:
    """Return a title in lower-case letters, digits and hyphens; it may be empty."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(GERMAN))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:MAX_READABLE].strip("-")
