"""Splitting the body of a webhook into updates, without decoding their values.

An envelope is `{object, entry: [...]}`, or an array of them. An entry has an account's id, a time,
and updates: in lists (`changes`, `messaging`, `standby`), or as `field` and `value` of its own.
What has another shape is an update too, so that it is kept and takes nothing with it.
Source: "Webhook notification examples" of the Instagram platform.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from lambdas.comments.ids import is_id
from lambdas.comments.receiving.raw_update import RawUpdate, moment_of
from lambdas.comments.receiving.repair import (
    is_shallow,
    limited,
    plain,
    without_lone_escapes,
    without_odd_numbers,
)

MISSING = Raw(b"")
MAX_NAME = 64
# Real webhooks are flat: what is nested without end and larger than this is kept as it is.
MAX_REPAIRED_BYTES = 256_000
ID_NUMBER = re.compile(rb"\d{1,128}")
K = TypeVar("K")


class _Envelope(msgspec.Struct):
    object: Raw = MISSING
    entry: Raw = MISSING


class _Entry(msgspec.Struct):
    id: Raw = MISSING
    time: Raw = MISSING
    changes: Raw = MISSING
    messaging: Raw = MISSING
    standby: Raw = MISSING
    changed_fields: Raw = MISSING
    field: Raw = MISSING
    value: Raw = MISSING


class _Change(msgspec.Struct):
    field: Raw = MISSING
    value: Raw = MISSING


@dataclass(frozen=True)
class Split:
    """The updates of a body; `complete` is False if the body holds more than they do."""

    updates: list[RawUpdate]
    complete: bool = True


def split(body: bytes, now: datetime) -> Split:
    """Return the updates of a body, whatever it is. Times that are missing become `now`."""
    content, complete = body, True
    try:
        msgspec.json.decode(content, type=Raw)
    except RecursionError:
        if len(body) > MAX_REPAIRED_BYTES:
            return Split([], complete=False)
        content, complete = without_lone_escapes(limited(content)), False
    except msgspec.DecodeError:
        content = without_odd_numbers(without_lone_escapes(content))
    outer = _as(list[Raw], content)
    found = [_as(_Envelope, one) for one in ([content] if outer is None else outer)]
    envelopes = [one for one in found if one is not None and _is_there(one.entry)]
    updates = [update for one in envelopes for update in _of_envelope(one, now)]
    shallow = [_shallow(update) for update in updates]
    complete &= bool(envelopes) and len(envelopes) == len(found)
    return Split(shallow, complete and all(map(operator.is_, shallow, updates)))


def _of_envelope(envelope: _Envelope, now: datetime) -> Iterator[RawUpdate]:
    kind = _text(envelope.object)
    for raw in _listed(envelope.entry):
        entry = _as(_Entry, raw) or _Entry()
        account, at = _id(entry.id), moment_of(_time(entry.time), now)
        for field, value in _of_entry(entry, raw):
            yield RawUpdate(
                account=account, at=at, received_at=now, field=field, value=value, object=kind
            )


def _of_entry(entry: _Entry, raw: Raw) -> Iterator[tuple[str, Raw]]:
    """Iterate over names and values of an entry's updates; it is one itself if it has none."""
    known = False
    for name, many in (("messaging", entry.messaging), ("standby", entry.standby)):
        known |= _is_there(many)
        yield from ((name, value) for value in _listed(many))
    known |= _is_there(entry.changes)
    yield from map(_change, _listed(entry.changes))
    if _is_there(entry.field) or _is_there(entry.value):
        known = True
        yield _text(entry.field), entry.value if _is_there(entry.value) else raw
    if _is_there(entry.changed_fields):
        known = True
        yield "changed_fields", entry.changed_fields
    if not known:
        yield "entry", raw


def _change(raw: Raw) -> tuple[str, Raw]:
    change = _as(_Change, raw)
    if change is None:
        return "changes", raw
    return _text(change.field), change.value if _is_there(change.value) else raw


def _shallow(update: RawUpdate) -> RawUpdate:
    content = bytes(update.value)
    if is_shallow(content) or (cut := limited(content)) == content:
        return update
    return replace(update, value=Raw(cut))


def _as(kind: type[K], raw: Raw | bytes | str) -> K | None:
    """Decode JSON into a type; return None if it does not fit."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, RecursionError):
        return None


def _listed(raw: Raw) -> list[Raw]:
    """Return the values of a list; what is none is one value."""
    if not _is_there(raw):
        return []
    values = _as(list[Raw], raw)
    return [raw] if values is None else values


def _is_there(raw: Raw) -> bool:
    return bytes(raw) not in (b"", b"null")


def _text(raw: Raw) -> str:
    """Return a name; an empty text if it is none."""
    return (_as(str, plain(bytes(raw))) or "")[:MAX_NAME]


def _id(raw: Raw) -> str:
    """Return an id as text, every digit of a number kept; an empty text if it is none."""
    content = bytes(raw)
    text = content.decode() if ID_NUMBER.fullmatch(content) else _as(str, plain(content)) or ""
    return text if is_id(text) else ""


def _time(raw: Raw) -> object:
    return _as(int | float | str, raw)  # type: ignore[arg-type]
