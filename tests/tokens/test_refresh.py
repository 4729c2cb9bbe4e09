"""One account's refresh: done once, recorded before it is reported, never losing a good token."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State, TokenRecord, TokenSecrets
from lambdas.tokens import schedule
from lambdas.tokens.dynamo_token_store import DynamoTokenStore
from lambdas.tokens.notice import TopicNotices
from lambdas.tokens.refresh import LEASE
from lambdas.tokens.refresh_result import Outcome, RefreshFailed, Verdict
from lambdas.tokens.renewal import Renewal, Renewed
from local.graph.data import ACCOUNT_ID
from tests.json_types import JsonObject
from tests.tokens.conftest import MAKER, MINUTES, SITE, Feature
from tests.tokens.in_memory_store import InMemoryTokenStore

LOGIN_TYPES = tuple(LoginType)


def refuse_twice(feature: Feature, record: TokenRecord) -> RefreshFailed:
    """Refresh, and again once a second answer counts; return the second failure."""
    with pytest.raises(RefreshFailed) as first:
        feature.refresher.refresh(record.account_id)
    assert first.value.verdict is Verdict.SUSPECTED
    feature.clock.advance(MINUTES)
    with pytest.raises(RefreshFailed) as second:
        feature.refresher.refresh(record.account_id)
    return second.value


@pytest.mark.parametrize("login_type", LOGIN_TYPES)
def test_refresh_moves_the_expiry_date(feature: Feature, login_type: LoginType) -> None:
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


def test_undue_account_is_left_alone(feature: Feature) -> None:
    record = feature.connected()
    feature.clock.advance(timedelta(days=2))

    assert feature.refresher.refresh(record.account_id).outcome is Outcome.NOT_DUE
    assert feature.refresher.refresh("1").outcome is Outcome.GONE
    assert feature.refreshes() == 0


def test_first_day_allows_no_refresh(feature: Feature) -> None:
    record = feature.connected()

    assert feature.refresher.refresh(record.account_id, forced=True).outcome is Outcome.TOO_YOUNG
    feature.clock.advance(timedelta(hours=24, minutes=1))
    assert feature.refresher.refresh(record.account_id, forced=True).outcome is Outcome.REFRESHED
    assert feature.refresher.refresh(record.account_id, forced=True).outcome is Outcome.TOO_YOUNG
    assert feature.refreshes() == 1


def test_expired_token_needs_no_call(feature: Feature) -> None:
    record = feature.connected()
    feature.clock.advance(timedelta(days=61))

    with pytest.raises(RefreshFailed) as failed:
        feature.refresher.refresh(record.account_id)

    assert failed.value.needs_reauth
    assert feature.now(record).state is State.RECONNECT_REQUIRED
    assert feature.refreshes() == 0


# Every row of the reference's table of errors that can answer a refresh: status, code, subcode,
# is_transient; whether the account stays active.
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
def test_which_answers_need_a_login(
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
    feature.bench.control("fail", count=2, path="refresh_access_token", status=status, **body)

    if stays:
        with pytest.raises(RefreshFailed) as failed:
            feature.refresher.refresh(record.account_id)
        failure = failed.value
    else:
        failure = refuse_twice(feature, record)

    after = feature.now(record)
    assert after.state is (State.ACTIVE if stays else State.RECONNECT_REQUIRED)
    assert failure.needs_reauth is not stays
    assert (after.next_refresh_at is not None) is stays
    assert after.last_error is not None
    assert (after.last_error.code, after.last_error.subcode) == (code, subcode)
    assert after.version == record.version
    assert feature.refreshes() == (1 if stays else 2)
    notices = feature.sent()
    app_refused = [one for one in notices if "refuses the app" in one.subject]
    assert len(notices) - len(app_refused) == (0 if stays else 1)
    assert feature.trail()[-1] == ("failed" if stays else "reconnect_required")


@pytest.mark.parametrize("code", [190, 102, 10, 200])
def test_one_passing_refusal_notifies_no_one(feature: Feature, code: int) -> None:
    record = feature.due(feature.connected())
    feature.bench.control("fail", count=1, path="refresh_access_token", status=400, code=code)

    with pytest.raises(RefreshFailed):
        feature.refresher.refresh(record.account_id)
    assert feature.refresher.refresh(record.account_id).outcome is Outcome.NOT_DUE
    feature.clock.advance(MINUTES)

    assert feature.refresher.refresh(record.account_id).outcome is Outcome.REFRESHED
    assert feature.now(record).suspicion is None
    assert feature.sent() == []


def test_notice_names_account_cause_and_link(feature: Feature) -> None:
    record = feature.due(feature.connected())
    feature.bench.control("token", account=ACCOUNT_ID, dead=460)

    refuse_twice(feature, record)

    [notice] = feature.sent()
    assert notice.subject == "daybook: @example_shop must be connected again"
    assert "the person changed the password" in notice.text
    assert f"{SITE}/instagram/reconnect/" in notice.text


def test_a_thousand_notices_become_eleven(feature: Feature) -> None:
    record = feature.connected()
    for _ in range(1000):
        feature.notices.reconnect_required(record, "the app is gone")

    sent = feature.sent()
    assert len(sent) == 11
    assert "More than ten accounts" in repr(sent)


@pytest.mark.parametrize("login_type", LOGIN_TYPES)
def test_failure_is_retried_hourly_then_daily(feature: Feature, login_type: LoginType) -> None:
    record = feature.due(feature.connected(login_type))
    edge = "refresh_access_token" if login_type is LoginType.INSTAGRAM else "oauth/access_token"
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


def test_fifty_callers_make_one_refresh(feature: Feature) -> None:
    record = feature.due(feature.connected())
    feature.bench.emulator_state.latency = 0.3
    refresher = feature.build(store=feature.store, sleep=threading_wait).refresher

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


def threading_wait(seconds: float) -> None:
    """Give other threads the time that they need: this test alone has real ones."""
    import threading

    threading.Event().wait(seconds)


class Killed(BaseException):
    """The function was killed: no handler of ours sees that."""


Done = TypeVar("Done")


class DeadlyStore(DynamoTokenStore):
    """A store in which the function is killed before, or after, one of its steps."""

    def __init__(self, feature: Feature, step: str, when: str) -> None:
        made = feature.dependencies
        super().__init__(made.tokens_table, made.token_cipher, "main")
        self._step, self._when = step, when

    def _deadly(self, step: str, action: Callable[[], Done]) -> Done:
        if step == self._step and self._when == "before":
            raise Killed
        done = action()
        if step == self._step:
            raise Killed
        return done

    def acquire(
        self, record: TokenRecord, owner: str, now: datetime, duration: timedelta
    ) -> TokenRecord:
        take = super().acquire
        return self._deadly("acquire", lambda: take(record, owner, now, duration))

    def secrets(self, record: TokenRecord) -> TokenSecrets:
        read = super().secrets
        return self._deadly("secrets", lambda: read(record))

    def commit(self, held: TokenRecord, renewed: TokenRecord, secrets: TokenSecrets) -> TokenRecord:
        write = super().commit
        return self._deadly("commit", lambda: write(held, renewed, secrets))


@pytest.mark.parametrize("login_type", LOGIN_TYPES)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["acquire", "secrets", "commit"])
def test_killed_function_loses_nothing(
    feature: Feature, login_type: LoginType, step: str, when: str
) -> None:
    record = feature.due(feature.connected(login_type))

    with pytest.raises(Killed):
        feature.build(store=DeadlyStore(feature, step, when)).refresher.refresh(record.account_id)
    assert feature.live_token(feature.now(record)), "the stored token still works"
    # The queue delivers the message again after 90 seconds.
    feature.clock.advance(timedelta(seconds=90))
    feature.refresher.refresh(record.account_id)

    after = feature.now(record)
    assert (after.version, after.state) == (record.version + 1, State.ACTIVE)
    assert feature.live_token(after)
    assert feature.refreshes() <= 2


def test_lease_fits_between_function_and_queue() -> None:
    from stacks.features.tokens import REFRESHES

    assert (
        timedelta(seconds=60)
        < LEASE
        < timedelta(seconds=REFRESHES.visibility_timeout_seconds or 0)
        < timedelta(minutes=2)
    )


class Interrupted(Renewal):
    """A renewal during which something else happens."""

    def __init__(self, feature: Feature, meanwhile: Callable[[], None]) -> None:
        super().__init__(feature.dependencies.graph_of, feature.clock)
        self._meanwhile = meanwhile

    def renew(self, record: TokenRecord, secrets: TokenSecrets) -> Renewed:
        renewed = super().renew(record, secrets)
        self._meanwhile()
        return renewed


def test_login_during_refresh_keeps_its_token(feature: Feature) -> None:
    record = feature.due(feature.connected())

    def login() -> None:
        feature.connected()

    interrupted = feature.build(renewal=Interrupted(feature, login)).refresher
    result = interrupted.refresh(record.account_id)

    after = feature.now(record)
    assert (result.outcome, after.version) == (Outcome.BY_ANOTHER, record.version + 1)
    assert after.issued_at == feature.clock.now().replace(microsecond=0)
    assert feature.live_token(after)


def test_late_refresh_changes_nothing(feature: Feature) -> None:
    record = feature.due(feature.connected())

    def sleep_too_long() -> None:
        feature.clock.advance(LEASE)
        assert feature.refresher.refresh(record.account_id).outcome is Outcome.REFRESHED

    interrupted = feature.build(renewal=Interrupted(feature, sleep_too_long)).refresher
    result = interrupted.refresh(record.account_id)

    assert result.outcome is Outcome.BY_ANOTHER
    assert feature.now(record).version == record.version + 1


class WithoutDecryption(DynamoTokenStore):
    """A store whose role lacks the grant to decrypt."""

    def secrets(self, record: TokenRecord) -> TokenSecrets:  # noqa: ARG002
        raise ClientError(
            {"Error": {"Code": "AccessDeniedException", "Message": "no grant"}}, "Decrypt"
        )


def test_missing_grant_is_recorded_and_raised(feature: Feature) -> None:
    record = feature.due(feature.connected())
    made = feature.dependencies
    denied = WithoutDecryption(made.tokens_table, made.token_cipher, "main")

    with pytest.raises(ClientError):
        feature.build(store=denied).refresher.refresh(record.account_id)

    after = feature.now(record)
    assert (after.state, after.failures, after.version) == (State.ACTIVE, 1, record.version)
    assert after.last_error is not None
    assert "ClientError" in after.last_error.meaning
    assert feature.trail()[-1] == "failed"


def test_unmoved_expiry_date_is_no_refresh(feature: Feature) -> None:
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


def test_unshared_page_needs_a_login(feature: Feature) -> None:
    record = feature.due(feature.connected(LoginType.FACEBOOK))
    for token in feature.bench.emulator_state.tokens.values():
        token.pages = set()

    failure = refuse_twice(feature, record)

    assert failure.needs_reauth
    assert "Page is no longer shared" in failure.meaning


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "code": 2},
        {"status": 400, "code": 100, "subcode": 33},
        {"status": 403, "body": "<html>"},
        {"status": 404, "body": ""},
    ],
)
def test_exchange_survives_an_unreadable_page(feature: Feature, fault: JsonObject) -> None:
    record = feature.due(feature.connected(LoginType.FACEBOOK, MAKER))
    feature.bench.control("fail", count=50, path="100000000000003", **fault)

    assert feature.refresher.refresh(record.account_id).outcome is Outcome.REFRESHED
    assert feature.live_token(feature.now(record))


def test_refresher_works_on_the_fake(feature: Feature) -> None:
    in_memory = Feature(feature.aws, overrides={"store": InMemoryTokenStore()})
    record = in_memory.due(in_memory.connected())

    assert in_memory.refresher.refresh(record.account_id).outcome is Outcome.REFRESHED
    assert in_memory.live_token(in_memory.now(record))


def test_no_token_is_shown(feature: Feature, capsys: pytest.CaptureFixture[str]) -> None:
    for login_type in LOGIN_TYPES:
        record = feature.due(feature.connected(login_type))
        feature.refresher.refresh(record.account_id)
    feature.bench.control("token", account=ACCOUNT_ID, dead=458)
    feature.clock.advance(timedelta(days=40))
    failure = refuse_twice(feature, feature.now(record))

    seen = (
        feature.everything_stored()
        + repr(feature.sent())
        + capsys.readouterr().out
        + str(failure)
        + repr(feature.now(record))
    )
    for token in (*feature.bench.emulator_state.tokens, "instagram-secret", "facebook-secret"):
        assert token not in seen


def test_ciphertext_is_bound_to_its_row(feature: Feature) -> None:
    shop, maker = feature.connected(), feature.connected(account_id=MAKER)
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


class MuteNotices:
    """Notices that cannot be sent while `broken`."""

    def __init__(self) -> None:
        self.broken = True
        self.sent: list[str] = []

    def reconnect_required(self, record: TokenRecord, meaning: str) -> bool:
        if self.broken:
            raise ClientError(
                {"Error": {"Code": "AuthorizationError", "Message": "no grant"}}, "Publish"
            )
        self.sent.append(f"{record.name} {meaning}")
        return True

    def ends_soon(self, record: TokenRecord, days: int, meaning: str) -> bool:
        pytest.fail(f"nothing ends soon: {record.name}, {days}, {meaning}")

    def feed_unreadable(self, record: TokenRecord, meaning: str) -> bool:
        pytest.fail(f"the feed can be read: {record.name}, {meaning}")

    def app_refused(self, record: TokenRecord, meaning: str) -> bool:
        pytest.fail(f"the app is not at fault: {record.name}, {meaning}")


def test_refused_app_is_reported_though_the_first_notice_failed(feature: Feature) -> None:
    record, notices = feature.connected(), feature.notices
    assert isinstance(notices, TopicNotices)
    with pytest.raises(ClientError):
        replace(notices, topic_arn=f"{notices.topic_arn}-gone").app_refused(record, "code 200")
    feature.clock.advance(timedelta(hours=1))

    assert notices.app_refused(record, "code 200")
    assert not notices.app_refused(record, "code 200")
    assert [one.subject for one in feature.sent()] == [
        "daybook: Meta refuses the app, not an account"
    ]


def test_failed_notice_is_sent_later_once(feature: Feature) -> None:
    record = feature.due(feature.connected())
    feature.bench.control("token", account=ACCOUNT_ID, dead=458)
    mute = MuteNotices()
    muted = Feature(feature.aws, feature.bench, overrides={"notices": mute})
    refuse_twice(muted, record)
    assert feature.now(record).state is State.RECONNECT_REQUIRED

    mute.broken = False
    for _ in range(3):
        muted.dependencies.failures.notify(feature.now(record))

    assert mute.sent == ["@example_shop the person removed the app"]


def test_warnings_leave_urgent_notices_their_share(feature: Feature) -> None:
    record = feature.connected()
    sent = [feature.notices.ends_soon(record, 7, "x") for _ in range(20)]

    assert sent.count(True) == 10
    assert feature.notices.reconnect_required(record, "gone")
