"""Fakes of the seams that several features share."""

from __future__ import annotations

from typing import TypeVar

from lambdas.kit.events import DomainEvent, EventBus

E = TypeVar("E", bound=DomainEvent)


class RecordingBus(EventBus):
    """A bus that remembers what was published, or fails."""

    def __init__(self) -> None:
        self.published: list[DomainEvent] = []
        self.broken = False

    def publish(self, event: DomainEvent) -> None:
        """Remember an event. Raises RuntimeError if it is broken."""
        if self.broken:
            raise RuntimeError("the event bus is unavailable")
        self.published.append(event)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of a kind that were published."""
        return [event for event in self.published if isinstance(event, kind)]
