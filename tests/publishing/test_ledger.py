"""The stored ledger and quota, which behave as those in memory do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from lambdas.kit.errors import ConflictError
from lambdas.publishing.dependencies import PublishingDependencies
from lambdas.publishing.history import Happened, Step
from lambdas.publishing.ledger import DataDeleted, DynamoLedger, Ledger, MediaClaimed, RequestUsed
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.quota import DynamoQuotaStore, Quota, QuotaStore
from lambdas.publishing.records import Post
from lambdas.publishing.states import State
from local.graph.data import ACCOUNT_ID
from tests.conftest import NOW, Aws
from tests.publishing.settings import publishing_settings
from tests.publishing.world import MemoryLedger, MemoryQuotaStore, World


@pytest.fixture
def stored(fake_aws: Aws) -> DynamoLedger:
    """Provide the ledger in the table."""
    return PublishingDependencies(publishing_settings(fake_aws), aws=fake_aws.clients).ledger


@pytest.fixture(params=["memory", "table"])
def ledger(request: pytest.FixtureRequest, stored: DynamoLedger) -> Ledger:
    """Provide both ledgers, with two posts."""
    if request.param == "memory":
        memory = MemoryLedger()
        memory.posts = {post.id: post for post in (_post(1), _post(2))}
        return memory
    stored.create([_post(1), _post(2)])
    return stored


def _post(number: int, state: State = State.SCHEDULED) -> Post:
    post_id, request = f"{ACCOUNT_ID}.{number:04}", f"request {number}"
    return replace(World().post(Kind.PHOTO), id=post_id, client_request_id=request, state=state)


def _read(ledger: Ledger, number: int = 1) -> Post:
    post = ledger.read(f"{ACCOUNT_ID}.{number:04}")
    assert post
    return post


def test_saved_post_has_next_version(ledger: Ledger) -> None:
    old = _read(ledger)
    saved = ledger.save(old, replace(old, caption="New"))

    assert (saved.version, _read(ledger)) == (old.version + 1, saved)


def test_older_version_is_refused(ledger: Ledger) -> None:
    old = _read(ledger)
    ledger.save(old, replace(old, caption="First"))

    with pytest.raises(ConflictError):
        ledger.save(old, replace(old, caption="Second"))
    assert _read(ledger).caption == "First"


def test_media_is_one_post_only(ledger: Ledger) -> None:
    first, second = _read(ledger, 1), _read(ledger, 2)
    saved = ledger.save(first, replace(first, media_id="179"))

    with pytest.raises(MediaClaimed):
        ledger.save(second, replace(second, media_id="179"))
    assert ledger.save(saved, replace(saved, caption="Still mine")).media_id == "179"


def test_unknown_post_is_none(ledger: Ledger) -> None:
    assert ledger.read(f"{ACCOUNT_ID}.9999") is None
    assert ledger.read("nonsense") is None


def test_history_is_in_order(stored: DynamoLedger) -> None:
    stored.create([_post(1)])
    post = _read(stored)
    for what in (Happened.STARTED, Happened.FAILED):
        step = Step(what=what, at=NOW, state=State.PREPARING)
        post = stored.save(post, replace(post, caption=what.value), step)

    assert [step.what for step in stored.steps(post)] == [
        Happened.CREATED,
        Happened.STARTED,
        Happened.FAILED,
    ]


def test_request_id_makes_one_post(stored: DynamoLedger) -> None:
    stored.create([_post(1)])

    with pytest.raises(RequestUsed) as caught:
        stored.create([replace(_post(2), client_request_id="request 1")])
    assert caught.value.post_id == f"{ACCOUNT_ID}.0001"
    assert stored.read(f"{ACCOUNT_ID}.0002") is None


def test_open_posts_are_those_not_at_rest(stored: DynamoLedger) -> None:
    stored.create([_post(1), _post(2, state=State.DRAFT)])
    post = _read(stored)
    assert [one for one, _ in stored.open_posts()] == [post.id]
    stored.save(post, replace(post, state=State.CANCELLED))

    assert list(stored.open_posts()) == []


def test_posts_are_listed_newest_first(stored: DynamoLedger) -> None:
    stored.create([_post(number) for number in range(1, 5)])
    numbers = [post.number for post in stored.posts(ACCOUNT_ID)]

    assert numbers == ["0004", "0003", "0002", "0001"]
    assert [one.number for one in stored.posts(ACCOUNT_ID, before="0003")] == ["0002", "0001"]
    assert list(stored.posts(ACCOUNT_ID, states=[State.FAILED])) == []


def test_deleted_account_is_not_written(stored: DynamoLedger) -> None:
    stored.create([_post(1)])
    stored.marks.mark(ACCOUNT_ID, NOW + timedelta(hours=1))
    post = _read(stored)

    with pytest.raises(DataDeleted):
        stored.save(post, replace(post, caption="New"))


@pytest.fixture(params=["memory", "table"])
def quotas(request: pytest.FixtureRequest, stored: DynamoLedger) -> QuotaStore:
    """Provide both stores of quotas."""
    if request.param == "memory":
        return MemoryQuotaStore()
    return DynamoQuotaStore(stored.table, "main")


def test_quota_of_one_reader_is_replaced(quotas: QuotaStore) -> None:
    empty = quotas.read(ACCOUNT_ID)
    assert empty == Quota()
    assert quotas.replace(ACCOUNT_ID, empty, replace(empty, used=1), NOW)

    assert not quotas.replace(ACCOUNT_ID, empty, replace(empty, used=2), NOW)
    known = quotas.read(ACCOUNT_ID)
    assert (known.used, known.version) == (1, 1)
    assert quotas.replace(ACCOUNT_ID, known, replace(known, reserved={"one": NOW}), NOW)
    assert quotas.read(ACCOUNT_ID).reserved == {"one": NOW}
