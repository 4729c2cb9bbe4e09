"""Verifying connections: what dies, what recovers, and what cannot be read."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import LastError, State, TokenRecord
from lambdas.tokens.refresh_result import Outcome, RefreshFailed, Verdict
from lambdas.tokens.verification import DEAUTHORIZE
from local.graph.data import ACCOUNT_ID
from tests.json_types import JsonObject
from tests.tokens.conftest import MAKER, MINUTES, Feature

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def refused(feature: Feature, record: TokenRecord) -> Verdict:
    """Verify an account whose token is refused; return the verdict."""
    with pytest.raises(RefreshFailed) as failed:
        feature.verifier.verify(record.account_id)
    return failed.value.verdict


def test_working_token_is_left_alone(feature: Feature) -> None:
    record = feature.connected()
    feature.clock.advance(3 * DAY)

    assert feature.verifier.verify(record.account_id).outcome is Outcome.NOT_DUE
    assert feature.now(record) == record


@pytest.mark.parametrize("login_type", tuple(LoginType))
def test_dead_token_needs_a_login(feature: Feature, login_type: LoginType) -> None:
    record = feature.connected(login_type)
    feature.clock.advance(3 * DAY)
    feature.bench.control("token", account=ACCOUNT_ID, dead=460)

    assert refused(feature, record) is Verdict.SUSPECTED
    assert feature.sent() == []
    feature.clock.advance(MINUTES)

    assert refused(feature, record) is Verdict.NEEDS_REAUTH
    assert feature.now(record).state is State.RECONNECT_REQUIRED
    assert len(feature.sent()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "code": 2},
        {"status": 400, "code": 80002},
        {"status": 403, "body": "<html>"},
    ],
)
def test_passing_fault_changes_nothing(feature: Feature, fault: JsonObject) -> None:
    record = feature.connected()
    feature.bench.control("fail", count=99, path=ACCOUNT_ID, **fault)

    assert feature.verifier.verify(record.account_id).outcome is Outcome.NOT_DUE
    assert feature.now(record) == record


def test_lapsed_consent_needs_no_call(feature: Feature) -> None:
    record = feature.connected(LoginType.FACEBOOK)
    assert record.data_access_expires_at
    feature.store.connect(replace(record, expires_at=None), feature.store.secrets(record))
    feature.clock.advance(record.data_access_expires_at - feature.clock.now())
    calls = len(feature.bench.emulator_state.journal)

    with pytest.raises(RefreshFailed, match="data access lapsed"):
        feature.verifier.verify(record.account_id)
    assert len(feature.bench.emulator_state.journal) == calls


def test_passing_refusal_is_settled(feature: Feature) -> None:
    record = feature.connected()
    feature.bench.control("fail", count=1, path=ACCOUNT_ID, status=400, code=190)
    assert refused(feature, record) is Verdict.SUSPECTED
    feature.clock.advance(MINUTES)
    assert list(feature.store.due(feature.clock.now(), retries_only=True)) == [ACCOUNT_ID]

    assert feature.refresher.refresh(ACCOUNT_ID).outcome is Outcome.NOT_DUE

    after = feature.now(record)
    assert (after.state, after.suspicion, after.last_error) == (State.ACTIVE, None, None)
    assert feature.sent() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"path": f"{ACCOUNT_ID}", "status": 400, "code": 100},
        {"path": f"{ACCOUNT_ID}", "status": 400, "code": 100, "subcode": 33},
        {"path": f"{ACCOUNT_ID}/media", "status": 400, "code": 100},
        {"path": f"{ACCOUNT_ID}/media", "status": 500, "code": 2},
    ],
)
def test_unreadable_day_is_reported_once(feature: Feature, fault: JsonObject) -> None:
    record = feature.connected()
    feature.bench.control("fail", count=999, **fault)

    feature.verifier.verify(ACCOUNT_ID)
    assert feature.sent() == []
    for _ in range(3):
        feature.clock.advance(DAY)
        feature.verifier.verify(ACCOUNT_ID)

    [notice] = feature.sent()
    assert notice.subject == "daybook: The posts of @example_shop cannot be read"
    assert feature.now(record).state is State.ACTIVE
    assert feature.dependencies.sweep.health([record]).unreadable == 1


def test_one_good_reading_ends_the_run(feature: Feature) -> None:
    record = feature.connected()
    feature.bench.control("fail", count=999, path=f"{ACCOUNT_ID}/media", status=400, code=100)
    feature.verifier.verify(ACCOUNT_ID)
    feature.bench.emulator_state.faults.clear()
    feature.clock.advance(DAY)

    feature.verifier.verify(ACCOUNT_ID)

    assert feature.dependencies.readings.failing() == []
    assert feature.dependencies.sweep.health([record]).unreadable == 0


def test_new_connection_starts_a_new_run(feature: Feature) -> None:
    feature.connected()
    feature.bench.control("fail", count=99, path=f"{ACCOUNT_ID}/media", status=400, code=100)
    feature.verifier.verify(ACCOUNT_ID)
    feature.clock.advance(2 * DAY)

    record = feature.connected()
    assert feature.dependencies.sweep.health([record]).unreadable == 0
    feature.verifier.verify(ACCOUNT_ID)

    assert feature.sent() == []
    [reading] = feature.dependencies.readings.failing()
    assert reading.failing_since == feature.clock.now()


def test_dead_account_recovers(feature: Feature) -> None:
    record = feature.connected()
    feature.store.require_reauth(record, LastError(feature.clock.now(), "a permission is missing"))
    feature.clock.advance(HOUR)

    assert feature.verifier.verify(ACCOUNT_ID).outcome is Outcome.RECOVERED

    after = feature.now(record)
    assert (after.state, after.last_error, after.failures) == (State.ACTIVE, None, 0)
    assert after.next_refresh_at is not None
    assert feature.trail()[-1] == "recovered"


def test_removed_app_does_not_recover(feature: Feature) -> None:
    record = feature.connected()
    removed = LastError(feature.clock.now(), "its owner removed the app", edge=DEAUTHORIZE)
    feature.store.require_reauth(record, removed)

    assert feature.verifier.verify(ACCOUNT_ID).outcome is Outcome.NEEDS_REAUTH


def test_changed_name_is_stored(feature: Feature) -> None:
    record = feature.connected()
    feature.bench.emulator_state.accounts[ACCOUNT_ID].username = "new_name"

    feature.verifier.verify(ACCOUNT_ID)

    assert feature.now(record).username == "new_name"


def test_personal_account_needs_its_owner(feature: Feature) -> None:
    record = feature.connected()
    feature.bench.emulator_state.accounts[ACCOUNT_ID].account_type = "PERSONAL"
    assert refused(feature, record) is Verdict.SUSPECTED
    feature.clock.advance(MINUTES)

    assert refused(feature, record) is Verdict.NEEDS_REAUTH

    [notice] = feature.sent()
    assert "personal account" in notice.text


class TestAppAtFault:
    def connect_three(self, feature: Feature) -> list[TokenRecord]:
        third = "17841400000000009"
        accounts = feature.bench.emulator_state.accounts
        accounts[third] = replace(
            accounts[MAKER], id=third, scoped_id="25000000000000009", username="third"
        )
        return [feature.connected(account_id=one) for one in (ACCOUNT_ID, MAKER, third)]

    @pytest.mark.parametrize("code", [200, 10, 190, 102])
    def test_several_refusals_end_no_account(self, feature: Feature, code: int) -> None:
        records = self.connect_three(feature)
        feature.bench.control("fail", count=999, path="", status=400, code=code)

        for _ in range(3):
            for record in records:
                with contextlib.suppress(RefreshFailed):
                    feature.refresher.refresh(record.account_id)
                with contextlib.suppress(RefreshFailed):
                    feature.verifier.verify(record.account_id)
            feature.clock.advance(HOUR)

        assert {feature.now(one).state for one in records} == {State.ACTIVE}
        [notice] = feature.sent()
        assert notice.subject == "daybook: Meta refuses the app, not an account"

    def test_app_code_ends_no_account(self, feature: Feature) -> None:
        record = feature.connected()
        body = '{"error":{"message":"API access deactivated.","code":200}}'
        feature.bench.control("fail", count=999, path="", status=400, body=body)

        for _ in range(3):
            assert refused(feature, record) is Verdict.APP_AT_FAULT
            feature.clock.advance(HOUR)

        assert feature.now(record).state is State.ACTIVE
        assert len(feature.sent()) == 1

    def test_accounts_recover_with_the_app(self, feature: Feature) -> None:
        records = self.connect_three(feature)
        feature.bench.control("fail", count=999, path="", status=400, code=200)
        for record in records:
            refused(feature, record)
        feature.bench.emulator_state.faults.clear()
        feature.clock.advance(HOUR)

        for record in records:
            feature.refresher.refresh(record.account_id)

        assert [feature.now(one).suspicion for one in records] == [None] * 3

    def test_named_causes_concern_their_accounts(self, feature: Feature) -> None:
        records = self.connect_three(feature)
        for token in feature.bench.emulator_state.tokens.values():
            token.dead = 460
        for record in records:
            refused(feature, record)
        feature.clock.advance(MINUTES)

        verdicts = {refused(feature, record) for record in records}

        assert verdicts == {Verdict.NEEDS_REAUTH}
