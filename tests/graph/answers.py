"""Handlers for a fake transport."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta

from lambdas.graph.budget import BudgetStore
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Graph
from lambdas.graph.coalescing import CoalescingStore
from lambdas.graph.login import AppCredentials
from lambdas.graph.login_type import INSTAGRAM, Addresses
from lambdas.graph.transport import (
    Answer,
    FakeTransport,
    Request,
)
from lambdas.kit.clock import FixedClock
from tests.conftest import NOW
from tests.graph.conftest import Log
from tests.json_types import JsonObject


def graph_of(
    handler: Callable[[Request], Answer],
    budget: BudgetStore | None = None,
    reads: CoalescingStore | None = None,
) -> tuple[Graph, FakeTransport]:
    """Return a client whose transport calls a function, and that transport."""
    clock, transport = FixedClock(NOW), FakeTransport(handler)
    deps = ClientDependencies(
        transport,
        clock,
        Log(),
        sleep=lambda seconds: clock.advance(timedelta(seconds=seconds)),
        rng=random.Random(1),
    )
    return Graph(
        INSTAGRAM, AppCredentials("1", "s"), Addresses("v25.0"), deps, budget, reads
    ), transport


def says(body: object, status: int = 200, **headers: str) -> Answer:
    """Return an answer; `_` in header names is a hyphen."""
    return Answer(
        status,
        {name.replace("_", "-"): value for name, value in headers.items()},
        json.dumps(body).encode(),
    )


def pages(*bodies: JsonObject) -> Callable[[Request], Answer]:
    """Return a handler that answers with the page at the cursor."""

    def answer(request: Request) -> Answer:
        return says(bodies[int(request.query.get("after", "0"))])

    return answer
