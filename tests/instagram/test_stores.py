"""What callers of the Graph API share across functions, in DynamoDB and in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from lambdas.graph.budget import BudgetState, BudgetStore, MemoryBudgetStore
from lambdas.graph.errors import Throttled
from lambdas.instagram.budget_store import DynamoBudgetStore
from lambdas.instagram.coalescing_store import DynamoCoalescingStore
from lambdas.kit.clock import FixedClock
from tests.conftest import NOW, Aws
from tests.graph.conftest import Bench

Stores = Callable[[Aws], BudgetStore]
STORES: list[Stores] = [
    lambda _: MemoryBudgetStore(),
    lambda fake_aws: DynamoBudgetStore(fake_aws.clients.table(fake_aws.table)),
]


@pytest.mark.parametrize("make", STORES)
def test_state_is_kept_by_name(fake_aws: Aws, make: Stores) -> None:
    store = make(fake_aws)
    state = BudgetState(96.0, NOW, NOW + timedelta(minutes=19), 2)

    store.write("app:1", state)

    assert store.read(("app:1", "account:2")) == {"app:1": state}


@pytest.mark.parametrize("make", STORES)
def test_block_holds_in_every_function(fake_aws: Aws, make: Stores) -> None:
    bench, store = Bench(), make(fake_aws)
    bench.control("throttle", account="17841400000000001", code=80002, minutes=19)
    token = "IGAAlocalbootstraptoken"
    with pytest.raises(Throttled):
        bench.graph(store=store).account("17841400000000001", token).library.profile()

    with pytest.raises(Throttled) as blocked:
        bench.graph(store=store, seed=2).account("17841400000000001", token).library.profile()

    assert bench.calls() == 1
    assert blocked.value.retry_after == timedelta(minutes=19)


def test_longer_block_stays(fake_aws: Aws) -> None:
    store = DynamoBudgetStore(fake_aws.clients.table(fake_aws.table))
    store.write("app:1", BudgetState(100.0, NOW, NOW + timedelta(minutes=60)))

    store.write("app:1", BudgetState(100.0, NOW, NOW + timedelta(minutes=5)))
    assert store.read(("app:1",))["app:1"].blocked_until == NOW + timedelta(minutes=60)

    later = NOW + timedelta(minutes=61)
    store.write("app:1", BudgetState(10.0, later))
    assert store.read(("app:1",))["app:1"].blocked_until is None


class TestReads:
    def store(self, fake_aws: Aws, clock: FixedClock) -> DynamoCoalescingStore:
        table = fake_aws.clients.table(fake_aws.table)
        return DynamoCoalescingStore(
            table, clock, sleep=lambda seconds: clock.advance(timedelta(seconds=seconds))
        )

    def test_waiting_callers_get_the_answer(self, fake_aws: Aws, clock: FixedClock) -> None:
        store = self.store(fake_aws, clock)

        assert [store.acquire("k") for _ in range(5)] == [True, False, False, False, False]
        store.publish("k", {"data": [1]})
        assert store.wait("k") == (True, {"data": [1]})

    def test_later_caller_reads_again(self, fake_aws: Aws, clock: FixedClock) -> None:
        store = self.store(fake_aws, clock)
        store.acquire("k")
        store.publish("k", {})
        clock.advance(timedelta(seconds=3))

        assert store.acquire("k")

    def test_failed_or_dead_caller_is_replaced(self, fake_aws: Aws, clock: FixedClock) -> None:
        store = self.store(fake_aws, clock)
        store.acquire("k")
        store.release("k")
        assert store.wait("k") == (False, None)

        assert store.acquire("k")
        assert store.wait("k") == (False, None), "the dead caller's lease has to expire"
        assert store.acquire("k")

    def test_large_answer_is_not_shared(self, fake_aws: Aws, clock: FixedClock) -> None:
        store = self.store(fake_aws, clock)
        store.acquire("k")
        store.publish("k", {"data": "x" * 400_000})

        assert store.wait("k") == (False, None)
