"""Guests' photos: sample pictures, and the faults of pages and processing."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from lambdas.storage import keys
from local.alarms import Inbox
from local.clients import client
from local.drills import Drill
from local.local_site import LocalSite, stamp
from local.sample import Sample, SampleError
from local.uploads import upload_all
from stacks.config import STAGES

PAGE_FUNCTION = "Guests.View"
DEAD_LETTERS = "Guests.ProcessingDeadLetters"
FAILED_DOWNLOADS = "Guests.DownloadsDeadLetters"
# `api-5xx` needs five failures.
FAILING_VIEWS = 9
# Beside the event of a date: one with words and a colour, whose page prints a poster.
NAMED_EVENT = {
    "id": "emma-and-jan",
    "title": "Emma & Jan",
    "welcome": "We are so happy that you are here.\nPlease share what you see today.",
    "date": "2026-04-29",
    "accent": "#2f6b8c",
    "languages": ["en", "de"],
}
NAMED_PICTURES = 3
SAMPLE_HOST = "Emma"
NOW = timedelta()


TIDY_QUEUE = "Guests.TidyQueue"
DRILL_EVENT = "Drill of messages to hosts"
# The tries after which a message is given up.
LAST_TRY = 4


def after_deploy(site: LocalSite) -> None:
    """Verify the sender of mails, as an operator does in SES."""
    ses = client(site.deployment, "sesv2")
    with contextlib.suppress(ses.exceptions.AlreadyExistsException):
        ses.create_email_identity(EmailIdentity=STAGES["local"]["mail_from"])


def load_sample(site: LocalSite, sample: Sample) -> str:
    """Upload the sample's pictures. Raise SampleError if the event does not exist."""
    if site.view(f"/g/{sample.event_id}/photos") == 404:
        raise SampleError(
            f"EVENT={sample.event_id}: this event does not exist. Use a date such as 2026-04-29, "
            "or create the event first (POST /events)."
        )
    outcomes = upload_all(site.outputs["guest_url"], sample.event_id, sample.pictures)
    failed = [
        f"{name}: {outcome}"
        for name, outcome in outcomes.items()
        if outcome not in ("shown", "duplicate")
    ]
    counts = {outcome: list(outcomes.values()).count(outcome) for outcome in outcomes.values()}
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    named = _load_named_event(site, sample)
    return "\n".join([f"Photos: {summary}", *(f"  {line}" for line in failed), named])


def _load_named_event(site: LocalSite, sample: Sample) -> str:
    """Create the named event with a few pictures, unless it is or was there."""
    status, answer = site.operate("POST", "/events", NAMED_EVENT)
    event_id = str(NAMED_EVENT["id"])
    if status == 409:
        return f"Event: /g/{event_id} is there from an earlier run; {_host_link(site, event_id)}"
    if status != 201:
        raise SampleError(f"The event {event_id} was not created: {answer['error']['message']}")
    pictures = dict(list(sample.pictures.items())[:NAMED_PICTURES])
    upload_all(site.outputs["guest_url"], event_id, pictures)
    poster = f"/g/{event_id}, with a poster at /g/{event_id}/poster"
    return f"Event: {poster}; {_host_link(site, event_id)}"


def _host_link(site: LocalSite, event_id: str) -> str:
    """Return the sample host's link: a new one, since its secret is stored nowhere."""
    links = f"/events/{event_id}/host-links"
    _, known = site.operate("GET", links)
    for link in known.get("host_links", []):
        if link["label"] == SAMPLE_HOST:
            _, answer = site.operate("POST", f"{links}/{link['id']}/rotate")
            return f"its host: {answer['url']}"
    status, answer = site.operate("POST", links, {"label": SAMPLE_HOST, "role": "owner"})
    if status != 201:
        raise SampleError(f"No host link was created: {answer['error']['message']}")
    return f"its host: {answer['url']}"


def _break_page(site: LocalSite) -> None:
    site.take_rights(PAGE_FUNCTION)
    for _ in range(FAILING_VIEWS):
        site.view(f"/g/{site.event_id}")


def _heal_page(site: LocalSite, _: Inbox | None) -> None:
    site.give_rights_back()


def _put_dead_letter(site: LocalSite) -> None:
    site.put(DEAD_LETTERS, {"detail": {"object": {"key": "originals/2026-04-29/drill"}}})


def _remove_dead_letter(site: LocalSite, _: Inbox | None) -> None:
    site.remove_drill_messages(DEAD_LETTERS)


def _fail_a_message(site: LocalSite) -> None:
    """Let a message to a webhook that refuses connections fail for the last time."""
    day = datetime.now(UTC).date().isoformat()
    hook = {"notify_webhook": "http://127.0.0.1:9/", "delete_after_days": 30}
    status, event = site.operate("POST", "/events", {"title": DRILL_EVENT, "date": day, **hook})
    if status != 201:
        raise RuntimeError(f"the event of the drill was not created: {event['error']['message']}")
    put_message(site, str(event["id"]), "webhook", LAST_TRY)
    site.put(TIDY_QUEUE, {"tidy": "photos"})


def put_message(site: LocalSite, event_id: str, channel: str, tries: int = 0) -> None:
    """Put a reminder of an event's deletion among the messages that are due."""
    kind = "deletion_reminder"
    key = keys.host_message_key(event_id, f"{kind}#{channel}")
    columns = {"event_id": event_id, "kind": kind, "channel": channel, "next_at": stamp(NOW)}
    client(site.deployment, "dynamodb").put_item(
        TableName=site.outputs["tables"]["Storage.EventsTable"],
        Item={
            **{name: {"S": value} for name, value in (key | columns).items()},
            "tries": {"N": str(tries)},
        },
    )


def _forget_the_message(site: LocalSite, _: Inbox | None) -> None:
    listed = site.operate("GET", "/events?limit=100")[1]
    for event in listed["events"]:
        if event["title"] == DRILL_EVENT:
            site.operate("DELETE", f"/events/{event['id']}")


def _put_failed_download(site: LocalSite) -> None:
    site.put(FAILED_DOWNLOADS, {"event_id": site.event_id, "download_id": "drill", "number": 1})


def _remove_failed_download(site: LocalSite, _: Inbox | None) -> None:
    site.remove_drill_messages(FAILED_DOWNLOADS)


DRILLS = {
    "api-5xx": Drill(
        "the function that serves event pages loses its permissions", _break_page, _heal_page
    ),
    "photo-processing-stuck": Drill(
        "a photo is in the dead-letter queue",
        _put_dead_letter,
        _remove_dead_letter,
        by_hand="the message is put there directly: five failed attempts take half an hour",
        # `severity-critical` includes `site-unreachable`, which only further checks end.
        nudge=LocalSite.probe,
        rolls_up="severity-critical",
    ),
    "host-notices-failed": Drill(
        "the webhook of an event's host refuses connections",
        _fail_a_message,
        _forget_the_message,
        by_hand="the message has failed four times before: five tries take three hours",
    ),
    "downloads-failed": Drill(
        "a zip file of photos is in the dead-letter queue",
        _put_failed_download,
        _remove_failed_download,
        by_hand="the message is put there directly: four failed attempts take an hour",
    ),
}
