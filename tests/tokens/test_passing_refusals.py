"""Refusals that pass after minutes, on a site where no second account tells them from real ones."""

from __future__ import annotations

import pytest

from lambdas.storage.accounts.token_record import State, Suspicion, Task
from lambdas.tokens.bootstrap import AdoptionSuspected
from lambdas.tokens.refresh_result import RefreshFailed, Verdict
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.conftest import Aws
from tests.tokens.conftest import MINUTES, Feature
from tests.tokens.site import Site
from tests.tokens.test_privacy import SCOPED_ID
from tests.tokens.test_verification import DAY, HOUR, refused

CODES = [190, 102, 10, 200]


def run(site: Site, kind: str) -> None:
    """Run a sweep and the messages that it queued."""
    for message in site.run_sweep(kind):
        site.message(**message)


@pytest.fixture
def site(fake_aws: Aws) -> Site:
    return Site(fake_aws)


@pytest.mark.parametrize("code", CODES)
def test_recovered_token_is_found_within_the_hour(site: Site, code: int) -> None:
    record = site.connected()
    site.clock.advance(3 * DAY)
    site.bench.control("fail", count=999, path="", status=400, code=code)
    for _ in range(3):
        run(site, "hourly" if site.now(record).suspicion else "daily")
        site.clock.advance(MINUTES)
    assert site.now(record).state is State.RECONNECT_REQUIRED
    site.bench.emulator_state.faults.clear()

    run(site, "hourly")

    assert site.now(record).state is State.ACTIVE


@pytest.mark.parametrize("code", CODES)
def test_some_minutes_call_no_person(site: Site, code: int) -> None:
    local = site.sibling(confirm_minutes=0)
    record = local.connected()
    local.clock.advance(3 * DAY)
    local.bench.control("fail", count=999, path="", status=400, code=code)
    run(local, "daily")
    local.bench.emulator_state.faults.clear()
    local.clock.advance(HOUR)

    run(local, "hourly")

    after = local.now(record)
    assert (after.state, after.suspicion) == (State.ACTIVE, None)
    assert local.sent() == []


def test_dead_account_is_looked_at_hourly_for_two_days(site: Site) -> None:
    record = site.connected()
    site.bench.control("token", account=ACCOUNT_ID, dead=460)
    run(site, "daily")
    site.clock.advance(MINUTES)
    run(site, "hourly")
    assert site.now(record).state is State.RECONNECT_REQUIRED

    assert site.run_sweep("hourly") == [{"account": ACCOUNT_ID, "task": "verify"}]
    site.clock.advance(2 * DAY)
    assert site.run_sweep("hourly") == []
    assert site.run_sweep("daily") == [{"account": ACCOUNT_ID, "task": "verify"}]


def test_repeated_doubt_leaves_no_lease(feature: Feature) -> None:
    record = feature.connected()
    feature.clock.advance(3 * DAY)
    feature.bench.control("fail", count=99, path="", status=400, code=190)

    for _ in "12":
        with pytest.raises(RefreshFailed) as failed:
            feature.refresher.refresh(ACCOUNT_ID, forced=True)
        assert failed.value.verdict is Verdict.SUSPECTED
    assert feature.now(record).lease_owner is None


def test_fault_of_the_app_confirms_no_refusal(feature: Feature) -> None:
    record = feature.connected()
    body = '{"error":{"message":"API access deactivated.","code":200}}'
    feature.bench.control("fail", count=1, path="", status=400, body=body)
    assert refused(feature, record) is Verdict.APP_AT_FAULT
    assert feature.now(record).suspicion == Suspicion(
        feature.clock.now().replace(microsecond=0), Task.VERIFY, of_app=True
    )
    feature.clock.advance(HOUR)
    feature.bench.control("fail", count=1, path="", status=400, code=190)

    assert refused(feature, record) is Verdict.SUSPECTED


def test_environment_token_gets_its_second_call(fake_aws: Aws) -> None:
    site = Site(fake_aws, ig_access_token=TOKEN, ig_user_id=ACCOUNT_ID)
    site.bench.control("fail", count=1, path="", status=400, code=190)
    with pytest.raises(AdoptionSuspected):
        site.dependencies.bootstrap.adopt()
    site.clock.advance(MINUTES)

    run(site, "hourly")

    record = site.store.get(ACCOUNT_ID)
    assert record
    assert record.state is State.ACTIVE


def test_recovered_environment_token_is_known_by_its_owner(fake_aws: Aws) -> None:
    site = Site(fake_aws, ig_access_token=TOKEN, ig_user_id=ACCOUNT_ID)
    site.bench.control("fail", count=99, path="", status=400, code=190)
    for _ in "12":
        run(site, "daily")
        site.clock.advance(DAY)
    site.bench.emulator_state.faults.clear()

    run(site, "hourly")

    assert site.store.of_person(SCOPED_ID) == [ACCOUNT_ID]
