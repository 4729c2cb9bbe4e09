"""Messages with people, against the emulator."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.errors import PermissionMissing, RequestRefused
from lambdas.graph.messages import MessagingProfile, Participant
from local.graph.data import ACCOUNT_ID, USERNAME
from local.graph.inbox_knobs import PERSON_ID
from tests.graph.conftest import Bench

MEDIA = "17900000000000020"
PERSON = Participant(PERSON_ID, "a_guest")


def write(bench: Bench, text: str, **options: object) -> str:
    return str(bench.control("message", account=ACCOUNT_ID, text=text, **options)["mid"])


def test_message_is_answered(bench: Bench, login_type: str) -> None:
    messages = bench.messaging_account(login_type).messages
    theirs = write(bench, "Is it in stock?")

    mine = messages.send(PERSON_ID, "Yes")

    conversation = messages.conversation_with(PERSON_ID)
    assert conversation
    own, first = messages.messages_of(conversation.id).messages
    assert (own.id, own.text, own.sender) == (
        mine.message_id,
        "Yes",
        Participant(ACCOUNT_ID, USERNAME),
    )
    assert (first.id, first.sender, first.recipients) == (theirs, PERSON, (own.sender,))


def test_window_closes_after_a_day(bench: Bench, login_type: str) -> None:
    messages = bench.messaging_account(login_type).messages
    write(bench, "Hello")
    bench.clock.advance(timedelta(hours=24, seconds=1))

    with pytest.raises(PermissionMissing) as closed:
        messages.send(PERSON_ID, "Too late")
    assert (closed.value.cause.code, closed.value.cause.subcode) == (10, 2534022)

    write(bench, "Hello?")
    assert messages.send(PERSON_ID, "Here we are").recipient_id == PERSON_ID


def test_people_write_first(bench: Bench, login_type: str) -> None:
    account = bench.messaging_account(login_type)
    with pytest.raises(RequestRefused, match="wrote first"):
        account.messages.send(PERSON_ID, "Buy this")
    theirs = bench.control("comment", account=ACCOUNT_ID, media=MEDIA, text="Price?")["id"]

    account.comments.private_reply(theirs, "Ten")

    with pytest.raises(PermissionMissing):
        account.messages.send(PERSON_ID, "Do you want it?")


def test_long_text_is_refused(bench: Bench) -> None:
    messages = bench.account().messages
    write(bench, "Hello")

    assert messages.send(PERSON_ID, "ä" * 500).message_id
    with pytest.raises(RequestRefused):
        messages.send(PERSON_ID, "ä" * 501)


def test_conversations_are_paged(bench: Bench, login_type: str) -> None:
    messages = bench.messaging_account(login_type).messages
    for number in range(60):
        write(bench, "Hello", sender=str(1000 + number), username=f"guest_{number}")

    first = messages.conversations()
    second = messages.conversations(first.after)

    assert (len(first.conversations), len(second.conversations), second.after) == (50, 10, None)
    assert len({one.id for one in (*first.conversations, *second.conversations)}) == 60


def test_messages_are_paged(bench: Bench, login_type: str) -> None:
    messages = bench.messaging_account(login_type).messages
    written = [write(bench, f"Message {number}") for number in range(25)]
    conversation = messages.conversation_with(PERSON_ID)
    assert conversation

    first = messages.messages_of(conversation.id)
    second = messages.messages_of(conversation.id, first.after)

    assert [one.id for one in (*first.messages, *second.messages)] == written[::-1]
    assert second.after is None


def test_attachments_and_unsent_messages(bench: Bench) -> None:
    messages = bench.account().messages
    picture = [{"type": "image", "payload": {"url": "https://cdn.example.com/1.jpg"}}]
    kept = write(bench, "", attachments=picture)
    bench.control("message", account=ACCOUNT_ID, deleted=write(bench, "Oops"))
    conversation = messages.conversation_with(PERSON_ID)
    assert conversation

    [found] = messages.messages_of(conversation.id).messages

    assert (found.id, found.text) == (kept, None)
    [attachment] = found.attachments
    assert (attachment.type, attachment.url) == ("image", "https://cdn.example.com/1.jpg")


def test_profile_needs_consent(bench: Bench, login_type: str) -> None:
    account = bench.messaging_account(login_type)
    theirs = bench.control("comment", account=ACCOUNT_ID, media=MEDIA, text="Price?")["id"]
    account.comments.private_reply(theirs, "Ten")
    with pytest.raises(PermissionMissing, match="not written"):
        account.messages.profile(PERSON_ID)

    write(bench, "Thanks")

    assert account.messages.profile(PERSON_ID) == MessagingProfile(PERSON_ID, "a_guest", "A Guest")


def test_unknown_person_has_no_conversation(bench: Bench, login_type: str) -> None:
    assert bench.messaging_account(login_type).messages.conversation_with("1") is None


def test_blocked_account_is_refused(bench: Bench, login_type: str) -> None:
    write(bench, "Leave me alone", blocked=True)

    with pytest.raises(RequestRefused, match="cannot receive"):
        bench.messaging_account(login_type).messages.send(PERSON_ID, "Hello")
