"""A thousand accounts for four hundred days, in emulated time.

Meta fails every fifth call and is down for two days, and the machine's clock is set wrong now and
then. Real are the schedule, the sweep's choice, the refresher, the renewal, the Graph client, its
budget and the emulator's rules for tokens. The store is the in-memory fake that passes the same
contract tests as the table.
"""

from __future__ import annotations

import bisect
import json
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lambdas.graph.addresses import Addresses
from lambdas.graph.call import ClientDependencies
from lambdas.graph.client import Graph
from lambdas.graph.login_type import platform_of
from lambdas.graph.transport import Answer, FakeTransport, Request, TransportFailed
from lambdas.kit.aws import AwsClients
from lambdas.kit.clock import FixedClock
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.audit import AuditTrail
from lambdas.storage.accounts.token_record import State, TokenRecord, TokenSecrets
from lambdas.tokens import schedule
from lambdas.tokens.dependencies import TokensDependencies
from lambdas.tokens.refresh_result import RefreshFailed
from lambdas.tokens.renewal import Renewal
from local.graph.emulator import Emulator
from local.graph.errors import GraphError
from local.graph.parameters import Parameters
from local.graph.request import GraphRequest
from local.graph.state import INSTAGRAM_SCOPES, EmulatedAccount
from tests.conftest import Aws
from tests.graph.conftest import APPS
from tests.tokens.conftest import tokens_settings
from tests.tokens.in_memory_store import InMemoryTokenStore

ACCOUNTS = 1000
DAYS = 400
START = datetime(2026, 1, 1, 9, 17, tzinfo=UTC)
OUTAGE = (START + timedelta(days=200), START + timedelta(days=202))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEAD = timedelta(days=10)
STEPS = (timedelta(), timedelta(), 3 * HOUR, -3 * HOUR, timedelta(minutes=3), timedelta(minutes=-3))


class SilentTrail(AuditTrail):
    """A trail that only counts."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = defaultdict(int)

    def add(self, account_id: str, at: datetime, what: object, **details: object) -> None:  # noqa: ARG002
        self.counts[str(what)] += 1


class RecordedNotices:
    """Notices that are recorded; there should be none."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def reconnect_required(self, record: TokenRecord, meaning: str) -> bool:
        self.sent.append(f"{record.account_id}: {meaning}")
        return True

    def ends_soon(self, record: TokenRecord, days: int, meaning: str) -> bool:
        self.sent.append(f"{record.account_id}: {days} days: {meaning}")
        return True

    def feed_unreadable(self, record: TokenRecord, meaning: str) -> bool:
        self.sent.append(f"{record.account_id}: {meaning}")
        return True

    def app_refused(self, record: TokenRecord, meaning: str) -> bool:
        self.sent.append(f"{record.app_id}: {meaning}")
        return True


class QuietLog:
    """A logger without lines: there would be twenty thousand."""

    def info(self, msg: str, *, extra: Mapping[str, object]) -> None:
        """Do nothing."""

    def warning(self, msg: str, *, extra: Mapping[str, object]) -> None:
        """Do nothing."""


class Simulation:
    """The emulator, a network that fails, and the site's machine with its own clock."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.emulator = Emulator("http://graph.test")
        self.emulator_state = self.emulator.emulator_state
        self.emulator_state.fixed = START
        self.clock = FixedClock(START)
        self.step = timedelta()
        self.calls: dict[str, list[datetime]] = defaultdict(list)
        self.refreshed: dict[str, list[datetime]] = defaultdict(list)
        self.store = InMemoryTokenStore()
        self.audit, self.notices = SilentTrail(), RecordedNotices()
        deps = ClientDependencies(
            FakeTransport(self._answer), self.clock, QuietLog(), sleep=lambda _: None, rng=self.rng
        )
        graph = Graph(platform_of(LoginType.INSTAGRAM), APPS["instagram"], Addresses("v25.0"), deps)
        self.refresher = TokensDependencies(
            tokens_settings(Aws(AwsClients()), key_arn=""),
            store=self.store,
            renewal=Renewal(lambda _: graph, self.clock),
            audit=self.audit,
            notices=self.notices,
            clock=self.clock,
            logger=QuietLog(),
            rng=self.rng,
            sleep=lambda _: None,
        ).refresher
        for number in range(ACCOUNTS):
            self._connect(
                f"1784200000{number:07d}", START - timedelta(hours=self.rng.uniform(0, 24))
            )

    def _connect(self, account_id: str, at: datetime) -> None:
        self.emulator_state.accounts[account_id] = EmulatedAccount(
            account_id, f"26{account_id[2:]}", f"user_{account_id}"
        )
        token = self.emulator_state.add_token(
            f"IGAA{account_id}", account_id, LoginType.INSTAGRAM, INSTAGRAM_SCOPES, at
        )
        record = TokenRecord(
            "main", account_id, LoginType.INSTAGRAM, "1000000001", at, token.expires_at
        )
        due = schedule.next_refresh(record, LEAD, self.rng)
        self.store.connect(replace(record, next_refresh_at=due), TokenSecrets(token.value))

    def _answer(self, request: Request) -> Answer:
        token = self.emulator_state.tokens[request.query["access_token"]]
        now = self.emulator_state.now()
        self.calls[token.account_id].append(now)
        failing = OUTAGE[0] <= now < OUTAGE[1] or self.rng.random() < 0.2
        kind = self.rng.choice(("5xx", "cut", "throttle", "lag")) if failing else ""
        if kind == "cut":
            raise TransportFailed("ConnectionError")
        if kind:
            return self._refusal(kind, token.account_id)
        graph_request = GraphRequest(
            "GET",
            "graph.instagram.com",
            ("refresh_access_token",),
            Parameters(dict(request.query)),
            token=token.value,
            url=request.url,
        )
        try:
            body = self.emulator.answer(graph_request)
        except GraphError as refusal:
            return Answer(refusal.status, {}, bytes(refusal.answer("graph.instagram.com").body))
        self.refreshed[token.account_id].append(now)
        if self.rng.random() < 0.02:
            # The refresh was made, and its answer was lost.
            raise TransportFailed("ReadTimeout")
        return Answer(200, {}, json.dumps(body).encode())

    def _refusal(self, kind: str, account_id: str) -> Answer:
        if kind == "5xx":
            return Answer(self.rng.choice((500, 502, 503)), {}, b"<html>")
        if kind == "lag":
            return Answer(400, {}, b'{"error":{"code":100,"error_subcode":33}}')
        usage = {
            account_id: [
                {"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 20}
            ]
        }
        return Answer(
            400, {"x-business-use-case-usage": json.dumps(usage)}, b'{"error":{"code":80002}}'
        )

    def run(self) -> None:
        """Do, hour by hour, what the two schedules would do."""
        for hour in range(DAYS * 24):
            true = START + hour * HOUR
            if self.rng.random() < 1 / (24 * 20):
                # The machine's clock is set wrong, or right again.
                self.step = self.rng.choice(STEPS)
            self.emulator_state.fixed = true
            self.clock.advance(true + self.step - self.clock.now())
            for account_id in list(self.store.due(self.clock.now(), retries_only=hour % 24 != 0)):
                try:
                    self.refresher.refresh(account_id)
                except RefreshFailed:
                    continue
            if hour % 24 == 0:
                self._check(true)

    def _check(self, now: datetime) -> None:
        for record in self.store.all():
            assert record.state is State.ACTIVE, (record, now)
            token = self.emulator_state.tokens[self.store.secrets(record).token]
            assert token.dead is None
            assert token.expires_at is not None
            assert token.expires_at > now, (record, now)


def max_within(moments: list[datetime], span: timedelta) -> int:
    """Return how many moments lie within any half-open span, at most."""
    return max(
        (
            bisect.bisect_left(moments, moment + span) - index
            for index, moment in enumerate(moments)
        ),
        default=0,
    )


def test_a_thousand_accounts_live_for_four_hundred_days() -> None:
    simulation = Simulation(seed=20261122)

    simulation.run()

    assert simulation.notices.sent == []
    assert set(simulation.audit.counts) == {"refreshed", "failed"}
    assert simulation.audit.counts["failed"] > 1000, "failures did happen"
    assert len(simulation.refreshed) == ACCOUNTS
    for account_id, moments in simulation.calls.items():
        assert max_within(moments, DAY) <= 2, account_id
    for account_id, moments in simulation.refreshed.items():
        assert max_within(moments, DAY) == 1, account_id
