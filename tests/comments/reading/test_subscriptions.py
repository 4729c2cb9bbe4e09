"""Subscriptions are made, checked, and renewed."""

from __future__ import annotations

import pytest

from lambdas.comments.reading.account_state import Health
from lambdas.kit.login_type import LoginType
from local.graph.data import ACCOUNT_ID
from tests.comments.reading.site import HOOK, ReadingSite
from tests.conftest import Aws


@pytest.mark.parametrize("login_type", LoginType)
def test_first_run_subscribes(fake_aws: Aws, login_type: LoginType) -> None:
    site = ReadingSite(fake_aws, login_type)

    site.run()

    subscription = site.state.subscription
    assert subscription.is_complete
    assert subscription.since == site.clock.now()
    assert site.health is Health.OK
    app = site.app.get(login_type)
    assert app
    assert (app.callback_url, app.error) == (HOOK, None)


def test_check_is_daily(site: ReadingSite) -> None:
    site.run()
    before = site.calls("subscribed_apps")
    site.later(hours=23)
    site.run()
    assert site.calls("subscribed_apps") == before
    site.later(hours=2)
    site.run()

    assert site.calls("subscribed_apps") == before + 1


def test_lost_subscription_is_renewed(site: ReadingSite) -> None:
    site.run()
    site.bench.account().subscriptions.unsubscribe(ACCOUNT_ID)
    site.later(hours=25)

    site.run()

    assert site.state.subscription.is_complete
    assert site.subscriptions.silent_accounts([site.account]) == [ACCOUNT_ID]
    site.later(minutes=5)
    site.run()
    assert site.subscriptions.silent_accounts([site.account]) == [ACCOUNT_ID]
    site.later(minutes=31)
    site.run()
    assert site.subscriptions.silent_accounts([site.account]) == []


def test_loss_is_heard_after_a_run_that_was_cut_off(site: ReadingSite) -> None:
    site.run()
    site.bench.account().subscriptions.unsubscribe(ACCOUNT_ID)
    site.later(hours=25)
    site.subscriptions.ensure(site.account, site.bench.account())
    site.later(minutes=15)

    site.run()

    assert site.health is Health.SILENT
    assert site.state.reading.lost_at == site.state.subscription.lost_at


def test_loss_is_heard_though_the_renewal_was_cut_off(site: ReadingSite) -> None:
    site.run()
    site.bench.account().subscriptions.unsubscribe(ACCOUNT_ID)
    site.later(hours=25)
    # It is renewed, but what Meta lists after that cannot be read.
    site.bench.control("fail", path="subscribed_apps", method="GET", every=2, status=403, code=200)
    site.run()
    site.bench.control("heal")
    site.later(hours=1.1)

    site.run()

    subscription = site.state.subscription
    assert (subscription.is_complete, subscription.since) == (True, site.clock.now())
    assert site.health is Health.SILENT


def test_other_fields_stay(site: ReadingSite) -> None:
    site.bench.account().subscriptions.subscribe(ACCOUNT_ID, ["messaging_seen"])

    site.run()

    assert "messaging_seen" in site.state.subscription.fields


def test_messages_of_other_apps_are_wanted(site: ReadingSite) -> None:
    site.allow_messages()

    site.run()

    assert "standby" in site.state.subscription.fields


def test_optional_field_that_is_refused_stops_no_other(site: ReadingSite) -> None:
    site.allow_messages()
    site.bench.control("fail", path="subscribed_apps", method="POST", status=400, code=100, count=1)

    site.run()

    subscription = site.state.subscription
    assert (subscription.is_complete, "messages" in subscription.fields) == (True, True)
    assert ("standby" in subscription.fields, subscription.error) == (False, None)


def test_refusal_is_recorded_in_words(site: ReadingSite) -> None:
    site.bench.control("fail", path="subscribed_apps", status=403, code=200, count=9)

    site.run()

    error = site.state.subscription.error
    assert error
    assert error.code == "permission_missing"
    assert site.health is Health.NOT_SUBSCRIBED


def test_check_that_fails_for_hours_is_no_health(site: ReadingSite) -> None:
    site.run()
    site.bench.control("fail", path="subscribed_apps", status=403, code=10, count=99)

    health = []
    for hours in (25, 1.1, 1.1):
        site.later(hours=hours)
        site.run()
        health.append(site.health)

    assert health == [Health.OK, Health.OK, Health.FAILED]
    assert site.subscriptions.silent_accounts([site.account]) == [ACCOUNT_ID]


def test_check_that_works_again_ends_the_failure(site: ReadingSite) -> None:
    test_check_that_fails_for_hours_is_no_health(site)
    site.bench.emulator_state.faults.clear()
    site.later(hours=1.1)

    site.run()

    assert site.health is Health.OK


def test_refused_app_fails_no_account(site: ReadingSite) -> None:
    site.bench.answer_challenges_at("https://other.example.com")

    site.run()

    app = site.app.get(LoginType.INSTAGRAM)
    assert app
    assert app.error
    assert "dashboard" in app.error
    assert site.health is Health.OK


def test_address_of_another_server_stays(site: ReadingSite) -> None:
    other = "https://other.example.com/hook"
    site.bench.answer_challenges_at(other)
    calls = site.feature.dependencies.graph_of(LoginType.INSTAGRAM).app_subscriptions
    calls.subscribe(other, "token", ["comments"])

    site.run()

    app = site.app.get(LoginType.INSTAGRAM)
    assert app
    assert app.callback_url == other
    assert other in (app.error or "")


def test_events_are_noted_once_a_minute(site: ReadingSite) -> None:
    site.run()
    first = site.clock.now()
    site.states.note_event(ACCOUNT_ID, first)
    site.later(seconds=30)
    site.states.note_event(ACCOUNT_ID, site.clock.now())

    assert site.state.last_event_at == first
