"""Which types of files operators can add, from a browser's hint and the ending of a name."""

from __future__ import annotations

from lambdas.pictures.photo_type import TYPES as PHOTOS
from lambdas.pictures.photo_type import UNKNOWN_TYPE, photo_type

ENDINGS = {
    **dict.fromkeys(("mp4", "m4p"), "video/mp4"),
    **dict.fromkeys(("mov", "qt"), "video/quicktime"),
    "m4v": "video/x-m4v",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
}
VIDEOS = tuple(dict.fromkeys(ENDINGS.values()))
TYPES = (*PHOTOS, *VIDEOS)


def media_type(hint: str, name: str) -> str | None:
    """Return the type of a photo or video, or UNKNOWN_TYPE; None if it is certainly neither.

    The bytes decide later. Until then a type that says something else is believed, and one that is
    odd or says nothing leaves the decision to the ending of the name.
    """
    kind = hint.partition(";")[0].strip().lower()
    if kind in VIDEOS:
        return kind
    says_nothing = photo_type(hint, "") == UNKNOWN_TYPE
    ending = ENDINGS.get(name.lower().rpartition(".")[2])
    if ending and (says_nothing or kind.startswith("video/")):
        return ending
    return photo_type(hint, name)
