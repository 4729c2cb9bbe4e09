"""Domain events between features. Sender, receiver and rule use the same class."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "daybook"


@dataclass(frozen=True)
class DomainEvent:
    """Base of the domain events. The class name is the detail type, its fields are the detail."""

    source: ClassVar[str] = SOURCE

    @classmethod
    def detail_type(cls) -> str:
        """Return what an EventBridge rule matches on, together with `source`."""
        return cls.__name__

    @classmethod
    def from_detail(cls, detail: Mapping[str, object]) -> Self:
        """Build the event from a detail, ignoring unknown fields.

        Raises KeyError if a field without a default is missing.
        """
        known = (field for field in fields(cls) if field.name in detail or field.default is MISSING)
        return cls(**{field.name: detail[field.name] for field in known})


class EventBus:
    """The stage's own event bus."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, event: DomainEvent) -> None:
        """Put an event on the bus. Raises RuntimeError if the bus rejects it."""
        answer = self._client.put_events(
            Entries=[
                {
                    "EventBusName": self._name,
                    "Source": SOURCE,
                    "DetailType": event.detail_type(),
                    "Detail": json.dumps(asdict(event)),
                }
            ]
        )
        if answer["FailedEntryCount"]:
            code = answer["Entries"][0].get("ErrorCode")
            raise RuntimeError(f"{event.detail_type()} was rejected by the event bus: {code}")


@dataclass(frozen=True)
class AccountDataDeletionRequested(DomainEvent):
    """A person asked for the deletion of their data; the account's tokens are already gone.

    `requested_at` is RFC 3339; empty in events from before it was sent.
    """

    account_id: str
    requested_at: str = ""


@dataclass(frozen=True)
class AccountConnected(DomainEvent):
    """An account was connected, or connected again."""

    account_id: str


@dataclass(frozen=True)
class FeedFoundStale(DomainEvent):
    """A page view found an event's Instagram posts out of date and claimed their refresh."""

    event_id: str


@dataclass(frozen=True)
class PersonDataDeletionRequested(DomainEvent):
    """A person asked for the deletion of their data; they may own no account that was connected.

    `person_id` is how Instagram names them to the app, as the author of comments and messages.
    It can come more than once. `code` is that of the request, `requested_at` is RFC 3339.
    """

    person_id: str
    code: str = ""
    requested_at: str = ""


@dataclass(frozen=True)
class PhotoRemoved(DomainEvent):
    """A guest's photo was deleted or hidden: nothing may be done with it any more.

    It can come more than once, and late: the photo may be on the page again.
    """

    event_id: str
    photo_id: str


@dataclass(frozen=True)
class TokenRefused(DomainEvent):
    """Instagram refused an account's token in a way that only a new login can fix."""

    account_id: str
