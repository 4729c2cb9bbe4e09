"""Updates by what they report, in the shapes that Meta sends, and of any other shape."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.comments.receiving.parsing import CONVERSATIONS
from lambdas.comments.updates import (
    CommentWritten,
    Foreign,
    Ignored,
    Mentioned,
    MessageWritten,
)
from tests.comments.receiving.samples import CDN, MID, PERSON, SENT, event, message, read
from tests.comments.receiving.site import ACCOUNT, NOW, comment
from tests.comments.receiving.test_envelope import JSON


@pytest.mark.parametrize("name", ["id", "comment_id"])
@pytest.mark.parametrize("field", ["comments", "live_comments"])
def test_comment(field: str, name: str) -> None:
    value = comment() | {"parent_id": 17870000000000000}
    value[name] = value.pop("id")

    assert read(field, value) == CommentWritten(
        account_id=ACCOUNT,
        at=SENT,
        comment_id="17870000000000001",
        media_id="17900000000000005",
        author_id=PERSON,
        username="example_fan",
        text="Très beau",
        product_type="FEED",
        parent_id="17870000000000000",
        is_live=field == "live_comments",
    )


def test_comment_needs_only_its_id() -> None:
    assert read("comments", {"id": 17870000000000001, "from": None}) == CommentWritten(
        account_id=ACCOUNT,
        at=SENT,
        comment_id="17870000000000001",
        media_id=None,
        author_id=None,
        username=None,
        text=None,
    )


def test_ids_as_numbers_keep_all_digits() -> None:
    found = read("comments", {"id": 10**38 + 1, "media": {"id": 9007199254740993}})

    assert isinstance(found, CommentWritten)
    assert (found.comment_id, found.media_id) == (str(10**38 + 1), "9007199254740993")


def test_mentions() -> None:
    both = {"media_id": "17918000000000001", "comment_id": "17894000000000001"}
    caption = {"media_id": "17918000000000001"}

    assert read("mentions", both) == Mentioned(account_id=ACCOUNT, at=SENT, **both)
    assert read("mentions", caption) == Mentioned(account_id=ACCOUNT, at=SENT, **caption)


@pytest.mark.parametrize(
    ("field", "value", "known_as"),
    [
        ("story_insights", {"media_id": "1", "reach": 44}, "story_insights"),
        ("messaging", event(read={"mid": MID}), "messaging_seen"),
        ("standby", event(read={"mid": MID}), "messaging_seen"),
        ("messaging", event(referral={"ref": "x", "source": "IGME"}), "messaging_referral"),
        ("messaging", event(delivery={}), "message_deliveries"),
        ("messaging", {"message_edit": {"mid": MID, "num_edit": "0"}}, "message_edit"),
    ],
)
def test_updates_of_no_use(field: str, value: object, known_as: str) -> None:
    assert read(field, value) == Ignored(account_id=ACCOUNT, field=known_as)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("likes", {}, "Nothing is known of the field 'likes'."),
        ("changed_fields", ["comments"], "include_values=true"),
        ("comments", [], "Its value is no object."),
        ("comments", {}, "The comment has no comment_id."),
        ("comments", {"id": True}, "id is not an id."),
        ("comments", {"id": "ACCOUNT#1"}, "id is not an id."),
        ("comments", {"id": "media.1"}, "id is not an id."),
        ("comments", {"id": 1.5}, "id is not an id."),
        ("comments", {"id": "1", "text": 5}, "text is not a text."),
        ("comments", {"id": "1", "from": "x"}, "from is not an object."),
        ("mentions", {"comment_id": "1"}, "The mention has no media_id."),
        ("messaging", {"message": {"mid": MID}}, "The sender has no id."),
        ("messaging", message(mid=""), "The message has no usable mid."),
        ("messaging", message(mid="x" * 1001), "The message has no usable mid."),
        ("messaging", message(is_echo="true"), "is_echo is neither true nor false."),
        ("messaging", message(attachments={}), "attachments is not a list of objects."),
        ("messaging", event(reaction={"mid": MID}), "A reaction is neither made nor removed."),
        ("messaging", event(message_edit={"num_edit": -1}), "num_edit is not a count."),
        ("messaging", event(optin={}), "Nothing is known of this kind of event"),
        ("messaging", event(own=True, message={"mid": "a"}) | {"recipient": None},
         "The recipient has no id."),
    ],
)  # fmt: skip
def test_others_are_kept(field: str, value: object, why: str) -> None:
    found = read(field, value)

    assert isinstance(found, Foreign)
    assert why in found.why
    assert found.value == (value if isinstance(value, dict) else {"value": value})


def test_other_objects_and_no_account_are_kept() -> None:
    for changes in ({"object": "page"}, {"account": ""}):
        assert isinstance(read("comments", comment(), **changes), Foreign)


def test_deep_or_broken_values_are_kept() -> None:
    for content in (b"[" * 500 + b"]" * 500, b"no JSON", b""):
        found = read("comments", content)
        assert isinstance(found, Foreign)
        assert found.value == {"text": content.decode()}


@pytest.mark.parametrize("time", [0, 1, "x", True, [], 10**30, 4102444800])
def test_impossible_times_become_the_receipt(time: object) -> None:
    found = read("messaging", message(text="a") | {"timestamp": time})

    assert isinstance(found, MessageWritten)
    assert found.at == NOW


def test_missing_time_is_the_webhooks() -> None:
    found = read("messaging", message(text="a") | {"timestamp": None})

    assert isinstance(found, MessageWritten)
    assert found.at == SENT


def test_long_text_is_cut_visibly() -> None:
    found = read("comments", {"id": "1", "text": "é" * 10_001})
    whole = read("comments", {"id": "1", "text": "é" * 10_000})

    assert isinstance(found, CommentWritten)
    assert isinstance(whole, CommentWritten)
    assert (found.text, whole.text) == ("é" * 10_000 + " […]", "é" * 10_000)


def test_lone_surrogates_are_replaced() -> None:
    found = read("comments", {"id": "1", "text": "a\ud800 \U0001f496 שלום"})

    assert isinstance(found, CommentWritten)
    assert found.text == "a\ufffd \U0001f496 שלום"


FIELDS = st.sampled_from(
    [*sorted(CONVERSATIONS), "comments", "live_comments", "mentions", "story_insights", "x"]
)
SAMPLES: list[Any] = [
    comment(),
    {"media_id": "1", "comment_id": "2"},
    message(text="a", attachments=[{"type": "image", "payload": {"url": CDN}}]),
    message(reply_to={"story": {"id": "1"}}, quick_reply={"payload": "x"}, is_echo=True),
    event(reaction={"mid": MID, "action": "react", "emoji": "x"}),
    event(postback={"mid": MID, "title": "x"}),
    event(message_edit={"mid": MID, "text": "x", "num_edit": 1}),
]


@st.composite
def nearly_samples(draw: st.DrawFn) -> object:
    """Return a sample in which some value is another one."""
    value = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    inner = value
    while True:
        name = draw(st.sampled_from(sorted(inner) or ["x"]))
        if isinstance(inner.get(name), dict) and inner[name] and draw(st.booleans()):
            inner = inner[name]
            continue
        inner[name] = draw(JSON)
        return value


@given(FIELDS, JSON | nearly_samples())
def test_nothing_raises(field: str, value: object) -> None:
    found = read(field, value)

    msgspec.msgpack.encode(found)
    if isinstance(found, CommentWritten):
        assert isinstance(found.text, str | None)
    if isinstance(found, Foreign):
        assert found.why.endswith((".", "true"))


@given(FIELDS, st.binary(max_size=100))
def test_bytes_never_raise(field: str, value: bytes) -> None:
    msgspec.msgpack.encode(read(field, value))
