"""Requests of operators and persons whose function is killed between two writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.hooks import BaseEventHooks

from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State
from local.graph.data import ACCOUNT_ID
from local.graph.sample import PERSON_ID
from tests.tokens.conftest import Feature
from tests.tokens.test_early_deletion import ask, deleted
from tests.tokens.test_privacy import SCOPED_ID

PEOPLE = {LoginType.INSTAGRAM: SCOPED_ID, LoginType.FACEBOOK: PERSON_ID}
# More than any of these requests makes.
MOST_CALLS = 40


class Killed(BaseException):
    """The function was stopped here."""


class Kill:
    """Stops the function at one of its calls to DynamoDB; `left` calls are made before."""

    def __init__(self, events: BaseEventHooks) -> None:
        self.left: int | None = None
        events.register("before-call.dynamodb", self._count)

    def _count(self, **_: object) -> None:
        if self.left == 0:
            raise Killed
        if self.left is not None:
            self.left -= 1


@pytest.fixture
def kill(feature: Feature) -> Iterator[Kill]:
    """Provide what stops the feature."""
    made = Kill(feature.dependencies.tokens_table.meta.client.meta.events)
    yield made
    made.left = None


def cut_off_everywhere(
    feature: Feature, kill: Kill, login_type: LoginType, what: str
) -> Iterator[bool]:
    """Connect the account and kill a request about it, at each call in turn.

    Yield after each kill whether the account was disconnected by then.
    """
    for calls in range(MOST_CALLS):
        feature.connected(login_type)
        feature.clock.advance(timedelta(hours=1))
        kill.left = calls
        try:
            if what == "disconnect":
                feature.dependencies.accounts.disconnect(ACCOUNT_ID)
            else:
                ask(feature, PEOPLE[login_type])
            return
        except Killed:
            pass
        finally:
            kill.left = None
        record = feature.store.get(ACCOUNT_ID)
        yield record is not None and record.state is State.DISCONNECTED
        feature.clock.advance(timedelta(hours=1))
    raise AssertionError


@pytest.mark.parametrize("login_type", list(LoginType))
def test_disconnection_is_recorded(feature: Feature, kill: Kill, login_type: LoginType) -> None:
    for was_done in cut_off_everywhere(feature, kill, login_type, "disconnect"):
        before = len(feature.trail())
        finished = feature.trail()[-1] == "disconnected"
        if not finished:
            answer = feature.dependencies.accounts.disconnect(ACCOUNT_ID)
            assert not was_done or answer.note
        trail = feature.trail()
        assert trail[-1] == "disconnected"
        assert len(trail) == before + (not finished)


@pytest.mark.parametrize("login_type", list(LoginType))
def test_deletion_is_recorded(feature: Feature, kill: Kill, login_type: LoginType) -> None:
    for was_done in cut_off_everywhere(feature, kill, login_type, "delete"):
        trail = feature.trail()
        assert not was_done or trail[-1] == "deletion_requested"
        feature.clock.advance(timedelta(minutes=1))
        ask(feature, PEOPLE[login_type])
        assert feature.trail()[-1] == "deletion_requested"
        assert set(deleted(feature)) == {ACCOUNT_ID}
