"""Facts that one feature tells another, in the past tense. Sender, receiver and rule use the same class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self

from lambdas.kit import aws

SOURCE = "daybook"


@dataclass(frozen=True)
class DomainEvent:
    """Base of the facts. The class's name is the detail type, its fields are the detail."""

    source: ClassVar[str] = SOURCE

    @classmethod
    def detail_type(cls) -> str:
        """What an EventBridge rule matches on, together with `source`."""
        return cls.__name__

    @classmethod
    def from_detail(cls, detail: Mapping[str, Any]) -> Self:
        """Rebuilds the fact from an event's detail; fields it does not know are passed over."""
        return cls(**{field.name: detail[field.name] for field in fields(cls)})

    def publish(self, bus_name: str) -> None:
        """Puts the fact on the event bus. Raises RuntimeError if the bus did not take it."""
        import json

        entry = {
            "EventBusName": bus_name,
            "Source": SOURCE,
            "DetailType": self.detail_type(),
            "Detail": json.dumps(asdict(self)),
        }
        answer = aws.eventbridge().put_events(Entries=[entry])  # type: ignore[list-item]
        if answer["FailedEntryCount"]:
            raise RuntimeError(
                f"{self.detail_type()} was not taken: {answer['Entries'][0].get('ErrorCode')}"
            )


@dataclass(frozen=True)
class AccountDataDeletionRequested(DomainEvent):
    """Somebody asked that what is stored of their Instagram account be deleted; its tokens are gone already."""

    account_id: str


@dataclass(frozen=True)
class FeedFoundStale(DomainEvent):
    """Somebody looked at an event whose Instagram posts are older than the freshness setting, and won the claim."""

    event_id: str


@dataclass(frozen=True)
class TokenRefused(DomainEvent):
    """Instagram refused an account's token in a way that only a new login mends."""

    account_id: str
