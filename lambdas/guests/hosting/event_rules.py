"""The rules of events: a request, checked with the event that it changes, all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from msgspec import UNSET

from lambdas.api.findings import Findings
from lambdas.api.identifiers import is_identifier
from lambdas.api.lenient import decode_fields
from lambdas.guests.accent import COLOUR
from lambdas.guests.caring.care_rules import CareRules
from lambdas.guests.hosting.event_request import EventChangeRequest, EventRequest
from lambdas.guests.hosting.event_texts import MAX_TITLE, MAX_WELCOME, check_id, checked_text
from lambdas.guests.hosting.event_times import changed_times, check_order
from lambdas.guests.pins.pin_change import changed_pin
from lambdas.guests.poster_words import LANGUAGES
from lambdas.guests.sections import changed_sections
from lambdas.storage.events.event import Event


@dataclass(frozen=True)
class EventRules:
    """Holds requests against the rules.

    `account_problem` returns why an account cannot be shown, or None; `has_photo` whether an
    event, by its id, has a photo on its page. `care` holds the rules of retention and words to
    hosts.
    """

    account_problem: Callable[[str], str | None]
    has_photo: Callable[[str, str], bool]
    care: CareRules

    def created(
        self, raw: Mapping[str, object], draft: Event, found: Findings
    ) -> tuple[Event, str | None]:
        """Return the event that a request describes, and the id that it names."""
        request = decode_fields(EventRequest, raw, "", found)
        assert request is not None  # noqa: S101  A mapping is an object.
        named = request.id if isinstance(request.id, str) else None
        if named is not None:
            check_id(named, found)
        if request.title is UNSET and not found.has("title"):
            found.refuse("title", "missing", "title is missing.")
        if request.date is UNSET and not found.has("date"):
            for name in ("starts_at", "ends_at"):
                if getattr(request, name) is UNSET and not found.has(name):
                    found.refuse(name, "missing", f"{name} is missing; or give a date.")
        return self._applied(draft, request, found), named

    def changed(self, raw: Mapping[str, object], event: Event, found: Findings) -> Event:
        """Return an event with the changes of a request."""
        known = dict(raw)
        if known.pop("id", event.id) != event.id:
            found.refuse("id", "id_is_final", "An event's id cannot be changed.")
        request = decode_fields(EventChangeRequest, known, "", found)
        assert request is not None  # noqa: S101  A mapping is an object.
        return self._applied(event, request, found)

    def _applied(self, event: Event, request: EventChangeRequest, found: Findings) -> Event:
        changes: dict[str, object] = dict(changed_times(event, request, found))
        if isinstance(request.title, str):
            changes["title"] = checked_text(request.title, "title", MAX_TITLE, found)
        if isinstance(request.welcome, str):
            welcome = checked_text(request.welcome, "welcome", MAX_WELCOME, found, lines=True)
            changes["welcome"] = welcome
        elif request.welcome is None:
            changes["welcome"] = None
        for name in ("review", "asks_to_post", "mode", "guest_downloads"):
            if getattr(request, name) is not UNSET:
                changes[name] = getattr(request, name)
        if isinstance(request.closed, bool):
            changes["accepting_uploads"] = not request.closed
        changes |= self._account(request, found) | self._looks(event, request, found)
        changes |= self.care.changed(event, request, found)
        changes |= changed_pin(event, request, found) | changed_sections(event, request, found)
        applied = replace(event, **changes)  # type: ignore[arg-type]
        check_order(applied, found)
        self.care.warn(event, applied, found)
        return applied

    def _account(self, request: EventChangeRequest, found: Findings) -> dict[str, object]:
        account = request.account
        if isinstance(account, str) and (problem := self.account_problem(account)):
            found.refuse("account", "unknown_account", f"account: {problem}")
        return {} if account is UNSET else {"account_id": account}

    def _has_photo(self, event: Event, photo_id: str) -> bool:
        """Return whether a photo is on the page; a new event, without an id yet, has none."""
        return bool(event.id) and is_identifier(photo_id) and self.has_photo(event.id, photo_id)

    def _looks(
        self, event: Event, request: EventChangeRequest, found: Findings
    ) -> dict[str, object]:
        changes: dict[str, object] = {}
        if request.accent is None or isinstance(request.accent, str):
            changes["accent"] = request.accent and request.accent.lower()
            if request.accent is not None and not COLOUR.fullmatch(request.accent.lower()):
                found.refuse("accent", "invalid_colour", "accent: use a colour such as #9c3d1f.")
        if request.cover is None or isinstance(request.cover, str):
            changes["cover"] = request.cover
            if request.cover is not None and not self._has_photo(event, request.cover):
                found.refuse("cover", "unknown_photo", "cover: no photo on the page has this id.")
        if isinstance(request.languages, tuple):
            changes["languages"] = tuple(dict.fromkeys(request.languages))
            if not request.languages or set(request.languages) - set(LANGUAGES):
                known = ", ".join(LANGUAGES)
                found.refuse("languages", "unknown_language", f"languages: choose from {known}.")
        return changes
