"""The caption of a new post: as sent or from a template, with the plan's standing hashtags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from lambdas.api.findings import Findings
from lambdas.kit.errors import NotFound
from lambdas.publishing.caption_template import (
    ComposedCaption,
    filled_in,
    needs_event,
    with_standing,
)
from lambdas.publishing.plan import Plan
from lambdas.publishing.planning_request import PlanningRequest
from lambdas.publishing.post_kind import Kind
from lambdas.storage.events.event import Event


class Events(Protocol):
    """Finds events."""

    def get(self, event_id: str) -> Event:
        """Return an event. Raises NotFound."""


@dataclass(frozen=True)
class CaptionPlanner:
    """Composes captions of new posts."""

    events: Events

    def caption(
        self, raw: Mapping[str, object], request: PlanningRequest, plan: Plan, found: Findings
    ) -> str | None:
        """Return the caption of a body; None to leave it as it was sent."""
        # Stories show no caption.
        wants_tags = request.standing_hashtags and raw.get("kind") != Kind.STORY
        plan = plan if wants_tags else msgspec.structs.replace(plan, standing_hashtags=())
        caption = raw.get("caption")
        if request.caption_template is None:
            if not plan.standing_hashtags or not isinstance(caption, str | None):
                return None
            return _text(with_standing(caption or "", plan.standing_hashtags), found)
        if caption:
            message = "Send either caption or caption_template."
            found.refuse("caption_template", "caption_and_template", message)
            return None
        template = plan.templates.get(request.caption_template)
        if template is None:
            names = ", ".join(plan.templates) or "none"
            message = f"The account's plan has no such template. It has: {names}."
            found.refuse("caption_template", "unknown_template", message)
            return None
        event = self._event(raw, request, found) if needs_event(template) else None
        return _text(filled_in(template, plan, event), found)

    def _event(
        self, raw: Mapping[str, object], request: PlanningRequest, found: Findings
    ) -> Event | None:
        event_id = request.event or _event_of_photos(raw)
        if event_id is None:
            message = "The template names an event: send its id as event."
            found.refuse("event", "missing", message)
            return None
        try:
            return self.events.get(event_id)
        except NotFound:
            found.refuse("event", "unknown_event", "There is no event with this id.")
            return None


def _event_of_photos(raw: Mapping[str, object]) -> str | None:
    """Return the event of the first guest's photo, if the body can be read so far."""
    media = raw.get("media")
    for item in media if isinstance(media, list) else ():
        source = item.get("source") if isinstance(item, dict) else None
        photo = source.get("photo") if isinstance(source, dict) else None
        event_id = photo.get("event") if isinstance(photo, dict) else None
        if isinstance(event_id, str):
            return event_id
    return None


def _text(composed: ComposedCaption, found: Findings) -> str:
    if composed.left_out:
        names = ", ".join(composed.left_out)
        message = f"The caption has no space for these standing hashtags: {names}."
        found.warn("caption", "standing_hashtags_left_out", message)
    return composed.text
