"""What every token store promises, tested on DynamoDB (moto) and on the in-memory fake."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from boto3.dynamodb.conditions import ConditionBase

from lambdas.kit.errors import ConflictError
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_cipher import TokenCipher
from lambdas.storage.accounts.token_record import (
    LastError,
    State,
    Suspicion,
    Task,
    TokenRecord,
    TokenSecrets,
)
from lambdas.tokens.dynamo_token_store import DynamoTokenStore
from lambdas.tokens.people_rows import PeopleRows
from lambdas.tokens.token_store import DisconnectedSince, LoginStart, TokenStore
from lambdas.tokens.verification import DEAUTHORIZE
from tests.conftest import NOW, Aws
from tests.tokens.in_memory_store import InMemoryTokenStore

LEASE = timedelta(seconds=75)
ERROR = LastError(NOW, "Meta's server failed", 2, None, "Atrace", "refresh_access_token")
SECRETS = TokenSecrets("IGAAfirst", None)


class Killed(BaseException):
    """The function was killed."""


@pytest.fixture(params=["dynamodb", "in_memory"])
def store(request: pytest.FixtureRequest, fake_aws: Aws) -> TokenStore:
    if request.param == "in_memory":
        return InMemoryTokenStore()
    cipher = TokenCipher(fake_aws.clients.kms, fake_aws.key_arn)
    return DynamoTokenStore(fake_aws.clients.table(fake_aws.tokens), cipher, "main")


def account(number: int = 1) -> TokenRecord:
    return TokenRecord(
        tenant="main",
        account_id=f"1784140000000000{number}",
        login_type=LoginType.INSTAGRAM,
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


def test_connected_account_reads_back(store: TokenStore) -> None:
    done = store.connect(account(), SECRETS)

    assert done.version == 1
    assert store.get(done.account_id) == done
    assert store.secrets(done) == SECRETS
    assert store.get("1") is None


def test_reconnect_keeps_unsaid_fields(store: TokenStore) -> None:
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


def test_lease_from_the_future_is_void(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    store.acquire(record, "from the future", NOW + timedelta(days=365), LEASE)

    assert store.acquire(record, "now", NOW, LEASE).lease_owner == "now"


def test_commit_ends_the_lease(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    failed = store.fail(store.acquire(record, "one", NOW, LEASE), ERROR, NOW + timedelta(hours=1))
    held = store.acquire(failed, "two", NOW + timedelta(hours=1), LEASE)

    done = store.commit(held, renewed(held), TokenSecrets("IGAAsecond"))

    assert (done.version, done.failures, done.last_error, done.lease_owner) == (2, 0, None, None)
    assert store.get(record.account_id) == done
    assert store.secrets(done).token == "IGAAsecond"
    with pytest.raises(ConflictError):
        store.secrets(record)


def test_stale_writer_changes_nothing(store: TokenStore) -> None:
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


def test_lost_lease_cannot_commit(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    slow = store.acquire(record, "slow", NOW, LEASE)
    store.acquire(record, "quick", NOW + LEASE, LEASE)

    with pytest.raises(ConflictError):
        store.commit(slow, renewed(slow), TokenSecrets("IGAAslow"))
    with pytest.raises(ConflictError):
        store.fail(slow, ERROR, NOW)


def test_failure_is_stored_without_lease(store: TokenStore) -> None:
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


def test_two_attempts_are_remembered(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    failed = store.fail(store.acquire(record, "one", NOW, LEASE), ERROR, NOW)
    held = store.acquire(failed, "two", NOW + timedelta(hours=1), LEASE)

    assert (held.attempted_at, held.attempted_before) == (NOW + timedelta(hours=1), NOW)
    assert store.get(record.account_id) == held


def test_due_accounts_are_active(store: TokenStore) -> None:
    later = NOW + timedelta(days=29)
    one, two, three = (store.connect(account(number), SECRETS) for number in (1, 2, 3))
    store.require_reauth(two, ERROR)
    store.fail(store.acquire(three, "x", NOW, LEASE), ERROR, NOW + timedelta(hours=1))

    assert list(store.due(NOW)) == []
    assert list(store.due(NOW + timedelta(hours=1))) == [three.account_id]
    assert list(store.due(later, retries_only=True)) == [three.account_id]
    assert sorted(store.due(later)) == [one.account_id, three.account_id]


def test_login_revives_a_dead_account(
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


def test_notice_is_remembered_until_login(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    store.set_notified(store.require_reauth(record, ERROR), NOW)
    seen = store.get(record.account_id)

    assert seen is not None
    assert seen.notified_at == NOW
    assert store.connect(account(), SECRETS).notified_at is None


def test_login_during_refresh_wins(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    held = store.acquire(record, "one", NOW, LEASE)
    done = store.connect(account(), TokenSecrets("IGAAlogin"))

    with pytest.raises(ConflictError):
        store.commit(held, renewed(held), TokenSecrets("IGAArefreshed"))
    assert store.secrets(done).token == "IGAAlogin"


def test_disconnect_leaves_a_marker(store: TokenStore) -> None:
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


def test_records_are_ordered_by_id(store: TokenStore) -> None:
    ids = [account(number).account_id for number in (1, 2, 3)]
    for number in (3, 1, 2):
        store.connect(account(number), SECRETS)

    assert [record.account_id for record in store.all()] == ids
    assert [record.account_id for record in store.all(ids[0])] == ids[1:]
    assert list(store.all(ids[-1])) == []


def test_one_caller_records_a_dead_token(store: TokenStore) -> None:
    seen = store.connect(account(), SECRETS)
    store.require_reauth(seen, ERROR)

    with pytest.raises(ConflictError):
        store.require_reauth(seen, ERROR)


def test_disconnect_keeps_the_mapping(store: TokenStore) -> None:
    record = store.connect(replace(account(), person_id="300"), SECRETS)
    store.disconnect(record.account_id, NOW)

    assert store.of_person("300") == []
    assert store.of_person("300", disconnected=True) == [record.account_id]
    store.forget_people(record.account_id)
    assert store.of_person("300", disconnected=True) == []


def test_account_without_a_record_can_be_disconnected(store: TokenStore) -> None:
    record = account()
    store.add_disconnected(record)

    known = store.get(record.account_id)
    assert known
    assert (known.state, known.username) == (State.DISCONNECTED, None)
    store.connect(record, SECRETS)
    store.add_disconnected(record)
    now = store.get(record.account_id)
    assert now
    assert now.state is State.ACTIVE


def test_connected_mapping_is_not_forgotten(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)

    store.forget_people(record.account_id)

    assert store.of_person("25000000000000001") == [record.account_id]


def test_earlier_owner_is_forgotten_at_login(store: TokenStore) -> None:
    record = store.connect(replace(account(), person_id="300"), SECRETS)
    store.disconnect(record.account_id, NOW)

    store.connect(account(), SECRETS)

    assert store.of_person("300", disconnected=True) == []


class CutOff(DynamoTokenStore):
    """A store whose function is killed once a login is stored."""

    def _put(self, record: TokenRecord, secrets: TokenSecrets, condition: ConditionBase) -> None:
        super()._put(record, secrets, condition)
        raise Killed


def test_earlier_owner_is_forgotten_though_a_login_was_cut_off(fake_aws: Aws) -> None:
    cipher = TokenCipher(fake_aws.clients.kms, fake_aws.key_arn)
    where = (fake_aws.clients.table(fake_aws.tokens), cipher, "main")
    store = DynamoTokenStore(*where)
    record = store.connect(replace(account(), scoped_id="300"), SECRETS)
    store.disconnect(record.account_id, NOW)

    with pytest.raises(Killed):
        CutOff(*where).connect(replace(account(), scoped_id="400"), SECRETS)

    assert store.of_person("300", disconnected=True) == []
    assert store.of_person("400") == [record.account_id]


def test_owner_of_a_login_that_is_being_stored_is_known(fake_aws: Aws) -> None:
    cipher = TokenCipher(fake_aws.clients.kms, fake_aws.key_arn)
    table = fake_aws.clients.table(fake_aws.tokens)
    store = DynamoTokenStore(table, cipher, "main")
    first = store.connect(replace(account(), scoped_id="300"), SECRETS)

    PeopleRows(table, "main").link(replace(first, scoped_id="400", version=2))

    assert store.of_person("400") == [first.account_id]


def test_newer_connection_is_not_disconnected(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    before = NOW - timedelta(seconds=1)

    assert store.disconnect(record.account_id, NOW, connected_before=before) is None
    assert store.of_person("25000000000000001") == [record.account_id]
    assert store.secrets(record) == SECRETS


def test_suspicion_keeps_the_account_active(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    held = store.acquire(record, "one", NOW, LEASE)
    again = NOW + timedelta(minutes=16)

    suspected = store.suspect(held, ERROR, Suspicion(NOW, Task.REFRESH), again)

    assert store.get(record.account_id) == suspected
    assert (suspected.state, suspected.failures) == (State.ACTIVE, 0)
    assert list(store.due(again, retries_only=True)) == [record.account_id]
    assert not suspected.leased(NOW)


def test_suspicion_leaves_a_running_refresh(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    store.acquire(record, "one", NOW, LEASE)

    with pytest.raises(ConflictError):
        store.suspect(record, ERROR, Suspicion(NOW, Task.VERIFY), NOW)


def test_settled_account_is_active_again(store: TokenStore) -> None:
    dead = store.require_reauth(store.connect(account(), SECRETS), ERROR)
    later = NOW + timedelta(days=1)

    settled = store.settle(dead, later)

    assert store.get(dead.account_id) == settled
    assert (settled.state, settled.last_error, settled.failures) == (State.ACTIVE, None, 0)
    assert list(store.due(later)) == [dead.account_id]
    assert list(store.due(later, retries_only=True)) == []


def test_removed_app_is_not_settled(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    doubtful = store.suspect(record, ERROR, Suspicion(NOW, Task.VERIFY), NOW)
    removed = store.require_reauth(doubtful, replace(ERROR, edge=DEAUTHORIZE))

    with pytest.raises(ConflictError):
        store.settle(doubtful, NOW)

    assert store.get(record.account_id) == removed


def test_changed_profile_is_stored(store: TokenStore) -> None:
    record = store.connect(replace(account(), scoped_id=None), SECRETS)
    new = replace(record, username="new_name", account_type="MEDIA_CREATOR", scoped_id="25")

    changed = store.set_profile(record, new)

    assert store.get(record.account_id) == changed == new
    assert store.of_person("25") == [record.account_id]


def test_login_before_a_disconnection_connects_nothing(store: TokenStore) -> None:
    record = store.connect(account(), SECRETS)
    store.disconnect(record.account_id, NOW)

    for started_at in (NOW, NOW - timedelta(minutes=1)):
        with pytest.raises(DisconnectedSince):
            store.connect(account(), SECRETS, login=LoginStart(started_at))
    assert store.connect(account(), SECRETS).version == 3
