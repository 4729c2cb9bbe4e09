"""Reading messages that webhooks did not bring."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as changed

from lambdas.comments import keys
from lambdas.comments.reading.message_reader import MessageReader
from lambdas.comments.reading.run import Run
from lambdas.comments.updates import MessageWritten
from lambdas.graph.messages import Message, Participant
from local.graph.data import ACCOUNT_ID
from tests.comments.reading.site import ReadingSite


def test_messages_are_read_beside_many_comments(site: ReadingSite) -> None:
    site.allow_messages()
    for _ in range(400):
        site.comment("m1")
    site.bench.control("message", account=ACCOUNT_ID, sender="26000000000000009", text="Hello")
    site.work = replace(site.work, backfill=replace(site.backfill, max_calls=8))

    assert site.run().found == 251


PERSON = "26000000000000009"


def write(site: ReadingSite, text: str = "Hello", person: str = PERSON) -> None:
    site.bench._follow_clock()
    site.bench.control("message", account=ACCOUNT_ID, sender=person, text=text)


def test_messages_are_found(site: ReadingSite) -> None:
    site.allow_messages()
    site.run()
    site.later(minutes=1)
    site.bench._follow_clock()
    site.bench.control("message", account=ACCOUNT_ID, sender="26000000000000009", text="Hello")
    site.later(minutes=15)

    done = site.run()

    (message,) = [one for one in site.taker.taken if isinstance(one, MessageWritten)]
    assert (message.text, message.is_own, done.found, done.missed) == ("Hello", False, 1, 1)


def test_known_conversation_costs_one_call(site: ReadingSite) -> None:
    test_messages_are_found(site)
    site.later(hours=1)

    assert site.run().calls == 2


def texts(site: ReadingSite) -> set[str | None]:
    return {one.text for one in site.taker.taken if isinstance(one, MessageWritten)}


@pytest.mark.parametrize("known", [20, 45])
def test_gap_behind_known_messages_is_closed(site: ReadingSite, known: int) -> None:
    site.allow_messages()
    site.run()
    site.later(minutes=20)
    for number in range(60):
        write(site, f"text {number}")
    # Webhooks bring the newest ones again, or a run was killed after it had taken them.
    page = site.bench.account().messages.messages_of(conversation(site))
    for _ in range(known // 20):
        for message in page.messages:
            site.taker.take(written(message))
        page = site.bench.account().messages.messages_of(conversation(site), page.after)

    site.later(minutes=1)
    site.run()

    assert texts(site) == {f"text {number}" for number in range(60)}


def test_long_conversation_is_read_in_several_runs(site: ReadingSite) -> None:
    site.allow_messages()
    for number in range(130):
        write(site, f"text {number}")
    site.work = replace(site.work, backfill=replace(site.backfill, max_calls=6))

    site.run()
    for _ in range(3):
        if site.state.reading.unfinished:
            site.go_on()

    assert not site.state.reading.unfinished
    assert texts(site) == {f"text {number}" for number in range(130)}


def test_conversation_that_moves_to_a_page_that_was_read_is_read(site: ReadingSite) -> None:
    site.allow_messages()
    for number in range(60):
        write(site, f"text {number}", f"2600000000000{number:04}")
        site.later(seconds=1)
    site.later(minutes=30)
    site.work = replace(site.work, backfill=replace(site.backfill, max_calls=56))
    site.run()
    assert site.state.reading.messages_after

    write(site, "Hello?", "26000000000000000")
    assert "text 0" not in texts(site)
    while site.state.reading.unfinished:
        site.go_on()
    site.later(hours=2)
    site.run()

    assert texts(site) == {"Hello?", *(f"text {number}" for number in range(60))}


def conversation(site: ReadingSite) -> str:
    return site.bench.account().messages.conversations().conversations[0].id


def written(message: Message) -> MessageWritten:
    assert message.created_at
    return MessageWritten(
        account_id=ACCOUNT_ID,
        at=message.created_at,
        mid=message.id,
        person_id=PERSON,
        is_own=False,
        text=message.text,
    )


def test_messages_of_another_app_were_not_missed(site: ReadingSite) -> None:
    test_messages_are_found(site)
    (message,) = site.store.listed(keys.BY_ACCOUNT, keys.account_list("main", ACCOUNT_ID))
    site.store.save(changed(message, is_standby=True))
    write(site, "And today?")
    site.later(minutes=15)

    done = site.run()

    assert (done.found, done.missed) == (1, 0)


@pytest.mark.parametrize("sender", [None, Participant("999")])
def test_messages_without_a_known_sender_are_skipped(
    site: ReadingSite, sender: Participant | None
) -> None:
    client: Any = None
    run = Run(account=site.account, client=client, clock=site.clock, subscribed_since=None)
    message = Message("mid", site.clock.now(), sender, text="Hello")

    is_new = MessageReader(site.taker)._take(run, message, PERSON, site.clock.now(), lambda _: True)

    assert (is_new, site.taker.taken) == (False, [])
