"""What is due is queued, account by account, and old numbers are heard."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from lambdas.analytics import handlers
from lambdas.analytics.collecting.schedule import is_due, next_days, retry_at
from lambdas.analytics.collecting.sweep import CollectQueue, Sweep, age_of, due_units
from lambdas.analytics.instagram_days import PACIFIC
from lambdas.analytics.records import AccountState, Unit, UnitStatus
from tests.analytics.conftest import ACCOUNT, Numbers
from tests.conftest import NOW, Aws
from tests.lambda_events import Context, sqs_event

HOUR = timedelta(hours=1)


def units(numbers: Numbers) -> list[str]:
    """Return the units that a sweep queues now."""
    numbers.dependencies.sweep.run()
    return [message["unit"] for message in numbers.messages()]


def test_new_account_is_collected_at_once(numbers: Numbers) -> None:
    assert units(numbers) == ["catalogue", "stories", "days"]


def test_nothing_is_due_twice(numbers: Numbers) -> None:
    numbers.run_hours(1)
    numbers.clock.advance(-50 * timedelta(minutes=1))

    assert units(numbers) == []


def test_second_message_does_nothing(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    calls = numbers.dependencies.transport.calls

    again = numbers.dependencies.collection.collect(ACCOUNT, Unit.CATALOGUE, if_due=True)

    assert again is None
    assert numbers.dependencies.transport.calls == calls


def test_unit_is_collected_by_one_at_a_time(numbers: Numbers) -> None:
    other = numbers.fresh_dependencies()
    found: list[UnitStatus | None] = []

    numbers.on_request = lambda _: found.append(other.collection.collect(ACCOUNT, Unit.DAYS))
    numbers.collect(Unit.DAYS)

    assert found == [None]


def test_disconnected_account_is_left_alone(numbers: Numbers) -> None:
    numbers.change_connection(state="disconnected")

    assert units(numbers) == []
    assert numbers.dependencies.collection.collect(ACCOUNT, Unit.POSTS) is None


def test_account_that_needs_a_person_is_recorded(numbers: Numbers) -> None:
    numbers.collect(Unit.POSTS)
    numbers.clock.advance(HOUR)
    numbers.change_connection(state="reconnect_required")

    assert numbers.dependencies.collection.collect(ACCOUNT, Unit.POSTS) is None
    assert numbers.status(Unit.POSTS).problem == "reconnect_required"


def test_interrupted_catalogue_leaves_newest_posts_due() -> None:
    resuming = UnitStatus(due_at=NOW, resume_at=NOW - 90 * HOUR)
    state = AccountState(account_id="1", revision="", units={"catalogue": resuming})

    assert Unit.POSTS in due_units(state, NOW)


def test_failing_queue_stops_no_other_account(numbers: Numbers) -> None:
    numbers.connect("17841400000000078")

    class Failing(CollectQueue):
        sent: list[str] = []  # noqa: RUF012

        def put(self, account_id: str, units: list[Unit], *, if_due: bool = False) -> None:
            del units, if_due
            if account_id == ACCOUNT:
                raise RuntimeError("the queue is unavailable")
            self.sent.append(account_id)

    sweep = numbers.dependencies.sweep
    queue = Failing(sweep.queue.client, sweep.queue.url)
    emitted: list[dict[str, float]] = []
    broken = Sweep(
        tokens=sweep.tokens,
        tenant=sweep.tenant,
        bootstrap_account="",
        reader=sweep.reader,
        queue=queue,
        clock=sweep.clock,
        emit=lambda **values: emitted.append(values),
    )

    with pytest.raises(RuntimeError):
        broken.run()

    assert queue.sent == ["17841400000000078"]
    assert emitted == [{"AnalyticsSweeps": 1, "AnalyticsAgeHours": 0}]


def test_age_is_that_of_the_oldest_needed_unit() -> None:
    success = UnitStatus(succeeded_at=NOW + 20 * HOUR)
    state = AccountState(account_id="1", revision="", units={"posts": success})

    assert age_of(state, NOW, NOW + 30 * HOUR) == 30 * HOUR
    both = msgspec.structs.replace(state, units={"posts": success, "days": success})
    assert age_of(both, NOW, NOW + 30 * HOUR) == 10 * HOUR
    assert age_of(None, NOW, NOW + HOUR) == HOUR


def test_token_of_the_environment_is_collected(fake_aws: Aws) -> None:
    numbers = Numbers(fake_aws, posts=5, days=5, from_environment=True)

    assert units(numbers) == ["catalogue", "stories", "days"]
    numbers.collect(Unit.CATALOGUE)
    assert len(numbers.posts()) == 5


def test_failures_are_tried_again_later_and_later() -> None:
    pauses = [retry_at(NOW, failures, Unit.DAYS) - NOW for failures in (1, 2, 3, 20)]

    assert pauses == [HOUR / 6, HOUR / 3, 2 * HOUR / 3, 6 * HOUR]
    assert retry_at(NOW, 20, Unit.POSTS) - NOW == HOUR


@pytest.mark.parametrize("hour", [0, 7, 8, 9, 10, 11, 12, 18, 23])
def test_days_are_read_daily_after_midnight(hour: int) -> None:
    now = NOW.replace(hour=hour)

    first = next_days(now, ACCOUNT)
    second = next_days(first, ACCOUNT)

    assert HOUR < first - now <= 25 * HOUR
    assert second - first == 24 * HOUR
    assert 3 <= first.astimezone(PACIFIC).hour <= 4


def test_failed_unit_is_due_soon(numbers: Numbers) -> None:
    numbers.control("fail", status=500, code=2)

    numbers.collect(Unit.DAYS, Unit.STORIES)

    for unit in (Unit.DAYS, Unit.STORIES):
        status = numbers.status(unit)
        assert status.problem == "unavailable"
        assert status.due_at
        assert status.due_at - numbers.clock.now() <= HOUR / 6


def test_old_post_is_not_due(numbers: Numbers) -> None:
    numbers.collect(Unit.CATALOGUE)
    post = numbers.posts()[0]

    assert is_due(post, numbers.clock.now() + timedelta(days=40))
    assert not is_due(post, numbers.clock.now() + timedelta(days=731))


def test_messages_are_collected(numbers: Numbers) -> None:
    entry = handlers.collect.using(numbers.dependencies)
    message = {"account_id": ACCOUNT, "unit": "days", "if_due": True}

    assert entry(sqs_event(message), Context()) == {"batchItemFailures": []}
    assert numbers.status(Unit.DAYS).succeeded_at


def test_unknown_unit_returns_to_the_queue(numbers: Numbers) -> None:
    entry = handlers.collect.using(numbers.dependencies)
    message = {"account_id": ACCOUNT, "unit": "weather"}

    with pytest.raises(Exception, match="All records failed"):
        entry(sqs_event(message), Context())
