"""Messages and what happens to them, in the shapes that Meta sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lambdas.comments.records import Attachment
from lambdas.comments.updates import MessageEdited, MessageReaction, MessageUnsent, MessageWritten
from tests.comments.receiving.samples import (
    CDN,
    COMMON,
    HAPPENED,
    MID,
    PERSON,
    event,
    message,
    read,
    written,
)
from tests.comments.receiving.site import ACCOUNT, NOW


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
        ({"text": "Hi", "attachments": [None, {"type": "image", "payload": "x"}]},
         {"text": "Hi", "attachments": (Attachment(type="unknown"), Attachment(type="image"))}),
        ({"attachments": [{"type": "image", "payload": {"url": CDN + "é" * 3000}}]},
         {"attachments": (Attachment(type="image"),)}),
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
