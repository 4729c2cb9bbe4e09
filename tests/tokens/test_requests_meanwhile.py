"""Requests of people that come while a call for their account is on its way."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest

from lambdas.graph.errors import GraphError
from lambdas.graph.transport import Answer, FakeTransport, Request
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State
from lambdas.tokens.dependencies import TokensDependencies
from lambdas.tokens.refresh_result import RefreshFailed
from local.graph.data import ACCOUNT_ID
from local.graph.sample import PERSON_ID
from tests.tokens.conftest import Feature
from tests.tokens.test_early_deletion import ask, deleted
from tests.tokens.test_privacy import SCOPED_ID, signed_request

STATES = {
    "deauthorize": State.RECONNECT_REQUIRED,
    "delete": State.DISCONNECTED,
    "disconnect": State.DISCONNECTED,
}


def act(feature: Feature, what: str, person: str) -> None:
    if what == "deauthorize":
        feature.dependencies.privacy.deauthorize(signed_request(person))
    elif what == "delete":
        ask(feature, person)
    else:
        feature.dependencies.accounts.disconnect(ACCOUNT_ID)


def interrupted(feature: Feature, what: str, person: str) -> TokensDependencies:
    """Return dependencies whose first call to Meta meets a request of the account's owner."""
    left = [what]

    def answer(request: Request) -> Answer:
        found = feature.bench.transport.send(request)
        if left:
            act(feature, left.pop(), person)
        return found

    return feature.build(transport=FakeTransport(answer))


@pytest.mark.parametrize("login_type", tuple(LoginType))
@pytest.mark.parametrize("work", ["refresh", "verify"])
@pytest.mark.parametrize("fault", [None, 190, 100])
@pytest.mark.parametrize("what", list(STATES))
def test_request_during_a_call_counts(
    feature: Feature, login_type: LoginType, work: str, fault: int | None, what: str
) -> None:
    record = feature.connected(login_type)
    feature.clock.advance(timedelta(days=3))
    if fault:
        feature.bench.control("fail", count=1, path="", status=400, code=fault)
    person = SCOPED_ID if login_type is LoginType.INSTAGRAM else PERSON_ID
    made = interrupted(feature, what, person)

    with contextlib.suppress(RefreshFailed, GraphError):
        if work == "refresh":
            made.refresher.refresh(ACCOUNT_ID, forced=True)
        else:
            made.verifier.verify(ACCOUNT_ID)

    after = feature.now(record)
    assert (after.state, after.lease_owner) == (STATES[what], None)
    if after.state is State.DISCONNECTED:
        assert deleted(feature) == ([ACCOUNT_ID] if what == "delete" else [])
        with pytest.raises(LookupError):
            feature.store.secrets(after)


@pytest.mark.parametrize("first", list(STATES))
@pytest.mark.parametrize("second", list(STATES))
def test_deletion_counts_in_any_order(feature: Feature, first: str, second: str) -> None:
    feature.connected()
    feature.clock.advance(timedelta(hours=1))
    for what in (first, second, "delete", "delete"):
        with contextlib.suppress(Exception):
            act(feature, what, SCOPED_ID)
        feature.clock.advance(timedelta(minutes=1))

    record = feature.store.get(ACCOUNT_ID)
    assert record
    assert record.state is State.DISCONNECTED
    assert set(deleted(feature)) == {ACCOUNT_ID}


def test_old_request_after_a_new_login(feature: Feature) -> None:
    feature.connected()
    old = signed_request(SCOPED_ID, issued_at=int(feature.clock.now().timestamp()) + 60)
    feature.clock.advance(timedelta(hours=1))
    ask(feature)
    feature.clock.advance(timedelta(hours=1))
    record = feature.connected()

    for _ in "12":
        feature.dependencies.privacy.delete_data(old)
        feature.dependencies.privacy.deauthorize(old)

    assert feature.now(record).state is State.ACTIVE
