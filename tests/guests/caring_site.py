"""A site whose hosts get mails and requests, which the tests read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends

from lambdas.guests.caring.caring import Caring, Surroundings
from lambdas.guests.caring.channels import WebhookChannel
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.kit.clock import FixedClock
from lambdas.kit.foreign_host import ConnectionFailed, Hop, Message
from tests.conftest import REGION, Aws
from tests.guests.conftest import Site
from tests.json_types import JsonObject

SENDER, HOST = "daybook@example.com", "emma@example.org"
HOOK = "https://hooks.example.com/daybook?key=secret"


class Answer:
    """An answer of a webhook's host."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.headers: dict[str, str] = {}

    def read(self, _: int) -> bytes:
        """Return an empty body."""
        return b""


class Receiver:
    """The host of webhooks: remembers what arrives; `status` is its answer, None for none.

    With a `gate` it answers once enough requests are there. `most` were there at the same time.
    """

    def __init__(self) -> None:
        self.status: int | None = 204
        self.arrived: list[tuple[Hop, Message]] = []
        self.gate: threading.Barrier | None = None
        self.most = self._open = 0
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self, hop: Hop, message: Message) -> Iterator[Answer]:
        with self._counted():
            self.arrived.append((hop, message))
            if self.gate:
                # A minute passes only where requests wait for each other.
                self.gate.wait(timeout=60)
            if self.status is None:
                raise ConnectionFailed("TimeoutError")
            yield Answer(self.status)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._open += 1
            self.most = max(self.most, self._open)
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1

    @property
    def bodies(self) -> list[JsonObject]:
        """Return the bodies that arrived."""
        return [json.loads(message.body or b"") for _, message in self.arrived]


class CaringSite(Site):
    """A site with a sender of mails, and a receiver of webhooks."""

    def __init__(self, aws: Aws, clock: FixedClock, **settings: Any) -> None:
        super().__init__(aws, clock, **{"mail_from": SENDER, **settings})
        self.receiver, self.resolved = Receiver(), ["93.184.215.14"]
        webhook = WebhookChannel(False, lambda _: self.resolved, self.receiver)
        first = self.dependencies
        surroundings = Surroundings(aws.clients, clock, first.logger, first.metrics)
        self.caring = Caring(self.table, first.events, self.settings, surroundings, webhook)
        self.dependencies = GuestsDependencies(
            self.settings, aws=aws.clients, clock=clock, bus=self.bus, caring=self.caring
        )
        boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)

    def later(self, **by: float) -> None:
        """Move the clock, then do what `tidy` does for hosts."""
        self.clock.advance(timedelta(**by))
        self.caring.run()

    @property
    def mails(self) -> list[Any]:
        """Return the mails that were sent."""
        # The older interface has them too: moto keeps both in one place.
        backend: Any = sesv2_backends[DEFAULT_ACCOUNT_ID][REGION]
        return list(backend.core_backend.sent_messages)
