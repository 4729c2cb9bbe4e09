"""Records that are packed (msgpack) into one column of a row."""

from __future__ import annotations

from typing import TypeVar

import msgspec


class Packed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of packed records. Times are aware and in UTC."""


P = TypeVar("P", bound=Packed)


def packed(record: Packed) -> bytes:
    """Return a record as it is stored."""
    return msgspec.msgpack.encode(record)


def unpacked(kind: type[P], body: object) -> P:
    """Return the record of a stored column."""
    return msgspec.msgpack.decode(bytes(body), type=kind)  # type: ignore[call-overload]
