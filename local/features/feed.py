"""Instagram posts: the sample event's posts, and a message that cannot be processed."""

from __future__ import annotations

import time

from local.alarms import Inbox
from local.drills import Drill
from local.local_site import LocalSite
from local.loopback import get_json
from local.sample import Sample

READY_SECONDS = 120.0
QUEUE = "Feed.ForgetQueue"
DEAD_LETTERS = "Feed.ForgetDeadLetters"


def load_sample(site: LocalSite, sample: Sample) -> str:
    """Request the event's page until its posts are stored and their pictures copied."""
    url = f"{site.outputs['guest_url']}/g/{sample.event_id}/photos?limit=100"
    deadline, state = time.monotonic() + READY_SECONDS, "not served by this deployment"
    while time.monotonic() < deadline:
        status, timeline = get_json(url)
        if status != 200:
            break
        state = str(timeline["instagram"]["state"])
        copied = all(item["width"] or not item["urls"] for item in timeline["items"])
        if state != "stale" and copied:
            break
        time.sleep(0.5)
    return f"Instagram posts: {state}"


def _put_unreadable_message(site: LocalSite) -> None:
    site.put(QUEUE, {"detail": {"drill": "no domain event"}})


def _remove_unreadable_message(site: LocalSite, _: Inbox | None) -> None:
    site.remove_drill_messages(QUEUE, DEAD_LETTERS)


DRILLS = {
    "function-errors": Drill(
        "a message that is no domain event makes feed.forget fail",
        _put_unreadable_message,
        _remove_unreadable_message,
        rolls_up="severity-low",
    ),
}
