"""What the world of the inbox is made of: settings, rules, reports, queues, connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lambdas.comments.records import Item
from lambdas.comments.rules.evaluation import CompiledRule
from lambdas.comments.settings import CommentsSettings
from lambdas.graph.client import Account
from lambdas.graph.transport import TransportFailed
from lambdas.kit.errors import ReauthRequired
from lambdas.kit.login_type import LoginType
from local.graph.data import ACCOUNT_ID
from local.graph.sample import CREATOR_ID
from tests.comments.memory import TENANT
from tests.graph.conftest import GRAPH, TOKENS, Bench

MEDIA_ID = "17900000000000020"
PERSON, OTHER = "26000000000000001", "26000000000000002"
ECHO_DELAY = timedelta(seconds=3)
REDELIVERY, MAX_RECEIVES = timedelta(seconds=90), 5
SWEEPING = timedelta(minutes=5)
SETTINGS = CommentsSettings(
    tokens_table_name="tokens",
    token_key_arn="key",
    budget_table_name="events",
    tenant=TENANT,
    login_type=LoginType.INSTAGRAM,
    instagram_graph_base=f"{GRAPH}/graph.instagram.com/v25.0",
    facebook_graph_base=f"{GRAPH}/graph.facebook.com/v25.0",
    inbox_table_name="inbox",
    events_table_name="events",
    bucket_name="photos",
    bus_name="default",
    cursor_secret_arn="secret",
    public_url="https://photos.example.com",
)
TOKEN_OF = {ACCOUNT_ID: TOKENS["instagram"], CREATOR_ID: "IGAAlocalcreatortoken"}


class Killed(BaseException):
    """The function was stopped here: nothing of it runs any more."""


@dataclass
class Rules:
    """The rules of all accounts."""

    rules: Sequence[CompiledRule] = ()

    def compiled(self, account_id: str) -> tuple[int, Sequence[CompiledRule]]:
        """Return version and rules."""
        del account_id
        return 1, self.rules


@dataclass
class Recorded:
    """What was reported to people, and counted."""

    escalations: list[tuple[str, datetime]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    counted: list[dict[str, float]] = field(default_factory=list)
    kill_next: bool = False
    now: Callable[[], datetime] = datetime.now

    def escalated(self, item: Item) -> None:
        """Record an escalation."""
        self.escalations.append((item.id, self.now()))

    def overdue(self, item: Item) -> None:
        """Record a broken promise."""
        self.broken.append(item.id)

    def blocked(self, account_id: str) -> None:
        """Record a pause."""
        if self.kill_next:
            self.kill_next = False
            raise Killed
        self.stopped.append(account_id)

    def emit(self, **values: float) -> None:
        """Record metric values."""
        self.counted.append(values)

    def count(self, name: str) -> None:
        """Record one occurrence."""
        self.counted.append({name: 1})

    def total(self, name: str) -> float:
        """Return the sum of a metric."""
        return sum(one.get(name, 0) for one in self.counted)

    def last(self, name: str) -> float:
        """Return the last value of a metric."""
        return next(one[name] for one in reversed(self.counted) if name in one)


@dataclass(order=True)
class Waiting:
    """A message of a queue."""

    at: datetime
    number: int
    work: Callable[[], object] = field(compare=False)
    label: str = field(compare=False, default="")
    receives: int = field(compare=False, default=0)


@dataclass
class Connections:
    """The clients of accounts."""

    bench: Bench
    needs_login: bool = False
    login_type: str = "instagram"

    def account(self, account_id: str) -> Account | None:
        """Return the client of an account."""
        if self.needs_login:
            raise ReauthRequired("The account must be connected again.")
        if self.login_type == "facebook":
            return self.bench.account("facebook", TOKENS["facebook"], account_id)
        if account_id not in TOKEN_OF:
            return None
        return self.bench.account("instagram", TOKEN_OF[account_id], account_id)


def dropped() -> TransportFailed:
    """Return the error of a connection that was lost."""
    return TransportFailed("ConnectionError")
