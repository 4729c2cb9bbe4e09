"""JSON from outside: bounded, and storable."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.graph.decoding import MAX_DEPTH, decode_json
from lambdas.graph.errors import GraphError, RequestRefused
from lambdas.graph.signed_request import parse_signed_request
from tests.graph.scripted import Scripted

SECRET = "test-secret"


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def signed(payload: str) -> str:
    encoded = base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")
    digest = hmac.new(SECRET.encode(), encoded.encode(), hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(digest).decode().rstrip('=')}.{encoded}"


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 10_000, 200_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        decode_json(nested(depth))


@pytest.mark.parametrize("number", ["1e999", "NaN", "-Infinity", "9" * 4000, "9" * 5000])
def test_number_out_of_range_is_none(number: str) -> None:
    assert decode_json(f'{{"n": {number}}}') == {"n": None}


def test_lone_surrogate_is_replaced() -> None:
    decoded = decode_json(r'["a\ud800b", "\ud83d\ude00", {"\udfff": 1}]')

    assert decoded == ["a\ufffdb", "\U0001f600", {"\ufffd": 1}]


@given(st.text(st.characters(), max_size=20))
def test_decoded_text_can_be_stored(text: str) -> None:
    decode_json(json.dumps(text)).encode()


def test_raw_surrogate_bytes_can_be_stored() -> None:
    decode_json(b'["\xed\xa0\x80"]')[0].encode()


def test_surrogate_in_caption_keeps_siblings() -> None:
    body = rb'{"data": [{"id": "1", "caption": "\ud800"}, {"id": "2", "caption": "fine"}]}'
    media = list(Scripted(lambda _: (200, body)).account.library.media())

    assert [one.caption for one in media] == ["\ufffd", "fine"]


@pytest.mark.parametrize("field", ["replies", "children", "error", "paging", "total_value"])
@pytest.mark.parametrize("depth", [30, 200, 900, 5000])
def test_nested_answer_stays_in_error_tree(field: str, depth: int) -> None:
    start = f'{{"id": "1", "data": [{{"id": "1", "{field}": '
    account = Scripted(lambda _: (200, (start * depth + "1" + "}]}" * depth).encode())).account
    calls: list[Callable[[], object]] = [
        lambda: list(account.comments.of_media("1")),
        lambda: list(account.library.media()),
        account.insights.online_followers,
    ]
    for call in calls:
        try:
            call()
        except GraphError:
            continue


@pytest.mark.parametrize(
    "payload",
    [
        nested(10_000),
        nested(1000),
        '{"algorithm":"HMAC-SHA256","user_id":' + "9" * 4000 + "}",
        '{"algorithm":"HMAC-SHA256","user_id":"' + "9" * 2000 + '"}',
        '{"algorithm":"HMAC-SHA256","user_id":"../x"}',
        '{"algorithm":["HMAC-SHA256"],"user_id":"1"}',
        "null",
        "[]",
    ],
)
def test_odd_signed_request_is_refused(payload: str) -> None:
    with pytest.raises(RequestRefused):
        parse_signed_request(signed(payload), [SECRET])


@pytest.mark.parametrize("issued_at", ["9" * 18, "-1", "1e400", '"soon"', "null"])
def test_odd_time_of_issue_is_unknown(issued_at: str) -> None:
    payload = f'{{"algorithm":"HMAC-SHA256","user_id":"1","issued_at":{issued_at}}}'

    assert parse_signed_request(signed(payload), [SECRET]).issued_at is None


def test_huge_signed_request_is_refused() -> None:
    with pytest.raises(RequestRefused):
        parse_signed_request(f"a.{'b' * 1_000_000}", [SECRET])
