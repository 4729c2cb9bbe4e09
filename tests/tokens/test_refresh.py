"""One account's refresh: done once, written before it is told, and never at the cost of the token that works."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.kit.log import logger
from lambdas.storage.accounts.token_record import State, TokenRecord, TokenSecrets
from lambdas.tokens import schedule
from lambdas.tokens.refresh import LEASE, Outcome, Refresher, RefreshFailed
from lambdas.tokens.renewal import Renewal, Renewed
from lambdas.tokens.token_store import DynamoTokenStore
from local.graph.data import ACCOUNT_ID
from tests.tokens.conftest import Feature
from tests.tokens.in_memory_store import MemoryTokenStore

LOGIN_TYPES = ("instagram", "facebook")


@pytest.mark.parametrize("login_type", LOGIN_TYPES)
def test_a_due_token_is_refreshed_and_its_end_moves(feature: Feature, login_type: str) -> None:
    before = feature.due(feature.connected(login_type))

    result = feature.refresher.refresh(ACCOUNT_ID)

    after = feature.now(before)
    assert result.outcome is Outcome.REFRESHED
    assert (after.version, after.state, after.failures) == (before.version + 1, State.ACTIVE, 0)
    assert after.expires_at is not None
    assert before.expires_at is not None
    assert after.expires_at > before.expires_at + timedelta(days=25)
    assert feature.live_token(after)
    assert feature.trail() == ["connected", "refreshed"]


def test_what_is_not_due_is_left_alone(feature: Feature) -> None:
    record = feature.connected()
    feature.clock.advance(timedelta(days=2))

    assert feature.refresher.refresh(record.account_id).outcome is Outcome.NOT_DUE
    assert feature.refresher.refresh("1").outcome is Outcome.GONE
    assert feature.refreshes() == 0


def test_nothing_forces_a_refresh_in_the_first_day(feature: Feature) -> None:
    record = feature.connected()

    assert feature.refresher.refresh(record.account_id, forced=True).outcome is Outcome.TOO_YOUNG
    feature.clock.advance(timedelta(hours=24, minutes=1))
    assert feature.refresher.refresh(record.account_id, forced=True).outcome is Outcome.REFRESHED
    assert feature.refresher.refresh(record.account_id, forced=True).outcome is Outcome.TOO_YOUNG
    assert feature.refreshes() == 1


def test_an_expired_token_needs_a_person_and_no_call(feature: Feature) -> None:
    record = feature.connected()
    feature.clock.advance(timedelta(days=61))

    with pytest.raises(RefreshFailed) as failed:
        feature.refresher.refresh(record.account_id)

    assert failed.value.needs_reauth
    assert feature.now(record).state is State.RECONNECT_REQUIRED
    assert feature.refreshes() == 0


# Every row of the reference's table of errors that can answer a refresh: status, code, subcode, is_transient; whether the account stays.
ANSWERS: list[tuple[int, int | None, int | None, bool | None, bool]] = [
    (500, None, None, None, True),
    (503, 2, None, None, True),
    (500, 1, None, None, True),
    (400, 2, None, True, True),
    (400, 4, None, None, True),
    (400, 17, None, None, True),
    (400, 32, None, None, True),
    (400, 341, None, None, True),
    (400, 613, None, None, True),
    (400, 613, 1996, None, True),
    (400, 80001, None, None, True),
    (400, 80002, None, None, True),
    (400, 80006, None, None, True),
    (429, None, None, None, True),
    (400, 3, None, None, True),
    (400, 100, None, None, True),
    (400, 100, 33, None, True),
    (400, 368, None, None, True),
    (400, 2500, None, None, True),
    (400, -1, None, None, True),
    (400, 190, None, True, False),
    (403, 10, None, None, False),
    (403, 200, None, None, False),
    (403, 299, None, None, False),
    (400, 102, None, None, False),
    (401, 190, None, None, False),
    *((400, 190, subcode, None, False) for subcode in (458, 459, 460, 463, 464, 467, 492)),
]


@pytest.mark.parametrize(("status", "code", "subcode", "transient", "stays"), ANSWERS)
def test_who_must_log_in_again_and_who_must_not(
    feature: Feature,
    status: int,
    code: int | None,
    subcode: int | None,
    transient: bool | None,
    stays: bool,
) -> None:
    record = feature.due(feature.connected())
    body = (
        {"body": "{}"}
        if code is None
        else {"code": code, "subcode": subcode, "transient": transient}
    )
    feature.bench.control("fail", count=1, path="refresh_access_token", status=status, **body)

    with pytest.raises(RefreshFailed) as failed:
        feature.refresher.refresh(record.account_id)

    after = feature.now(record)
    assert after.state is (State.ACTIVE if stays else State.RECONNECT_REQUIRED)
    assert failed.value.needs_reauth is not stays
    assert (after.next_refresh_at is not None) is stays
    assert after.last_error is not None
    assert (after.last_error.code, after.last_error.subcode) == (code, subcode)
    assert after.version == record.version
    assert feature.refreshes() == 1
    assert len(feature.told()) == (0 if stays else 1)
    assert feature.trail()[-1] == ("failed" if stays else "reconnect_required")


def test_the_notice_names_the_account_the_cause_and_the_way_back(feature: Feature) -> None:
    record = feature.due(feature.connected())
    feature.bench.control("token", account=ACCOUNT_ID, dead=460)

    with pytest.raises(RefreshFailed):
        feature.refresher.refresh(record.account_id)

    [notice] = feature.told()
    assert "daybook: @example_shop must be connected again" in notice
    assert "the person changed the password" in notice
    assert "https://photos.example.com/instagram/reconnect/" in notice


def test_of_a_thousand_dead_accounts_ten_are_told_of_and_one_word_about_the_rest(
    feature: Feature,
) -> None:
    record = feature.connected()
    for _ in range(1000):
        feature.notices.reconnect_required(record, "the app is gone")

    told = feature.told() + feature.told()
    assert len(told) == 11
    assert "More than ten accounts" in repr(told)


@pytest.mark.parametrize("login_type", LOGIN_TYPES)
def test_a_failure_is_tried_again_after_an_hour_and_then_daily(
    feature: Feature, login_type: str
) -> None:
    record = feature.due(feature.connected(login_type))
    edge = "refresh_access_token" if login_type == "instagram" else "oauth/access_token"
    feature.bench.control("fail", count=100, path=edge, status=500, code=2)
    tried = []
    for _ in range(24 * 8):
        if schedule.is_due(feature.now(record), feature.clock.now()):
            with pytest.raises(RefreshFailed):
                feature.refresher.refresh(record.account_id)
            tried.append(feature.clock.now())
        feature.clock.advance(timedelta(hours=1))

    gaps = [(later - earlier) / timedelta(hours=1) for earlier, later in pairwise(tried)]
    assert gaps[0] < 2.1
    assert all(gap >= 22 for gap in gaps[1:])
    assert len(tried) >= 7
    for index, moment in enumerate(tried):
        assert sum(moment <= other < moment + timedelta(hours=24) for other in tried[index:]) <= 2
    assert feature.now(record).state is State.ACTIVE
    assert feature.live_token(feature.now(record))


def test_fifty_at_the_same_time_make_one_call_and_all_get_the_new_token(feature: Feature) -> None:
    record = feature.due(feature.connected())
    feature.bench.emulator_state.latency = 0.3
    refresher = Refresher(
        feature.store, feature.renewal, feature.audit, feature.notices, feature.clock, logger("tokens"), timedelta(days=10), feature.rng
    )  # fmt: skip

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(lambda _: refresher.refresh(record.account_id), range(50)))

    assert feature.refreshes() == 1
    assert {result.record.version for result in results if result.record} == {record.version + 1}
    assert [result.outcome for result in results].count(Outcome.REFRESHED) == 1
    assert {result.outcome for result in results} <= {
        Outcome.REFRESHED,
        Outcome.BY_ANOTHER,
        Outcome.TOO_YOUNG,
    }


class Killed(BaseException):
    """The function was killed: no handler of ours sees that."""


class DeadlyStore(DynamoTokenStore):
    """A store in which the function is killed before, or after, one of its steps."""

    def __init__(self, feature: Feature, step: str, when: str) -> None:
        super().__init__(feature.aws.tokens, feature.cipher, "main")
        self._step, self._when = step, when

    def _deadly(self, step: str, action: Callable[[], Any]) -> Any:
        if step == self._step and self._when == "before":
            raise Killed
        done = action()
        if step == self._step:
            raise Killed
        return done

    def acquire(self, *parts: Any) -> TokenRecord:
        record: TokenRecord = self._deadly(
            "acquire", lambda: super(DeadlyStore, self).acquire(*parts)
        )
        return record

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        secrets: TokenSecrets = self._deadly(
            "secrets", lambda: super(DeadlyStore, self).secrets(record)
        )
        return secrets

    def commit(self, *parts: Any) -> TokenRecord:
        record: TokenRecord = self._deadly(
            "commit", lambda: super(DeadlyStore, self).commit(*parts)
        )
        return record


@pytest.mark.parametrize("login_type", LOGIN_TYPES)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["acquire", "secrets", "commit"])
def test_killed_at_any_step_nothing_is_lost_and_all_is_well_within_two_minutes(
    feature: Feature, login_type: str, step: str, when: str
) -> None:
    record = feature.due(feature.connected(login_type))

    with pytest.raises(Killed):
        feature.new_refresher(store=DeadlyStore(feature, step, when)).refresh(record.account_id)
    assert feature.live_token(feature.now(record)), (
        "the token that works is still the one that is stored"
    )
    # The queue hands the message out again after 90 seconds.
    feature.clock.advance(timedelta(seconds=90))
    feature.refresher.refresh(record.account_id)

    after = feature.now(record)
    assert (after.version, after.state) == (record.version + 1, State.ACTIVE)
    assert feature.live_token(after)
    assert feature.refreshes() <= 2


def test_the_lease_outlasts_the_function_and_ends_before_the_queue_tries_again() -> None:
    from stacks.features.tokens import VISIBILITY_TIMEOUT_SECONDS

    assert (
        timedelta(seconds=60)
        < LEASE
        < timedelta(seconds=VISIBILITY_TIMEOUT_SECONDS)
        < timedelta(minutes=2)
    )


class Interrupted(Renewal):
    """A renewal during which something else happens."""

    def __init__(self, feature: Feature, meanwhile: Callable[[], None]) -> None:
        super().__init__(feature.graph, feature.clock)
        self._meanwhile = meanwhile

    def renew(self, record: TokenRecord, secrets: TokenSecrets) -> Renewed:
        renewed = super().renew(record, secrets)
        self._meanwhile()
        return renewed


def test_a_login_during_a_refresh_keeps_its_token(feature: Feature) -> None:
    record = feature.due(feature.connected())

    def login() -> None:
        feature.connected()

    result = feature.new_refresher(renewal=Interrupted(feature, login)).refresh(record.account_id)

    after = feature.now(record)
    assert (result.outcome, after.version) == (Outcome.BY_ANOTHER, record.version + 1)
    assert after.issued_at == feature.clock.now().replace(microsecond=0)
    assert feature.live_token(after)


def test_one_who_came_too_late_for_the_lease_changes_nothing(feature: Feature) -> None:
    record = feature.due(feature.connected())

    def sleep_too_long() -> None:
        feature.clock.advance(LEASE)
        assert feature.refresher.refresh(record.account_id).outcome is Outcome.REFRESHED

    result = feature.new_refresher(renewal=Interrupted(feature, sleep_too_long)).refresh(
        record.account_id
    )

    assert result.outcome is Outcome.BY_ANOTHER
    assert feature.now(record).version == record.version + 1


class WithoutDecryption(DynamoTokenStore):
    """A store whose role lacks the grant to decrypt."""

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        raise ClientError(
            {"Error": {"Code": "AccessDeniedException", "Message": "no grant"}}, "Decrypt"
        )


def test_without_the_grant_to_decrypt_the_account_stays_and_the_failure_is_told(
    feature: Feature,
) -> None:
    record = feature.due(feature.connected())

    with pytest.raises(ClientError):
        feature.new_refresher(
            store=WithoutDecryption(feature.aws.tokens, feature.cipher, "main")
        ).refresh(record.account_id)

    after = feature.now(record)
    assert (after.state, after.failures, after.version) == (State.ACTIVE, 1, record.version)
    assert after.last_error is not None
    assert "ClientError" in after.last_error.meaning
    assert feature.trail()[-1] == "failed"


def test_an_answer_whose_end_does_not_move_is_no_refresh(feature: Feature) -> None:
    record = feature.due(feature.connected())
    feature.bench.control(
        "fail",
        count=1,
        path="refresh_access_token",
        status=200,
        body='{"access_token":"IGAAx","expires_in":60}',
    )

    with pytest.raises(RefreshFailed) as failed:
        feature.refresher.refresh(record.account_id)

    assert not failed.value.needs_reauth
    assert feature.now(record).expires_at == record.expires_at
    assert feature.live_token(feature.now(record))


def test_a_page_that_is_no_longer_shared_needs_a_person(feature: Feature) -> None:
    record = feature.due(feature.connected("facebook"))
    for token in feature.bench.emulator_state.tokens.values():
        token.pages = set()

    with pytest.raises(RefreshFailed) as failed:
        feature.refresher.refresh(record.account_id)

    assert failed.value.needs_reauth
    assert "Page is no longer shared" in failed.value.meaning


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "code": 2},
        {"status": 400, "code": 100, "subcode": 33},
        {"status": 403, "body": "<html>"},
        {"status": 404, "body": ""},
    ],
)
def test_an_exchange_is_kept_even_if_the_page_cannot_be_read(
    feature: Feature, fault: dict[str, Any]
) -> None:
    record = feature.due(feature.connected("facebook", "17841400000000002"))
    feature.bench.control("fail", count=50, path="100000000000003", **fault)

    assert feature.refresher.refresh(record.account_id).outcome is Outcome.REFRESHED
    assert feature.live_token(feature.now(record))


def test_the_in_memory_serves_a_refresher_as_the_table_does(feature: Feature) -> None:
    in_memory = Feature(feature.aws, MemoryTokenStore())
    record = in_memory.due(in_memory.connected())

    assert in_memory.refresher.refresh(record.account_id).outcome is Outcome.REFRESHED
    assert in_memory.live_token(in_memory.now(record))


def test_no_token_is_stored_in_the_open_or_told(
    feature: Feature, capsys: pytest.CaptureFixture[str]
) -> None:
    for login_type in LOGIN_TYPES:
        record = feature.due(feature.connected(login_type))
        feature.refresher.refresh(record.account_id)
    feature.bench.control("token", account=ACCOUNT_ID, dead=458)
    feature.clock.advance(timedelta(days=40))
    with pytest.raises(RefreshFailed) as failed:
        feature.refresher.refresh(ACCOUNT_ID)

    seen = (
        feature.everything_stored()
        + repr(feature.told())
        + capsys.readouterr().out
        + str(failed.value)
        + repr(feature.now(record))
    )
    for token in (*feature.bench.emulator_state.tokens, "instagram-secret", "facebook-secret"):
        assert token not in seen


def test_a_ciphertext_is_of_no_use_in_another_row(feature: Feature) -> None:
    shop, maker = feature.connected(), feature.connected(account_id="17841400000000002")
    table = boto3.resource("dynamodb").Table(feature.aws.tokens)
    key = {"pk": "TENANT#main", "sk": f"ACCOUNT#{maker.account_id}"}
    stolen = table.get_item(Key={**key, "sk": f"ACCOUNT#{shop.account_id}"})["Item"]["token"]
    table.update_item(
        Key=key,
        UpdateExpression="SET #t = :t",
        ExpressionAttributeNames={"#t": "token"},
        ExpressionAttributeValues={":t": stolen},
    )

    with pytest.raises(ClientError, match="InvalidCiphertext"):
        feature.store.secrets(maker)
    assert feature.store.secrets(shop)


class TestVerify:
    def test_a_token_that_works_is_left_as_it_is(self, feature: Feature) -> None:
        record = feature.connected()
        feature.clock.advance(timedelta(days=3))

        assert feature.refresher.verify(record.account_id).outcome is Outcome.NOT_DUE
        assert feature.now(record) == record

    @pytest.mark.parametrize("login_type", LOGIN_TYPES)
    def test_one_that_died_in_between_needs_a_person_at_once(
        self, feature: Feature, login_type: str
    ) -> None:
        record = feature.connected(login_type)
        feature.clock.advance(timedelta(days=3))
        feature.bench.control("token", account=ACCOUNT_ID, dead=460)

        with pytest.raises(RefreshFailed) as failed:
            feature.refresher.verify(record.account_id)

        assert failed.value.needs_reauth
        assert feature.now(record).state is State.RECONNECT_REQUIRED
        assert len(feature.told()) == 1

    @pytest.mark.parametrize(
        "fault",
        [
            {"status": 500, "code": 2},
            {"status": 400, "code": 80002},
            {"status": 403, "body": "<html>"},
        ],
    )
    def test_what_passes_is_left_to_the_next_day(
        self, feature: Feature, fault: dict[str, Any]
    ) -> None:
        record = feature.connected()
        feature.bench.control("fail", count=99, path=ACCOUNT_ID, **fault)

        assert feature.refresher.verify(record.account_id).outcome is Outcome.NOT_DUE
        assert feature.now(record) == record

    def test_access_to_data_that_lapsed_needs_a_person_and_no_call(self, feature: Feature) -> None:
        record = feature.connected("facebook")
        assert record.data_access_expires_at
        feature.store.connect(replace(record, expires_at=None), feature.store.secrets(record))
        feature.clock.advance(record.data_access_expires_at - feature.clock.now())
        calls = len(feature.bench.emulator_state.journal)

        with pytest.raises(RefreshFailed, match="data access lapsed"):
            feature.refresher.verify(record.account_id)
        assert len(feature.bench.emulator_state.journal) == calls


class Mute:
    """Notices that cannot be sent, for a while."""

    def __init__(self) -> None:
        self.broken = True
        self.told: list[str] = []

    def reconnect_required(self, record: TokenRecord, meaning: str) -> bool:
        if self.broken:
            raise ClientError(
                {"Error": {"Code": "AuthorizationError", "Message": "no grant"}}, "Publish"
            )
        self.told.append(f"{record.name} {meaning}")
        return True

    def ends_soon(self, record: TokenRecord, days: int, meaning: str) -> bool:
        pytest.fail(f"no end is near: {record.name}, {days}, {meaning}")


def test_who_could_not_be_told_is_told_later_and_once(feature: Feature) -> None:
    record = feature.due(feature.connected())
    feature.bench.control("token", account=ACCOUNT_ID, dead=458)
    mute = Mute()
    refresher = Refresher(
        feature.store,
        feature.renewal,
        feature.audit,
        mute,
        feature.clock,
        logger("tokens"),
        timedelta(days=10),
        feature.rng,
    )
    with pytest.raises(RefreshFailed):
        refresher.refresh(record.account_id)
    assert feature.now(record).state is State.RECONNECT_REQUIRED

    mute.broken = False
    for _ in range(3):
        refresher.tell(feature.now(record))

    assert mute.told == ["@example_shop the person removed the app"]


def test_warnings_do_not_use_up_the_notices_of_those_who_need_a_person(feature: Feature) -> None:
    record = feature.connected()
    said = [feature.notices.ends_soon(record, 7, "x") for _ in range(20)]

    assert said.count(True) == 10
    assert feature.notices.reconnect_required(record, "gone")
