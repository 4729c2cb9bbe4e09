"""A reading that is killed at any step leaves no copy behind that no row mentions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.guests.caring.notice_queue import NoticeQueue
from lambdas.guests.links import PictureLinks
from lambdas.guests.moderating.post_pictures import PostPictures
from lambdas.guests.photo_objects import PhotoObjects, Sweep
from lambdas.kit.clock import FixedClock
from lambdas.kit.log import feature_logger
from lambdas.pictures.sizes import SIZES
from lambdas.storage import object_keys
from lambdas.storage.events.cleanup import COPYING, CleanupStore
from lambdas.storage.events.deletion_mark import CopiesLost
from lambdas.storage.events.photos import PhotoStore
from lambdas.storage.events.post import Post, PostPicture
from lambdas.storage.events.reports import ReportStore
from lambdas.storage.objects import ObjectStore
from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.doubles import RecordingBus
from tests.feed.test_refresh import DAY, Feed, objects

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "PutObject", "DeleteObjects")
# More than one picture's reading writes, and few enough to try them all.
STEPS = range(1, 12)


class Killed(BaseException):
    """The function ends here, as if the machine had lost its power."""


class Killer:
    """Kills before the write number `at`; without one it counts."""

    def __init__(self, aws: Aws) -> None:
        self.at, self.writes = 0, 0
        table = aws.clients.table(aws.table)
        for client in (aws.clients.s3, table.meta.client):
            client.meta.events.register("before-call", self._before)

    def _before(self, model: object, **_: object) -> None:
        if getattr(model, "name", "") in WRITES:
            self.writes += 1
            if self.writes == self.at:
                raise Killed


@pytest.fixture
def feed(fake_aws: Aws, clock: FixedClock) -> Feed:
    """A feed whose event has one post with one picture."""
    made = Feed(fake_aws, clock)
    made.pictures_broken = True
    made.refresher.refresh(DAY)
    made.pictures_broken = False
    [one, *_] = [post for post in made.posts.of_event(DAY.id).values() if len(post.pictures) == 1]
    made.event = replace(DAY, starts_at=one.taken_at, ends_at=one.taken_at + timedelta(seconds=1))
    for post in made.posts.of_event(DAY.id).values():
        made.posts.delete(post)
    return made


def sweep(aws: Aws, feed: Feed) -> int:
    """Run the sweep when all marks are due."""
    feed.clock.advance(COPYING)
    table, logger = aws.clients.table(aws.table), feature_logger("guests")
    photos, cleanup = PhotoStore(table, feed.clock), CleanupStore(table)
    objects = ObjectStore(aws.clients.s3, aws.bucket)
    settled = PhotoObjects(photos, objects, cleanup, ReportStore(table), RecordingBus())
    notices = NoticeQueue(table, feed.clock)
    pictures = PostPictures(table, objects, cleanup, PictureLinks(objects, feed.clock))
    return Sweep(photos, settled, pictures, cleanup, notices, feed.clock, logger).run(100)


def mentioned(feed: Feed) -> list[str]:
    """Return the objects that the rows mention."""
    return sorted(
        key
        for post in feed.posts.of_event(DAY.id).values()
        for picture in post.pictures
        if picture.copied
        for key in object_keys.shown_objects(DAY.id, picture.id, SIZES)
    )


def killed(killer: Killer, step: int, work: Callable[[], object]) -> bool:
    """Do some work, killed at a step; return whether it got that far."""
    killer.at, killer.writes = step, 0
    try:
        work()
    except Killed:
        return True
    finally:
        killer.at = 0
    return False


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_reading_is_repeated(feed: Feed, fake_aws: Aws, step: int) -> None:
    killed(Killer(fake_aws), step, lambda: feed.refresher.refresh(feed.event))

    sweep(fake_aws, feed)
    assert set(mentioned(feed)) == set(objects(fake_aws))
    feed.refresher.refresh(feed.event)

    assert mentioned(feed) == sorted(objects(fake_aws)) != []
    assert sweep(fake_aws, feed) == 0


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_left_of_deleted_data(feed: Feed, fake_aws: Aws, step: int) -> None:
    """The owner's request is answered while the pictures are fetched, and then all is killed."""
    killer = Killer(fake_aws)

    def request() -> None:
        feed.slow = lambda: None
        feed.dependencies.deletion.delete(ACCOUNT_ID, feed.clock.now())
        killer.at, killer.writes = step, 0

    feed.slow = request
    killed(killer, 0, lambda: feed.refresher.refresh(feed.event))

    sweep(fake_aws, feed)
    assert objects(fake_aws) == []


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_removal_is_repeated(feed: Feed, fake_aws: Aws, step: int) -> None:
    feed.refresher.refresh(feed.event)
    [post] = feed.posts.of_event(DAY.id).values()
    gone = replace(post, id="gone", pictures=(replace(post.pictures[0], id="gone-picture"),))
    feed.posts.put(gone)
    for key in object_keys.shown_objects(DAY.id, "gone-picture", SIZES):
        fake_aws.clients.s3.put_object(Bucket=fake_aws.bucket, Key=key, Body=b"x")

    killed(Killer(fake_aws), step, lambda: feed.refresher.refresh(feed.event))
    feed.refresher.refresh(feed.event)

    assert mentioned(feed) == sorted(objects(fake_aws))
    assert "gone" not in feed.posts.of_event(DAY.id)


def test_a_picture_taken_out_of_a_post_goes(feed: Feed, fake_aws: Aws) -> None:
    feed.refresher.refresh(feed.event)
    [post] = feed.posts.of_event(DAY.id).values()
    dropped = PostPicture("dropped", post.kind, width=1, height=1)
    feed.posts.put(replace(post, pictures=(*post.pictures, dropped)))
    for key in object_keys.shown_objects(DAY.id, "dropped", SIZES):
        fake_aws.clients.s3.put_object(Bucket=fake_aws.bucket, Key=key, Body=b"x")

    feed.refresher.refresh(feed.event)

    assert mentioned(feed) == sorted(objects(fake_aws)) != []


def test_copies_that_the_sweep_took_are_not_mentioned(feed: Feed, fake_aws: Aws) -> None:
    feed.pictures_broken = True
    feed.refresher.refresh(feed.event)
    feed.pictures_broken = False
    [post] = feed.posts.of_event(DAY.id).values()
    late = feed.dependencies.stills.copied(post)
    assert late is not None
    assert sweep(fake_aws, feed) == 1

    with pytest.raises(CopiesLost):
        feed.dependencies.marks.put_unless_deleted(late.post.to_row(), ACCOUNT_ID, None, late.marks)
    assert mentioned(feed) == objects(fake_aws) == []


def test_the_steps_are_all(feed: Feed, fake_aws: Aws) -> None:
    killer = Killer(fake_aws)

    assert not killed(killer, max(STEPS), lambda: feed.refresher.refresh(feed.event))
    assert killer.writes < max(STEPS)


def test_a_whole_reading_leaves_no_mark(feed: Feed, fake_aws: Aws) -> None:
    feed.refresher.refresh(DAY)
    posts: list[Post] = list(feed.posts.of_event(DAY.id).values())

    assert len(posts) == 5
    assert sweep(fake_aws, feed) == 0
