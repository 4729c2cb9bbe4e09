"""The environment's token after it was adopted, and one that Meta does not know any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State
from lambdas.tokens.deletion import DeletionState
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.conftest import Aws
from tests.tokens.conftest import MAKER, Feature
from tests.tokens.site import Site
from tests.tokens.test_early_deletion import PERSON_TOKEN, ask, delete_posts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def adopted(aws: Aws) -> Site:
    """Return a site whose token was adopted without its account's id, and is dead since."""
    site = Site(aws, ig_access_token=TOKEN)
    assert site.bootstrap(TOKEN).adopt()
    del site.bench.emulator_state.tokens[TOKEN]
    return site


def run_daily(site: Site, days: int) -> None:
    """Run daily sweeps and their messages, none of which may fail."""
    for _ in range(days):
        site.clock.advance(DAY)
        for message in site.run_sweep("daily"):
            site.message(**message)


def finished(feature: Feature, code: str, hours: int) -> bool:
    """Return whether a request is done after hourly sweeps."""
    for _ in range(hours):
        feature.clock.advance(HOUR)
        feature.dependencies.privacy.continue_open()
        delete_posts(feature)
    return feature.dependencies.privacy.status(code).state is DeletionState.DONE


def test_dead_original_of_an_adopted_token_is_no_failure(fake_aws: Aws) -> None:
    site = adopted(fake_aws)

    run_daily(site, 10)

    assert site.dependencies.sweep.health(site.store.all()).failing == 0
    assert site.sent() == []


@pytest.mark.parametrize("kept", [True, False])
def test_dead_original_is_known_after_a_disconnection(fake_aws: Aws, *, kept: bool) -> None:
    site = adopted(fake_aws)
    site.operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}")
    if not kept:
        # As an earlier version has forgotten it.
        site.dependencies.tokens_table.delete_item(Key=site.dependencies.adoptions._key)

    run_daily(site, 3)

    assert site.dependencies.sweep.health(site.store.all()).failing == 0


def test_request_ends_despite_the_dead_original(fake_aws: Aws) -> None:
    site = adopted(fake_aws)
    site.clock.advance(40 * DAY)

    assert finished(site, ask(site), 2)
    assert finished(site, ask(site, "999"), 2)


def test_token_that_stays_dead_keeps_no_request_open(fake_aws: Aws) -> None:
    feature = Feature(fake_aws, ig_access_token="IGAAunknown")
    code = ask(feature)

    assert not finished(feature, code, 20)
    assert finished(feature, code, 10)
    assert "999" not in feature.everything_stored()


@pytest.mark.parametrize("account_id", [ACCOUNT_ID, ""])
@pytest.mark.parametrize(
    ("token", "login_type"),
    [(PERSON_TOKEN, LoginType.INSTAGRAM), (TOKEN, LoginType.FACEBOOK)],
)
def test_token_of_the_other_login_is_named(
    fake_aws: Aws, token: str, login_type: LoginType, account_id: str
) -> None:
    settings: dict[str, Any] = {
        "ig_access_token": token,
        "ig_user_id": account_id,
        "login_type": login_type,
    }
    site = Site(fake_aws, **settings)

    for _ in range(3):
        answer = site.operate("POST", "/instagram/token/refresh")
        assert answer.status == 424
        assert "login_type" in answer.json["error"]["message"]
        site.clock.advance(HOUR)

    assert site.store.get(ACCOUNT_ID) is None
    assert site.sent() == []


def test_dead_token_without_an_account_needs_a_login(fake_aws: Aws) -> None:
    site = Site(fake_aws, ig_access_token="IGAAunknown")

    for _ in range(3):
        assert site.operate("POST", "/instagram/token/refresh").status == 424
        site.clock.advance(HOUR)


def test_another_account_changes_nothing_for_the_token(fake_aws: Aws) -> None:
    site = adopted(fake_aws)
    site.connected(account_id=MAKER)

    run_daily(site, 2)

    record = site.store.get(ACCOUNT_ID)
    assert record
    assert record.state is State.ACTIVE
