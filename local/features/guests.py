"""Guests' photos: sample pictures, and the faults of pages and processing."""

from __future__ import annotations

from local.alarms import Inbox
from local.drills import Drill
from local.local_site import LocalSite
from local.sample import Sample, SampleError
from local.uploads import upload_all

PAGE_FUNCTION = "Guests.View"
DEAD_LETTERS = "Guests.ProcessingDeadLetters"
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
}
