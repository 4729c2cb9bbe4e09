"""Hosts hear of photos that wait: at most once an hour, and whatever fails, not for ever."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from lambdas.guests.caring.channels import signature
from lambdas.guests.caring.outbox import MAX_TRIES, Channel, Kind, Outgoing
from lambdas.guests.caring.sending import MAX_AT_ONCE
from lambdas.kit.clock import FixedClock
from tests.conftest import Aws
from tests.guests.caring_site import HOOK, HOST, SENDER, CaringSite
from tests.guests.conftest import Guest
from tests.pictures.drawing import draw_photo


@pytest.fixture
def site(fake_aws: Aws, clock: FixedClock) -> CaringSite:
    """Provide a site whose hosts are informed."""
    return CaringSite(fake_aws, clock)


def share(site: CaringSite, event: str, seed: int = 1) -> str:
    """Send one photo from a device of its own; return its id."""
    return Guest(site).share(draw_photo(seed=seed, size=(64, 64)), event=event)


def test_photos_that_wait_are_mailed(site: CaringSite) -> None:
    event = site.made_event(review=True, notify_email=HOST)
    share(site, event, 1)
    share(site, event, 2)

    site.later(minutes=3)

    [mail] = site.mails
    assert (mail.source, mail.destinations) == (SENDER, {"ToAddresses": [HOST]})
    assert mail.subject == "\u2068Emma & Jan\u2069: 2 photos wait"
    assert f"https://photos.example.com/h/{event}\n" in mail.body


def test_requests_are_signed(site: CaringSite) -> None:
    body = {"id": "our-day", "title": "Our day", "date": "2026-04-29", "review": True}
    answer = site.host("POST", body=body | {"notify_webhook": HOOK})
    share(site, "our-day")

    site.later(minutes=3)

    [(hop, message)] = site.receiver.arrived
    assert (hop.host, hop.address, message.method) == (
        "hooks.example.com",
        "93.184.215.14",
        "POST",
    )
    secret = answer.json["notify_secret"].encode()
    assert message.headers["X-Daybook-Signature"] == signature(secret, message.body or b"")
    assert site.receiver.bodies == [
        {
            "type": "photos_waiting",
            "event": {
                "id": "our-day",
                "title": "Our day",
                "url": "https://photos.example.com/g/our-day",
            },
            "photos": 1,
            "guests": 1,
            "waiting": 1,
            "reported": 0,
            "host_url": "https://photos.example.com/h/our-day",
            "deletes_at": None,
            "sent_at": "2026-04-29T18:03:00Z",
        }
    ]


def test_one_message_an_hour(site: CaringSite) -> None:
    event = site.made_event(review=True, notify_email=HOST)
    for seed in range(3):
        share(site, event, seed)
        site.later(minutes=5)
    assert len(site.mails) == 1

    site.later(minutes=60)
    site.later(minutes=120)

    assert [mail.subject.split(": ")[1] for mail in site.mails] == [
        "1 photo waits",
        "3 photos wait",
    ]


def test_steady_arrivals_are_not_kept_waiting(site: CaringSite) -> None:
    event = site.made_event(review=True, notify_email=HOST)
    for seed in range(11):
        share(site, event, seed)
        site.later(minutes=1)

    assert len(site.mails) == 1


def test_decided_photos_need_no_message(site: CaringSite) -> None:
    event = site.made_event(review=True, notify_email=HOST)
    site.moderate(share(site, event), "shown", event)

    site.later(minutes=3)

    assert (site.mails, site.caring.notices.due()) == ([], [])


def test_files_without_preview_wait_too(site: CaringSite) -> None:
    event = site.made_event(notify_email=HOST)
    share(site, event)
    Guest(site).share(b"no picture", event=event)

    site.later(minutes=3)

    assert site.mails[0].subject.endswith("1 photo waits")


def test_events_without_addresses_are_quiet(site: CaringSite) -> None:
    share(site, site.made_event(review=True))

    site.later(minutes=3)

    assert (site.mails, site.caring.notices.due()) == ([], [])


def test_deleted_events_are_quiet(site: CaringSite) -> None:
    event = site.made_event(review=True, notify_email=HOST)
    share(site, event)
    site.host("DELETE", f"/events/{event}")

    site.later(minutes=3)

    assert (site.mails, site.caring.notices.due()) == ([], [])


@pytest.mark.parametrize("status", [None, 302, 404, 500])
def test_failing_webhooks_are_given_up(
    site: CaringSite, status: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    site.receiver.status = status
    event = site.made_event(review=True, notify_webhook=HOOK)
    share(site, event)

    for _ in range(50):
        site.later(minutes=5)

    assert len(site.receiver.arrived) == MAX_TRIES
    assert '"HostNoticeFailed":[1.0]' in capsys.readouterr().out
    assert site.caring.outbox.due(site.clock.now()) == []


def test_gaps_grow(site: CaringSite) -> None:
    site.receiver.status = 500
    share(site, site.made_event(review=True, notify_webhook=HOOK))
    arrived = []
    for _ in range(40):
        site.later(minutes=5)
        arrived.append(len(site.receiver.arrived))

    tried_at = [arrived.index(number) * 5 for number in range(1, MAX_TRIES + 1)]
    gaps = [later - earlier for earlier, later in pairwise(tried_at)]
    assert gaps == [5, 15, 45, 120]


def test_private_addresses_get_nothing(site: CaringSite) -> None:
    site.resolved = ["93.184.215.14", "169.254.169.254"]
    share(site, site.made_event(review=True, notify_webhook=HOOK))

    site.later(minutes=3)

    assert site.receiver.arrived == []


def test_failures_stop_no_others(site: CaringSite) -> None:
    site.receiver.status = None
    share(site, site.made_event("a-broken-one", review=True, notify_webhook=HOOK))
    share(site, site.made_event("b-good-one", review=True, notify_email=HOST), 2)

    site.later(minutes=3)

    assert len(site.mails) == 1


def hang(site: CaringSite, webhooks: int, until: int) -> None:
    """Let hosts answer only when so many requests are there; let messages to many be due."""
    site.receiver.gate = threading.Barrier(until)
    for number in range(webhooks):
        event = site.create_event(f"hanging-{number}", notify_webhook=HOOK, notify_secret="secret")
        share(site, event, number)
        due = Outgoing(event, Kind.SUMMARY, Channel.WEBHOOK, site.clock.now())
        site.table.put_item(Item=due.to_row())


def test_slow_hosts_delay_no_others(site: CaringSite) -> None:
    # One after another, the first would wait for the second for ever.
    hang(site, webhooks=MAX_AT_ONCE, until=MAX_AT_ONCE)

    site.later(minutes=1)

    assert len(site.receiver.arrived) == MAX_AT_ONCE
    assert site.caring.outbox.due(site.clock.now()) == []


def test_few_requests_run_at_once(site: CaringSite) -> None:
    hang(site, webhooks=2 * MAX_AT_ONCE, until=MAX_AT_ONCE)

    site.later(minutes=1)

    assert (len(site.receiver.arrived), site.receiver.most) == (2 * MAX_AT_ONCE, MAX_AT_ONCE)


def test_time_that_is_over_begins_no_request(site: CaringSite) -> None:
    hang(site, webhooks=1, until=1)

    site.caring.messages.run(site.clock.now())

    [kept] = site.caring.outbox.due(site.clock.now() + timedelta(hours=1))
    assert (site.receiver.arrived, kept.tries) == ([], 0)


def test_addresses_and_secrets_are_not_logged(
    site: CaringSite, caplog: pytest.LogCaptureFixture
) -> None:
    site.receiver.status = None
    share(site, site.made_event(review=True, notify_webhook=HOOK, notify_email=HOST))

    site.later(minutes=3)

    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "message to hosts not sent yet" in logged
    assert [one for one in ("hooks.example", HOST) if one in logged] == []


def test_refused_mails_are_tried_again(site: CaringSite) -> None:
    class Refusing:
        def send_email(self, **_: object) -> object:
            raise ClientError({"Error": {"Code": "MessageRejected"}}, "SendEmail")

    site.aws.clients.__dict__["ses"] = Refusing()
    share(site, site.made_event(review=True, notify_email=HOST))
    site.later(minutes=3)
    del site.aws.clients.__dict__["ses"]

    site.later(minutes=6)

    assert len(site.mails) == 1


def test_crashes_while_sending_end(site: CaringSite) -> None:
    event = site.made_event(review=True, notify_email=HOST)
    share(site, event)
    crashed = Outgoing(event, Kind.PHOTOS_WAITING, Channel.MAIL, site.clock.now(), MAX_TRIES)
    site.table.put_item(Item=crashed.to_row())

    site.caring.messages.run(site.clock.now().replace(hour=23))

    assert (site.mails, site.caring.outbox.due(site.clock.now())) == ([], [])


def test_titles_make_no_headers(site: CaringSite) -> None:
    event = site.made_event("our-day", title="حفل زفاف", review=True, notify_email=HOST)
    share(site, event)
    site.table.update_item(
        Key={"pk": f"EVENT#{event}", "sk": "EVENT"},
        UpdateExpression="SET title = :title",
        ExpressionAttributeValues={":title": "حفل\r\nBcc: all@example.com"},
    )

    site.later(minutes=3)

    assert site.mails[0].subject == "\u2068حفل Bcc: all@example.com\u2069: 1 photo waits"
