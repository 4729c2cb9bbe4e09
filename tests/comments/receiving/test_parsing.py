"""Updates by what they report, in the shapes that Meta sends, and of any other shape."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.comments.receiving.parsing import CONVERSATIONS, parse
from lambdas.comments.receiving.raw_update import RawUpdate
from lambdas.comments.records import Attachment
from lambdas.comments.updates import (
    CommentWritten,
    Foreign,
    Ignored,
    Mentioned,
    MessageEdited,
    MessageReaction,
    MessageUnsent,
    MessageWritten,
    Update,
)
from tests.comments.receiving.site import ACCOUNT, NOW, comment
from tests.comments.receiving.test_envelope import JSON

PERSON, MID = "1000000000000001", "aWdfZAG1faXRlEXAMPLE"
SENT = NOW - timedelta(seconds=3)
HAPPENED = NOW - timedelta(seconds=5)
CDN = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1"
COMMON: dict[str, Any] = {"account_id": ACCOUNT, "at": HAPPENED}


def read(field: str, value: object, **changes: Any) -> Update:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    raw = RawUpdate(
        account=ACCOUNT,
        at=SENT,
        received_at=NOW,
        field=field,
        value=msgspec.Raw(content),
    )
    return parse(msgspec.structs.replace(raw, **changes))


def event(*, own: bool = False, **content: object) -> dict[str, Any]:
    sides = (ACCOUNT, PERSON) if own else (PERSON, ACCOUNT)
    return {
        "sender": {"id": sides[0]},
        "recipient": {"id": sides[1]},
        "timestamp": round(HAPPENED.timestamp() * 1000),
        **content,
    }


def message(**content: object) -> dict[str, Any]:
    return event(message={"mid": MID, **content})


def written(**fields: Any) -> MessageWritten:
    return MessageWritten(**COMMON | {"mid": MID, "person_id": PERSON} | fields)


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
    ("content", "fields"),
    [
        ({"text": "Is it in stock?"}, {"text": "Is it in stock?"}),
        ({"text": "Yes", "reply_to": {"mid": "m1"}}, {"text": "Yes", "reply_to": "m1"}),
        ({"reply_to": {"story": {"url": CDN, "id": "17900000000000061"}}},
         {"reply_to": "story 17900000000000061"}),
        ({"reply_to": {"story": {"url": CDN}}}, {}),
        ({"text": "Blue", "quick_reply": {"payload": "COLOUR_BLUE"}}, {"text": "Blue"}),
        ({"is_unsupported": True}, {"is_unsupported": True}),
        ({"is_deleted": False, "is_echo": None, "text": ""}, {}),
        ({"attachments": [{"type": "image", "payload": {"url": CDN}}, {"type": "ig_reel"}]},
         {"attachments": (Attachment(type="image", url=CDN), Attachment(type="ig_reel"))}),
        ({"attachments": [{"type": "story_mention", "payload": {"url": CDN}}]},
         {"attachments": (Attachment(type="story_mention", url=CDN),)}),
        ({"attachments": [{"type": "share", "payload": {"url": CDN}}]},
         {"attachments": (Attachment(type="share", url=CDN),)}),
        ({"attachments": [{"type": "ig_post", "payload": {
            "ig_post_media_id": "17900000000000005", "title": "A post", "url": CDN}}]},
         {"attachments": (Attachment(type="ig_post", url=CDN),)}),
        ({"attachments": [{"type": "template", "payload": {"generic": {"elements": []}}}]},
         {"attachments": (Attachment(type="template"),)}),
        ({"attachments": [{"payload": {"url": "x" * 5000}}]},
         {"attachments": (Attachment(type="unknown"),)}),
        ({"text": "Hi", "referral": {"ref": "x", "source": "ADS", "ad_id": "1"}}, {"text": "Hi"}),
    ],
)  # fmt: skip
def test_messages(content: dict[str, Any], fields: dict[str, Any]) -> None:
    assert read("messaging", message(**content)) == written(**fields)


def test_own_messages() -> None:
    echo = {"mid": MID, "text": "Yes", "is_echo": True}
    other = {"sender": {"id": "5"}, "recipient": {"id": PERSON}}
    own = written(text="Yes", is_own=True)

    assert read("messaging", event(own=True, message=echo)) == own
    assert read("messaging", event(own=True, message={"mid": MID, "text": "Yes"})) == own
    assert read("messaging", event(message=echo) | other) == own


def test_message_to_oneself() -> None:
    value = event(own=True, message={"mid": MID, "is_self": True, "is_echo": True})
    value["recipient"] = {"id": ACCOUNT}

    assert read("messaging", value) == written(is_own=True, person_id=ACCOUNT)


def test_unsent_message() -> None:
    found = read("messaging", message(is_deleted=True))

    assert found == MessageUnsent(**COMMON, mid=MID, person_id=PERSON)


def test_standby_and_test_button() -> None:
    assert read("standby", message(text="a")) == written(text="a", is_standby=True)
    value = message(text="a") | {"timestamp": str(round(HAPPENED.timestamp()))}
    assert read("messages", value) == written(text="a")


def test_postbacks() -> None:
    pressed = {"mid": MID, "title": "Opening hours", "payload": "HOURS"}
    assert read("messaging", event(postback=pressed)) == written(text="Opening hours")
    assert read("messaging", event(postback=pressed, referral={})) == written(text="Opening hours")

    without_mid = event(postback={"payload": "HOURS"})
    found = read("messaging", without_mid)
    assert isinstance(found, MessageWritten)
    assert (found.text, found.person_id) == ("HOURS", PERSON)
    assert found == read("messaging", without_mid, received_at=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("content", "emoji"),
    [
        ({"action": "react", "reaction": "love", "emoji": "❤️"}, "❤️"),
        ({"action": "react", "reaction": "other"}, "other"),
        ({"action": "unreact", "reaction": "love", "emoji": "❤️"}, None),
        ({"action": "unreact"}, None),
    ],
)
def test_reactions(content: dict[str, Any], emoji: str | None) -> None:
    assert read("messaging", event(reaction={"mid": MID, **content})) == MessageReaction(
        **COMMON, mid=MID, person_id=PERSON, author_id=PERSON, emoji=emoji
    )


@pytest.mark.parametrize(("number", "edits"), [(2, 2), ("2", 2), (None, 1), (0, 0)])
def test_edits(number: object, edits: int) -> None:
    content = {"mid": MID, "text": "new", "num_edit": number}

    assert read("messaging", event(message_edit=content)) == MessageEdited(
        **COMMON, mid=MID, person_id=PERSON, text="new", edits=edits
    )


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
