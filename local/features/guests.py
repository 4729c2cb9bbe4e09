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
    return "\n".join([f"Photos: {summary}", *(f"  {line}" for line in failed)])


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
