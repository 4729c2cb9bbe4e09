"""Splitting: every shape, ids and times of any type, and what must not take its siblings along."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.comments.receiving.envelope import split
from lambdas.comments.receiving.incoming import decode_incoming, packed_messages
from lambdas.comments.receiving.parsing import parse
from lambdas.comments.receiving.raw_update import moment_of
from lambdas.comments.receiving.repair import MAX_DEPTH, limited, plain
from tests.comments.receiving.site import ACCOUNT, NOW, comment, entry, envelope, is_gone

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
NAMES = st.sampled_from(
    ["object", "entry", "id", "time", "changes", "messaging", "standby", "field", "value"]
)
ENVELOPES = st.recursive(
    JSON | st.just("instagram"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=30,
)


def fields(body: str | bytes) -> list[tuple[str, object]]:
    content = body.encode() if isinstance(body, str) else body
    return [(one.field, json.loads(bytes(one.value))) for one in split(content, NOW).updates]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_take_no_siblings(number: str) -> None:
    body = envelope(entry(comment(1), {"id": "2", "text": 'NaN, or "Infinity"?'}))
    odd = body.replace('"time":', f'"odd": {number}, "time":', 1)

    assert odd != body
    assert [value for _, value in fields(odd)] == [value for _, value in fields(body)]


def test_changes_are_updates() -> None:
    body = envelope(entry(comment(1), comment(2)), entry({"media_id": "1"}, name="mentions"))

    assert fields(body) == [
        ("comments", comment(1)),
        ("comments", comment(2)),
        ("mentions", {"media_id": "1"}),
    ]
    [first, *_] = split(body.encode(), NOW).updates
    assert (first.account, first.at) == (ACCOUNT, datetime.fromtimestamp(1793000000, UTC))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"field": "comments", "value": {"id": "1"}}, [("comments", {"id": "1"})]),
        ({"messaging": [{"a": 1}, {"b": 2}]}, [("messaging", {"a": 1}), ("messaging", {"b": 2})]),
        ({"standby": [{"a": 1}]}, [("standby", {"a": 1})]),
        ({"messaging": [1], "changes": [{"field": "x", "value": 1}]}, [("messaging", 1), ("x", 1)]),
        ({"changed_fields": ["comments"]}, [("changed_fields", ["comments"])]),
        ({"changes": [5, {"field": "x"}]}, [("changes", 5), ("x", {"field": "x"})]),
        ({"changes": {"field": "x", "value": 1}}, [("x", 1)]),
        ({"changes": "x"}, [("changes", "x")]),
        ({"field": 5, "value": 1}, [("", 1)]),
        ({"field": "x"}, [("x", {"id": "1", "field": "x"})]),
        ({"other": 1}, [("entry", {"id": "1", "other": 1})]),
    ],
)  # fmt: skip
def test_every_shape_is_kept(content: dict[str, Any], found: list[tuple[str, object]]) -> None:
    assert fields(envelope({"id": "1", **content}, {"messaging": [{}]})) == [
        *found,
        ("messaging", {}),
    ]


def test_arrays_around_envelopes_are_read() -> None:
    body = f"[{envelope(entry(comment()))}, {envelope(entry(comment(2)))}]"

    assert len(split(body.encode(), NOW).updates) == 2


@pytest.mark.parametrize(
    ("given", "account"),
    [
        ('"17841400000000001"', "17841400000000001"),
        ("17841400000000001", "17841400000000001"),
        ("9" * 40, "9" * 40),
        ("null", ""),
        ("1.5", ""),
        ("-1", ""),
        ("true", ""),
        ('"a#b"', ""),
        ('""', ""),
        ('"\\ud800"', ""),
        ('"' + "1" * 200 + '"', ""),
        ("[1]", ""),
    ],
)
def test_accounts_are_text(given: str, account: str) -> None:
    body = f'{{"object": "instagram", "entry": [{{"id": {given}, "changes": [1]}}]}}'

    assert [one.account for one in split(body.encode(), NOW).updates] == [account]


NO_TIMES: list[object] = [None, 0, -1, 1, True, "x", "", "٣", [], {}, 1e300, 10**30]
SENT = datetime.fromtimestamp(1793000000, UTC)


@pytest.mark.parametrize(
    ("time", "moment"),
    [
        (1793000000, SENT),
        ("1793000000", SENT),
        (1793000000134, SENT + timedelta(milliseconds=134)),
        ("1793000000134", SENT + timedelta(milliseconds=134)),
        (1793000000.5, SENT + timedelta(milliseconds=500)),
        *((wrong, NOW) for wrong in NO_TIMES),
        (NOW.timestamp() + 86_401, NOW),
        (float("inf"), NOW),
        (float("nan"), NOW),
    ],
)
def test_times_are_seconds_or_milliseconds(time: object, moment: datetime) -> None:
    assert moment_of(time, NOW) == moment


def test_other_objects_are_kept() -> None:
    body = '{"object": "page", "entry": [{"id": "1", "changes": [{"field": "feed", "value": {}}]}]}'

    assert [(one.object, one.field) for one in split(body.encode(), NOW).updates] == [
        ("page", "feed")
    ]


def test_lone_surrogates_take_no_siblings() -> None:
    odd, good = json.dumps(comment(1, "a\ud800b \U0001f496 \\ud800")), json.dumps(comment(2))
    body = f'{{"object":"instagram","entry":[{{"id":"1","field":"x\\udfff","value":{odd}}},{{"id":"1","field":"y","value":{good}}}]}}'  # noqa: E501

    first, second = fields(body)
    assert first == ("x\ufffd", comment(1, "a\ufffdb \U0001f496 \\ud800"))
    assert second == ("y", comment(2))


def test_bytes_that_are_no_text_are_replaced() -> None:
    body = envelope(entry({"text": "?"}, {"text": "b"})).encode().replace(b"?", b"\xff\xe2")

    first, second = split(body, NOW).updates
    assert json.loads(plain(bytes(first.value))) == {"text": "\ufffd\ufffd"}
    assert json.loads(bytes(second.value)) == {"text": "b"}


def test_depth_is_limited() -> None:
    deep = b'{"a":"[[","b":' + b"[" * 5000 + b'"]"' + b"]" * 5000 + b',"c":1}'
    found = json.loads(limited(deep))

    assert (found["a"], found["c"]) == ("[[", 1)
    for _ in range(MAX_DEPTH - 1):
        [found["b"]] = found["b"]
    assert found["b"] is None
    assert limited(b'{"a":[1]}') == b'{"a":[1]}'


@given(st.binary(max_size=200))
def test_bytes_never_raise(body: bytes) -> None:
    split(body, NOW)


@given(ENVELOPES)
def test_json_never_raises(value: object) -> None:
    found = split(json.dumps(value).encode(), NOW)

    encoded = [plain(msgspec.json.encode(one)) for one in found.updates]
    read = [
        one for message in packed_messages(encoded) for one in decode_incoming(message, is_gone)
    ]
    assert [one.account for one in read] == [one.account for one in found.updates]
    for one in read:
        msgspec.msgpack.encode(getattr(parse(one), "value", None))


@given(JSON)
def test_values_survive_the_queue(value: object) -> None:
    text = json.dumps({"entry": [{"id": "1", "field": "x", "value": value}]}, allow_nan=True)
    found = split(text.encode(), NOW).updates
    if "NaN" in text or "Infinity" in text:
        return
    [encoded] = [plain(msgspec.json.encode(one)) for one in found]

    [message] = packed_messages([encoded])
    assert message.isascii()
    assert all(char >= " " or char in "\t\n\r" for char in message)
    [read] = decode_incoming(message, is_gone)
    assert json.loads(bytes(read.value)) in (value, json.loads(bytes(found[0].value)))


def test_messages_keep_their_limits() -> None:
    messages = list(packed_messages(["1" * 2100] * 90 + ["1"] * 450))

    assert all(len(message) <= 200_000 for message in messages)
    assert [message.count(",") + 1 for message in messages] == [90 + 10, 100, 100, 100, 100, 40]
    assert list(packed_messages([])) == []


def test_messages_of_others_are_refused() -> None:
    for body in ("", "{}", "[]", '{"updates":[{}]}'):
        with pytest.raises(msgspec.DecodeError):
            decode_incoming(body, is_gone)


def test_huge_numbers_cost_no_sibling() -> None:
    entry = b'{"id":"1","time":' + b"9" * 400 + b',"changes":[{"field":"a","value":1}]}'
    other = b'{"id":"2","time":1793000000,"changes":[{"field":"b","value":2}]}'

    found = split(b'{"object":"instagram","entry":[' + entry + b"," + other + b"]}", NOW)

    assert [one.field for one in found.updates] == ["a", "b"]
