"""The split of a download into zip files, which changes as little as possible.

What was in a zip file before stays in it, under its name, so that the file need not be made again;
new pictures go into the last one, or into further ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lambdas.guests.downloads.entries import Entry, Picture
from lambdas.guests.downloads.names import NameBook, is_name_of


@dataclass
class _Group:
    """The pictures of one zip file, with their names as far as they are known."""

    named: list[tuple[str | None, Picture]] = field(default_factory=list)
    cost: int = 0

    def add(self, name: str | None, picture: Picture) -> None:
        self.named.append((name, picture))
        self.cost += picture.cost


def split(
    pictures: Iterable[Picture], earlier: Sequence[Sequence[Entry]], max_bytes: int
) -> list[list[Entry]]:
    """Return the entries of each zip file, which takes up to `max_bytes` or a single picture.

    `earlier` are those of the download before.
    """
    left = {picture.id: picture for picture in pictures}
    names = NameBook()
    groups = [_kept(entries, left, names, max_bytes) for entries in earlier]
    groups = [group for group in groups if group.named]
    for picture in sorted(left.values(), key=lambda one: (one.taken, one.id)):
        if not groups or groups[-1].cost + picture.cost > max_bytes:
            groups.append(_Group())
        groups[-1].add(None, picture)
    return [_named(group, names) for group in groups]


def _kept(
    entries: Sequence[Entry], left: dict[str, Picture], names: NameBook, max_bytes: int
) -> _Group:
    """Take the pictures that were in a zip file from those that are left."""
    group = _Group()
    for entry in entries:
        picture = left.get(entry.picture.id)
        if picture is None or (group.named and group.cost + picture.cost > max_bytes):
            continue
        del left[picture.id]
        same = is_name_of(entry.name, picture.stem, picture.ending) and names.take(entry.name)
        group.add(entry.name if same else None, picture)
    return group


def _named(group: _Group, names: NameBook) -> list[Entry]:
    return [
        Entry(name or names.new(picture.stem, picture.ending), picture)
        for name, picture in group.named
    ]
