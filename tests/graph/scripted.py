"""A client whose server is a function of the test."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta

from lambdas.graph.addresses import Addresses
from lambdas.graph.budget import MemoryBudgetStore
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Account, Graph
from lambdas.graph.coalescing import CoalescingStore
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import LoginType, platform_of
from lambdas.graph.transport import Answer, FakeTransport, Request
from lambdas.kit.clock import FixedClock
from tests.conftest import NOW
from tests.graph.conftest import Log

TOKEN = "IGAAsecret"
ACCOUNT_ID = "17"
# Returns status, body and, if any, headers.
Script = Callable[[Request], tuple[int, object] | tuple[int, object, dict[str, str]]]


class Scripted:
    """A client, its transport, its clock and its budget."""

    def __init__(
        self,
        script: Script,
        login_type: LoginType = LoginType.INSTAGRAM,
        reads: CoalescingStore | None = None,
        *,
        prove_secret: bool = False,
    ) -> None:
        self.clock = FixedClock(NOW)
        self.transport = FakeTransport(self._answer)
        self.budget = MemoryBudgetStore()
        self._script = script
        self.graph = Graph(
            platform=platform_of(login_type),
            app=AppCredentials("1", "s"),
            addresses=Addresses("v25.0"),
            dependencies=ClientDependencies(
                self.transport, self.clock, Log(), sleep=self._sleep, rng=random.Random(1)
            ),
            budget=self.budget,
            reads=reads,
            prove_secret=prove_secret,
        )

    def _sleep(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def _answer(self, request: Request) -> Answer:
        status, body, *headers = self._script(request)
        return Answer(
            status,
            headers[0] if headers else {},
            body if isinstance(body, bytes) else json.dumps(body).encode(),
        )

    @property
    def account(self) -> Account:
        """The account of the token."""
        return self.graph.account(ACCOUNT_ID, TOKEN)

    @property
    def calls(self) -> int:
        """How many requests were sent."""
        return len(self.transport.requests)
