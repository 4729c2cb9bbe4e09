"""What operators do with events: create, list, show, change and delete them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lambdas.api.cursor import seal, unseal
from lambdas.api.findings import FieldProblemJson, Findings
from lambdas.api.request import Request
from lambdas.guests.caring.care_rules import with_secret
from lambdas.guests.hosting.event_ration import count_event
from lambdas.guests.hosting.event_rules import EventRules
from lambdas.guests.hosting.event_texts import id_of_title
from lambdas.guests.hosting.event_views import (
    OperatorEventJson,
    OperatorEventsJson,
    OperatorSectionJson,
)
from lambdas.guests.settings import GuestsSettings
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import Conflict, InvalidRequest
from lambdas.storage.events.event import Event, EventStore, Section
from lambdas.storage.events.event_writes import EventWriter
from lambdas.storage.events.feed_state import FeedStateStore
from lambdas.storage.events.host_audit import Entry, HostAudit

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    Writes = Sequence[TransactWriteItemTypeDef]

DEFAULT_LIMIT, MAX_LIMIT = 50, 100
SCOPE = "events"
# Ids with random characters do not meet; more tries would hide a fault.
MAX_TRIES = 3
NO_TIME = datetime.fromtimestamp(0, UTC)


class InvalidEvent(InvalidRequest):
    """An event cannot be accepted; `problems` in the answer are all that was found."""

    code = "invalid_event"

    def __init__(self, problems: Sequence[FieldProblemJson]) -> None:
        number = len(problems)
        found = "1 problem" if number == 1 else f"{number} problems"
        message = f"The event has {found}; see problems for each field."
        super().__init__(message, details={"problems": list(problems)})


@dataclass(frozen=True)
class Author:
    """Who changes an event: an operator, or a host by a link."""

    name: str
    link_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class EventAdmin:
    """Keeps the events of operators."""

    events: EventStore
    writer: EventWriter
    rules: EventRules
    feeds: FeedStateStore
    audit: HostAudit
    settings: GuestsSettings
    cursor_secret: str
    clock: Clock

    def create(
        self,
        raw: Mapping[str, object],
        by: str,
        origin: str | None = None,
        also: Callable[[Event], Writes] = lambda _: (),
    ) -> OperatorEventJson:
        """Create an event, for hosts that of its `origin`.

        `also` returns what is written with the event, in the same transaction.

        Raises InvalidEvent, Conflict if its id is taken, LimitReached for hosts who created many.
        """
        found, now = Findings(), self._now()
        draft = Event(
            "",
            "",
            NO_TIME,
            NO_TIME,
            self.settings.time_zone,
            origin=origin,
            created_at=now,
            created_by=by,
        )
        event, named = self.rules.created(raw, draft, found)
        _require(found)
        for _ in range(1 if named else MAX_TRIES):
            new = self._stamped(replace(event, id=named or id_of_title(event.title)), by)
            if not self.writer.is_free(new.id):
                continue
            if origin:
                count_event(self.writer.table, origin, now)
            if self.writer.create(new, also(new)):
                return with_secret(self.json_of(new, found.warnings), draft, new)
        raise Conflict(
            "This id is taken, or was by an event that is deleted. Choose another.",
            code="id_taken",
        )

    def page(self, request: Request) -> OperatorEventsJson:
        """Return one page of the events. Raises InvalidRequest for a bad limit or cursor."""
        limit, cursor = request.limit(DEFAULT_LIMIT, MAX_LIMIT), request.query.get("cursor")
        start = None if cursor is None else unseal(SCOPE, cursor, self.cursor_secret)
        page = self.writer.page(limit, start)
        following = seal(SCOPE, page.next, self.cursor_secret)
        return OperatorEventsJson([self.json_of(event) for event in page.events], following)

    def show(self, event_id: str) -> OperatorEventJson:
        """Return an event, also that of a date. Raises NotFound."""
        return self.json_of(self.events.get(event_id, consistent=True))

    def change(
        self, event_id: str, raw: Mapping[str, object], version: int, by: Author
    ) -> OperatorEventJson:
        """Change an event that still has `version`. Raises NotFound, Conflict, InvalidEvent."""
        event = self._own(event_id)
        if event.version != version:
            raise _changed(event)
        found = Findings()
        changed = self._stamped(self.rules.changed(raw, event, found), by.name)
        _require(found)
        entry = Entry(
            event_id=event_id,
            at=self.clock.now(),
            action="event_changed",
            by=by.name,
            link_id=by.link_id,
            detail=", ".join(sorted(raw)),
        )
        notes = [self.audit.write(entry)]
        if _posts_of(changed) != _posts_of(event):
            notes.append(self.feeds.expiry(event_id))
        if not self.writer.replace(changed, version, notes):
            raise _changed(self._own(event_id))
        return with_secret(self.json_of(changed, found.warnings), event, changed)

    def delete(self, event_id: str, by: Author) -> None:
        """Delete an event for everyone; its photos are removed afterwards.

        Raises NotFound, and Conflict if it changed at the same moment.
        """
        event = self._own(event_id)
        if not self.writer.delete(event, self._now(), by.name, by.link_id):
            raise _changed(self._own(event_id))

    def refuse(self, field: str, code: str, message: str) -> None:
        """Refuse a field that the caller may not change. Raises InvalidEvent."""
        raise InvalidEvent([FieldProblemJson(field, code, message)])

    def json_of(self, event: Event, warnings: Sequence[FieldProblemJson] = ()) -> OperatorEventJson:
        """Return an event in the shape of the contract."""
        now, url = self.clock.now(), f"{self.settings.public_url}/g/{event.id}"
        return OperatorEventJson(
            id=event.id,
            title=event.title,
            welcome=event.welcome,
            starts_at=to_rfc3339(event.starts_at),
            ends_at=to_rfc3339(event.ends_at),
            time_zone=event.time_zone,
            account=event.account_id,
            review=event.review,
            asks_to_post=event.asks_to_post,
            closed=not event.accepting_uploads,
            guest_downloads=event.guest_downloads,
            mode=event.mode,
            has_pin=event.pin_hash is not None,
            sections=[_section(one, url) for one in event.sections],
            accent=event.accent,
            cover=event.cover,
            reveal_at=_text(event.reveal_at),
            upload_opens_at=_text(event.upload_opens_at),
            upload_closes_at=_text(event.upload_closes_at),
            languages=list(event.languages),
            delete_after_days=event.delete_after_days,
            deletes_at=_text(event.deletes_at),
            notify_email=event.notify_email,
            notify_webhook=event.notify_webhook,
            uploads=event.uploads(now),
            photos_visible=event.shows_photos(now),
            url=url,
            qr_url=f"{url}/qr.svg",
            poster_url=f"{url}/poster",
            version=event.version,
            created_at=_text(event.created_at),
            created_by=event.created_by,
            changed_at=_text(event.changed_at),
            changed_by=event.changed_by,
            warnings=list(warnings),
        )

    def _own(self, event_id: str) -> Event:
        event = self.events.get(event_id, consistent=True)
        if event.whole_day:
            raise Conflict(
                "The event of a date comes with the site and cannot be changed or deleted. "
                "Create an event of that date instead.",
                code="date_event",
            )
        return event

    def _now(self) -> datetime:
        return self.clock.now().replace(microsecond=0)

    def _stamped(self, event: Event, by: str) -> Event:
        return replace(event, version=event.version + 1, changed_at=self._now(), changed_by=by)


def _require(found: Findings) -> None:
    if found.problems:
        raise InvalidEvent(found.problems)


def _changed(event: Event) -> Conflict:
    return Conflict(
        "This event has been changed in the meantime. Load it again, then repeat your change.",
        code="event_changed",
        details={"version": event.version},
    )


def _posts_of(event: Event) -> tuple[str | None, datetime, datetime]:
    """Return what decides which Instagram posts an event shows."""
    return event.account_id, event.starts_at, event.ends_at


def _section(section: Section, url: str) -> OperatorSectionJson:
    query = f"?section={section.id}"
    addresses = (url + query, f"{url}/qr.svg{query}", f"{url}/poster{query}")
    return OperatorSectionJson(section.id, section.title, section.hosts_only, *addresses)


def _text(moment: datetime | None) -> str | None:
    return to_rfc3339(moment) if moment else None
