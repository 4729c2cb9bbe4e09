"""What is finished later: missed schedules, ended executions, removed photos, deleted accounts."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from msgspec.structs import replace

from lambdas.kit.clock import FixedClock
from lambdas.publishing import handlers
from lambdas.publishing.executions import execution_name
from lambdas.publishing.history import Happened
from lambdas.publishing.media_records import MediaItem, PhotoRef, Source
from lambdas.publishing.operate_dependencies import OperateDependencies
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import Post, PublishAt
from lambdas.publishing.schedules import schedule_name
from lambdas.publishing.states import State
from local.graph.data import ACCOUNT_ID
from tests.conftest import NOW, Aws
from tests.lambda_events import sqs_event
from tests.publishing.settings import publishing_settings
from tests.publishing.world import World

PHOTO = Source(photo=PhotoRef(event="wedding", id="p1"))


class Machine:
    """A state machine that remembers what was started."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.running: set[str] = set()

    def start(self, post: Post) -> bool:
        """Start a run, once."""
        name = execution_name(post)
        if name in self.started:
            return False
        self.started.append(name)
        self.running.add(name)
        return True

    def is_running(self, post: Post) -> bool:
        """Return whether a run was not ended."""
        return execution_name(post) in self.running


class Deployed:
    """The feature with its real dependencies, without a state machine."""

    def __init__(self, aws: Aws) -> None:
        self.machine, self.clock = Machine(), FixedClock(NOW)
        self.advanced: list[str] = []
        self.dependencies = OperateDependencies(
            publishing_settings(aws),
            aws=aws.clients,
            clock=self.clock,
            executions=self.machine,
            workflow=self,
        )
        self.scheduler = boto3.client("scheduler")
        self.scheduler.create_schedule_group(Name="posts")

    def advance(self, post_id: str, run: int) -> None:
        """Note a post that the sweep goes on with."""
        del run
        self.advanced.append(post_id)

    def add(self, **changes: object) -> Post:
        """Store a post."""
        post = replace(World().post(Kind.PHOTO), **changes)
        self.dependencies.ledger.create([post])
        return post

    def read(self, post: Post) -> Post:
        """Return a post as it is now."""
        found = self.dependencies.ledger.read(post.id)
        assert found
        return found

    def sweep(self) -> None:
        """Run the sweep."""
        handlers.sweep.using(self.dependencies)(sqs_event({"sweep": "posts"}), None)

    def start(self, post: Post) -> None:
        """Let a schedule fire."""
        handlers.start.using(self.dependencies)(sqs_event({"post": post.id}), None)

    def forget(self, kind: str, **detail: str) -> None:
        """Receive a domain event."""
        event = {"detail-type": kind, "detail": detail}
        handlers.forget.using(self.dependencies)(sqs_event(event), None)

    def scheduled_at(self, post: Post) -> str:
        """Return when a post's schedule fires."""
        found = self.scheduler.get_schedule(Name=schedule_name(post.id), GroupName="posts")
        return str(found["ScheduleExpression"])


@pytest.fixture
def deployed(fake_aws: Aws) -> Deployed:
    """Provide the feature."""
    return Deployed(fake_aws)


def test_schedule_that_fires_twice_starts_once(deployed: Deployed) -> None:
    post = deployed.add()
    deployed.start(post)
    deployed.start(post)

    assert deployed.machine.started == [f"{ACCOUNT_ID}-request-0000-1"]


def test_moved_post_is_not_started_early(deployed: Deployed) -> None:
    post = deployed.add(due_at=NOW + timedelta(hours=1))
    deployed.start(post)

    assert deployed.machine.started == []


@pytest.mark.parametrize("state", [State.DRAFT, State.CANCELLED, State.PUBLISHED])
def test_only_scheduled_posts_are_started(deployed: Deployed, state: State) -> None:
    deployed.start(deployed.add(state=state))

    assert deployed.machine.started == []


def test_missed_schedule_is_found(deployed: Deployed) -> None:
    deployed.add()
    deployed.clock.advance(timedelta(minutes=5))
    deployed.sweep()

    assert len(deployed.machine.started) == 1


def test_ended_execution_is_replaced(deployed: Deployed) -> None:
    post = deployed.add(state=State.PUBLISHING)
    deployed.machine.start(post)
    deployed.machine.running.clear()
    deployed.clock.advance(timedelta(minutes=10))
    deployed.sweep()

    assert deployed.read(post).run == 2
    assert deployed.machine.started[-1].endswith("-2")


def test_running_execution_is_left_alone(deployed: Deployed) -> None:
    post = deployed.add(state=State.PUBLISHING)
    deployed.machine.start(post)
    deployed.clock.advance(timedelta(minutes=10))
    deployed.sweep()

    assert (deployed.read(post).run, len(deployed.machine.started)) == (1, 1)


def test_published_post_is_followed_up(deployed: Deployed) -> None:
    post = deployed.add(state=State.PUBLISHED, media_id="17")
    deployed.clock.advance(timedelta(minutes=10))
    deployed.sweep()

    assert deployed.advanced == [post.id]


def test_lost_schedule_is_set_again(deployed: Deployed) -> None:
    post = deployed.add(due_at=NOW + timedelta(minutes=10))
    deployed.sweep()

    assert deployed.scheduled_at(post) == "at(2026-04-29T18:10:00)"


def test_new_data_of_zones_moves_posts(deployed: Deployed) -> None:
    # As if the zone had had another offset when the post was made.
    wrong = NOW + timedelta(days=1)
    at = PublishAt(wall="2026-05-01T09:00", zone="Europe/Berlin", instant=wrong)
    post = deployed.add(publish_at=at, due_at=wrong)
    deployed.sweep()

    assert deployed.read(post).due_at.isoformat() == "2026-05-01T07:00:00+00:00"
    assert deployed.scheduled_at(post) == "at(2026-05-01T07:00:00)"


def test_one_bad_post_stops_no_other(deployed: Deployed) -> None:
    bad = deployed.add()
    good = deployed.add(id=f"{ACCOUNT_ID}.0001", client_request_id="other")
    table = deployed.dependencies.table
    key = {"pk": f"main#{ACCOUNT_ID}", "sk": f"POST#{bad.number}"}
    table.update_item(
        Key=key, UpdateExpression="SET body = :b", ExpressionAttributeValues={":b": b"broken"}
    )
    deployed.clock.advance(timedelta(minutes=5))
    deployed.sweep()

    assert deployed.machine.started == [execution_name(good)]


def test_removed_photo_cancels_its_posts(deployed: Deployed) -> None:
    due_at = NOW + timedelta(hours=3)
    post = deployed.add(media=(MediaItem(source=PHOTO),), due_at=due_at)
    deployed.dependencies.schedules.put(post)
    deployed.forget("PhotoRemoved", event_id="wedding", photo_id="p1")

    cancelled = deployed.read(post)
    assert cancelled.failure
    assert (cancelled.state, cancelled.failure.code) == (State.CANCELLED, "photo_removed")
    steps = deployed.dependencies.ledger.steps(post)
    assert [step.what for step in steps][-1] is Happened.CANCELLED
    with pytest.raises(ClientError):
        deployed.scheduled_at(post)


@pytest.mark.parametrize("state", [State.PUBLISHING, State.PUBLISHED])
def test_removed_photo_comes_too_late(deployed: Deployed, state: State) -> None:
    post = deployed.add(media=(MediaItem(source=PHOTO),), state=state)
    deployed.forget("PhotoRemoved", event_id="wedding", photo_id="p1")

    assert deployed.read(post).state is state


def test_deleted_account_leaves_no_row(deployed: Deployed) -> None:
    post = deployed.add(media=(MediaItem(source=PHOTO),), due_at=NOW + timedelta(hours=3))
    deployed.dependencies.schedules.put(post)
    deployed.forget(
        "AccountDataDeletionRequested", account_id=ACCOUNT_ID, requested_at="2026-04-29T18:00:00Z"
    )

    rows = deployed.dependencies.table.scan()["Items"]
    assert rows == []
    marks = deployed.dependencies.marks
    assert marks.is_done(ACCOUNT_ID, NOW, ["publishing"])


def test_repeated_request_spares_a_newer_connection(deployed: Deployed) -> None:
    deployed.add()
    request = {"account_id": ACCOUNT_ID, "requested_at": "2026-04-29T18:00:00Z"}
    deployed.forget("AccountDataDeletionRequested", **request)
    deployed.clock.advance(timedelta(hours=1))
    newer = deployed.add(connected_at=deployed.clock.now())

    deployed.forget("AccountDataDeletionRequested", **request)

    assert deployed.read(newer) == newer
