"""A list of media that finds its entries by id and by time without a scan."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, MutableSequence, Sequence
from datetime import datetime
from typing import overload

from local.graph.data import EmulatedMedia


class MediaList(MutableSequence[EmulatedMedia]):
    """Media in the order of their insertion.

    The index and the order by time are made when they are first needed after a change: an account
    may have 10,000 posts, and every page of a listing reads them.
    """

    def __init__(self, media: Iterable[EmulatedMedia] = ()) -> None:
        self._media = list(media)
        self._changes = 0
        # Each with the number of changes that it knows: requests run in threads.
        self._by_id: tuple[int, dict[str, EmulatedMedia]] = (-1, {})
        self._newest_first: tuple[int, Sequence[EmulatedMedia]] = (-1, ())

    def find(self, media_id: str) -> EmulatedMedia | None:
        """Return a media object or carousel child."""
        changes, (known, by_id) = self._changes, self._by_id
        if known != changes:
            parts = (part for one in tuple(self._media) for part in (one, *one.children))
            by_id = {part.id: part for part in parts}
            self._by_id = changes, by_id
        return by_id.get(media_id)

    def newest(self) -> Sequence[EmulatedMedia]:
        """Return the media, newest first."""
        changes, (known, ordered) = self._changes, self._newest_first
        if known != changes:
            ordered = tuple(sorted(self._media, key=_age))
            self._newest_first = changes, ordered
        return ordered

    def insert(self, index: int, value: EmulatedMedia) -> None:
        """Insert a media object before an index."""
        self._media.insert(index, value)
        self._changes += 1

    @overload
    def __getitem__(self, index: int) -> EmulatedMedia: ...
    @overload
    def __getitem__(self, index: slice) -> list[EmulatedMedia]: ...
    def __getitem__(self, index: int | slice) -> EmulatedMedia | list[EmulatedMedia]:
        return self._media[index]

    def __setitem__(self, index: int | slice, value: object) -> None:
        self._media[index] = value  # type: ignore[call-overload]
        self._changes += 1

    def __delitem__(self, index: int | slice) -> None:
        del self._media[index]
        self._changes += 1

    def __len__(self) -> int:
        return len(self._media)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MediaList) and self._media == other._media

    __hash__ = None  # type: ignore[assignment]


def between(
    newest_first: Sequence[EmulatedMedia], since: datetime | None, until: datetime | None
) -> Sequence[EmulatedMedia]:
    """Return the media between two times, both included."""
    start = 0 if until is None else bisect_left(newest_first, -until.timestamp(), key=_age)
    end = None if since is None else bisect_right(newest_first, -since.timestamp(), key=_age)
    return newest_first[start:end]


def _age(media: EmulatedMedia) -> float:
    return -media.taken_at.timestamp()
