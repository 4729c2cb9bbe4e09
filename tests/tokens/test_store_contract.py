"""What every store of tokens promises, shown on DynamoDB (moto) and on the twin that simulations use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.accounts.token_record import LastError, State, TokenRecord, TokenSecrets
from lambdas.tokens.token_store import ConflictError, DynamoTokenStore, TokenStore
from tests.conftest import NOW, Aws
from tests.tokens.in_memory_store import MemoryTokenStore

LEASE = timedelta(seconds=75)
ERROR = LastError(NOW, "Meta's server failed", 2, None, "Atrace", "refresh_access_token")
SECRETS = TokenSecrets("IGAAfirst", None)
MakeStore = Callable[[], TokenStore]


@pytest.fixture(params=["dynamodb", "twin"])
def store(request: pytest.FixtureRequest, fake_aws: Aws) -> TokenStore:
    return (
        DynamoTokenStore(fake_aws.tokens, TokenCipher(fake_aws.key_arn), "main")
        if request.param == "dynamodb"
        else MemoryTokenStore()
    )


def account(number: int = 1) -> TokenRecord:
    return TokenRecord(
        tenant="main",
        account_id=f"1784140000000000{number}",
        login_type="instagram",
        app_id="1000000001",
        issued_at=NOW,
        expires_at=NOW + timedelta(days=60),
        username=f"account_{number}",
        account_type="BUSINESS",
        scoped_id=f"2500000000000000{number}",
        scopes=("instagram_business_basic",),
        connected_at=NOW,
        refreshed_at=NOW,
        next_refresh_at=NOW + timedelta(days=29),
    )


def renewed(record: TokenRecord) -> TokenRecord:
    later = NOW + timedelta(days=30)
    return replace(
        record,
        issued_at=later,
        expires_at=later + timedelta(days=60),
        next_refresh_at=later + timedelta(days=29),
    )


def test_what_was_connected_is_read_back_whole(store: TokenStore) -> None:
    done = store.connect(account(), SECRETS)

    assert done.version == 1
    assert store.get(done.account_id) == done
    assert store.secrets(done) == SECRETS
    assert store.get("1") is None


def test_a_reconnect_keeps_what_the_login_did_not_tell(store: TokenStore) -> None:
    store.connect(
        replace(account(), page_id="100", page_name="A Page"), TokenSecrets("EAAold", "EAAuser")
    )

    done = store.connect(
        replace(account(), username=None, scoped_id=None, scopes=()),
        TokenSecrets("EAAnew", "EAAuser2"),
    )

    assert (done.version, done.username, done.scoped_id, done.page_id) == (
        2,
        "account_1",
        "25000000000000001",
        "100",
    )
    assert done.scopes == ("instagram_business_basic",)
    assert store.secrets(done) == TokenSecrets("EAAnew", "EAAuser2")


def test_one_of_two_gets_the_lease(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    held = store.acquire(record, "one", NOW, LEASE)

    assert held.leased(NOW)
    with pytest.raises(ConflictError):
        store.acquire(record, "two", NOW + LEASE - timedelta(seconds=1), LEASE)
    assert store.acquire(record, "two", NOW + LEASE, LEASE).lease_owner == "two"


def test_a_lease_from_a_clock_that_ran_ahead_does_not_hold(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    store.acquire(record, "from the future", NOW + timedelta(days=365), LEASE)

    assert store.acquire(record, "now", NOW, LEASE).lease_owner == "now"


def test_a_commit_moves_the_version_and_ends_the_lease(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    failed = store.fail(store.acquire(record, "one", NOW, LEASE), ERROR, NOW + timedelta(hours=1))
    held = store.acquire(failed, "two", NOW + timedelta(hours=1), LEASE)

    done = store.commit(held, renewed(held), TokenSecrets("IGAAsecond"))

    assert (done.version, done.failures, done.last_error, done.lease_owner) == (2, 0, None, None)
    assert store.get(record.account_id) == done
    assert store.secrets(done).token == "IGAAsecond"
    with pytest.raises(ConflictError):
        store.secrets(record)


def test_a_stale_writer_changes_nothing(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    slow = store.acquire(record, "slow", NOW, LEASE)
    quick = store.acquire(record, "quick", NOW + LEASE, LEASE)
    done = store.commit(quick, renewed(quick), TokenSecrets("IGAAquick"))

    with pytest.raises(ConflictError):
        store.commit(slow, renewed(slow), TokenSecrets("IGAAslow"))
    with pytest.raises(ConflictError):
        store.fail(slow, ERROR, NOW + timedelta(hours=1))
    with pytest.raises(ConflictError):
        store.require_reauth(slow, ERROR)

    assert store.get(record.account_id) == done
    assert store.secrets(done).token == "IGAAquick"


def test_somebody_who_took_the_lease_over_is_not_undone(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    slow = store.acquire(record, "slow", NOW, LEASE)
    store.acquire(record, "quick", NOW + LEASE, LEASE)

    with pytest.raises(ConflictError):
        store.commit(slow, renewed(slow), TokenSecrets("IGAAslow"))
    with pytest.raises(ConflictError):
        store.fail(slow, ERROR, NOW)


def test_a_failure_is_kept_and_frees_the_lease(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    failed = store.fail(store.acquire(record, "one", NOW, LEASE), ERROR, NOW + timedelta(hours=1))

    assert store.get(record.account_id) == failed
    assert (failed.state, failed.failures, failed.last_error, failed.version) == (
        State.ACTIVE,
        1,
        ERROR,
        1,
    )
    assert not failed.leased(NOW)
    assert failed.attempted_at == NOW
    assert store.secrets(failed) == SECRETS


def test_attempts_are_remembered_two_back(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    failed = store.fail(store.acquire(record, "one", NOW, LEASE), ERROR, NOW)
    held = store.acquire(failed, "two", NOW + timedelta(hours=1), LEASE)

    assert (held.attempted_at, held.attempted_before) == (NOW + timedelta(hours=1), NOW)
    assert store.get(record.account_id) == held


def test_due_are_those_whose_time_has_come_and_whom_no_person_must_help(store: TokenStore) -> None:
    later = NOW + timedelta(days=29)
    one, two, three = (store.connect(account(number), SECRETS) for number in (1, 2, 3))
    store.require_reauth(two, ERROR)
    store.fail(store.acquire(three, "x", NOW, LEASE), ERROR, NOW + timedelta(hours=1))

    assert list(store.due(NOW)) == []
    assert list(store.due(NOW + timedelta(hours=1))) == [three.account_id]
    assert list(store.due(later, retries_only=True)) == [three.account_id]
    assert sorted(store.due(later)) == [one.account_id, three.account_id]


def test_an_account_that_needs_a_person_cannot_be_leased_and_comes_back_by_a_login(
    store: TokenStore,
) -> None:
    record = store.connect(account(), SECRETS)
    seen = store.require_reauth(record, ERROR)
    assert (seen.state, seen.next_refresh_at, seen.last_error) == (
        State.RECONNECT_REQUIRED,
        None,
        ERROR,
    )
    assert store.get(record.account_id) == seen
    with pytest.raises(ConflictError):
        store.acquire(seen, "one", NOW, LEASE)

    back = store.connect(account(), TokenSecrets("IGAAnew"))

    assert (back.state, back.version, back.last_error) == (State.ACTIVE, 2, None)
    assert list(store.due(NOW + timedelta(days=29))) == [record.account_id]


def test_who_was_told_is_remembered_until_it_is_connected_again(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    store.told(store.require_reauth(record, ERROR), NOW)
    seen = store.get(record.account_id)

    assert seen is not None
    assert seen.notified_at == NOW
    assert store.connect(account(), SECRETS).notified_at is None


def test_a_login_during_a_refresh_wins(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    held = store.acquire(record, "one", NOW, LEASE)
    done = store.connect(account(), TokenSecrets("IGAAlogin"))

    with pytest.raises(ConflictError):
        store.commit(held, renewed(held), TokenSecrets("IGAArefreshed"))
    assert store.secrets(done).token == "IGAAlogin"


def test_a_disconnected_account_leaves_a_marker_and_no_token(store: TokenStore) -> None:
    record = store.connect(replace(account(), person_id="300"), SECRETS)
    assert store.of_person("300") == store.of_person("25000000000000001") == [record.account_id]

    assert store.disconnect(record.account_id, NOW) == record

    gone = store.get(record.account_id)
    assert gone is not None
    assert (gone.state, gone.username, gone.scoped_id) == (State.DISCONNECTED, None, None)
    with pytest.raises(LookupError):
        store.secrets(gone)
    assert list(store.due(NOW + timedelta(days=60))) == store.of_person("300") == []
    assert store.disconnect(record.account_id, NOW) is None
    assert store.connect(account(), SECRETS).version == 3


def test_records_come_in_the_order_of_their_ids_and_from_any_of_them_on(store: TokenStore) -> None:
    ids = [account(number).account_id for number in (1, 2, 3)]
    for number in (3, 1, 2):
        store.connect(account(number), SECRETS)

    assert [record.account_id for record in store.all()] == ids
    assert [record.account_id for record in store.all(ids[0])] == ids[1:]
    assert list(store.all(ids[-1])) == []


def test_of_many_who_find_a_token_dead_one_takes_the_account_out(store: TokenStore) -> None:
    seen = store.connect(account(), SECRETS)
    store.require_reauth(seen, ERROR)

    with pytest.raises(ConflictError):
        store.require_reauth(seen, ERROR)
