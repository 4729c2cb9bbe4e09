"""Where an unfinished reading of a media object goes on, as one text."""

from __future__ import annotations

import msgspec

# No cursor of Meta's begins so.
MARK = "{"


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of comments by its cursor, and on it perhaps a page of the replies to a comment."""

    page: str | None = None
    comment: str | None = None
    replies: str | None = None

    @property
    def text(self) -> str | None:
        """Return the place as it is stored; None for the beginning."""
        return msgspec.json.encode(self).decode() if self.comment else self.page


def place_of(text: str | None) -> Place | None:
    """Return the place of a stored text, or None."""
    if text is None or not text.startswith(MARK):
        return Place(page=text) if text else None
    return msgspec.json.decode(text, type=Place)
