"""Repairing JSON of others, in a time that grows with it and no faster."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lambdas.comments.receiving.envelope import MAX_REPAIRED_BYTES, split
from lambdas.comments.receiving.repair import limited
from tests.comments.receiving.site import NOW

PIECES = st.lists(
    st.sampled_from([b"[", b"{", b"]", b"}", b'"', b"\\", b'\\"', b"a", b":", b",", b"\\ud800"]),
    min_size=1,
    max_size=4,
).map(b"".join)
SIZES = st.integers(1, 4).map(lambda power: 10**power * 6)


@settings(deadline=None, max_examples=60)
@given(PIECES, PIECES, PIECES, SIZES)
@example(b"[", b'"', b'\\"', 60_000)
def test_no_content_takes_long(start: bytes, middle: bytes, end: bytes, size: int) -> None:
    body = b"[" * 2000 + start * (size // 4) + middle + end * (size // 2)
    begin = time.process_time()
    limited(body)
    split(body, NOW)

    assert time.process_time() - begin < 1.5


@pytest.mark.parametrize("end", [b"", b"\\", b'\\"', b"]" * 100, b"\\]"])
def test_text_without_an_end_holds_no_levels(end: bytes) -> None:
    body = b'["' + b"[" * 100 + end

    assert limited(body) == body


def test_large_nested_body_is_left_as_it_is() -> None:
    deep = b"[" * 2000 + b"]" * 2000
    padding = b" " * MAX_REPAIRED_BYTES
    body = b'{"object":"instagram","entry":[{"id":"1","field":"x","value":' + deep + b"}]}"

    assert len(split(body, NOW).updates) == 1
    assert split(padding + body, NOW) == split(padding, NOW)
    assert not split(padding + body, NOW).complete
