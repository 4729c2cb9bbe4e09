"""Instagram's posts of an event's window become the event's posts."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import boto3
import pytest
from starlette.testclient import TestClient

from lambdas.feed import handlers
from lambdas.feed.dependencies import FeedDependencies
from lambdas.feed.mapping import post_of
from lambdas.feed.media_url import UrlRefused, checked_url
from lambdas.feed.settings import FeedSettings
from lambdas.feed.stills import StillCopier
from lambdas.graph.media import Media
from lambdas.graph.transport import Answer, FakeTransport, Request, TransportFailed
from lambdas.kit.clock import FixedClock
from lambdas.kit.events import TokenRefused
from lambdas.kit.log import feature_logger
from lambdas.kit.login_type import LoginType
from lambdas.storage import keys
from lambdas.storage.events.cleanup import CleanupStore
from lambdas.storage.events.event import Event
from lambdas.storage.events.feed_state import Outcome
from lambdas.storage.objects import ObjectStore
from local.graph.app import create_app
from local.graph.data import ACCOUNT_ID, SAMPLE_DAY, TOKEN, EmulatedMedia
from local.graph.emulator import Emulator
from tests.conftest import Aws
from tests.doubles import RecordingBus
from tests.lambda_events import Context, sqs_event

GRAPH = "http://graph.test"
DAY = Event.on_date(date(2026, 4, 29), "America/Los_Angeles")
FRESHNESS = timedelta(minutes=5)


class Feed:
    """The feed's real dependencies against the emulator, over its fake transport."""

    def __init__(
        self,
        aws: Aws,
        clock: FixedClock,
        token: str = TOKEN,
        account_id: str = ACCOUNT_ID,
    ) -> None:
        self.clock = clock
        self.on_media: Callable[[], object] = lambda: None
        self.broken = False
        self.pictures_broken = False
        self.slow: Callable[[], object] = lambda: None
        self.event = DAY
        self.transport = FakeTransport(self._answer)
        self.bus = RecordingBus()
        self.dependencies = FeedDependencies(
            feed_settings(aws, token, account_id),
            aws=aws.clients,
            clock=clock,
            transport=self.transport,
            bus=self.bus,
            sleep=lambda seconds: clock.advance(timedelta(seconds=seconds)),
            rng=random.Random(1),
        )
        self.posts = self.dependencies.posts
        self.states = self.dependencies.refresher.states
        self.refresher = self.dependencies.refresher
        app = create_app(GRAPH)
        self.emulator: Emulator = app.state.emulator
        self._http = TestClient(app, base_url=GRAPH)

    def _answer(self, request: Request) -> Answer:
        picture = request.url.split("?")[0].endswith(".jpg")
        if picture:
            self.slow()
        if request.url.endswith("/media"):
            self.on_media()
        if self.broken or (picture and self.pictures_broken):
            raise TransportFailed("ConnectionError")
        answer = self._http.request(
            request.method,
            request.url,
            params=dict(request.query) or None,
            headers=dict(request.headers),
        )
        return Answer(answer.status_code, dict(answer.headers), answer.content)

    def control(self, name: str, **body: object) -> None:
        """Change how the emulator answers."""
        self._http.post(f"/_control/{name}", json=body)


@pytest.fixture
def feed(fake_aws: Aws, clock: FixedClock) -> Feed:
    return Feed(fake_aws, clock)


def feed_settings(aws: Aws, token: str = "", account_id: str = ACCOUNT_ID) -> FeedSettings:
    return FeedSettings(
        table_name=aws.table,
        bucket_name=aws.bucket,
        bus_name=aws.bus,
        time_zone="America/Los_Angeles",
        date_events=True,
        feed_freshness_minutes=5,
        login_type=LoginType.INSTAGRAM,
        tokens_table_name=aws.tokens,
        token_key_arn=aws.key_arn,
        budget_table_name=aws.table,
        tenant="main",
        media_hosts=("*",),
        instagram_graph_base=f"{GRAPH}/graph.instagram.com/v25.0",
        facebook_graph_base=f"{GRAPH}/graph.facebook.com/v25.0",
        ig_access_token=token,
        ig_user_id=account_id if token else "",
    )


def objects(fake_aws: Aws) -> list[str]:
    return [
        entry["Key"]
        for entry in boto3.client("s3").list_objects_v2(Bucket=fake_aws.bucket).get("Contents", [])
    ]


def test_the_posts_of_the_window_and_no_others_are_stored(feed: Feed) -> None:
    assert feed.refresher.refresh(DAY) is Outcome.SYNCED

    posts = sorted(feed.posts.of_event(DAY.id).values(), key=lambda post: post.taken_at)
    assert posts[0].taken_at == DAY.starts_at
    assert posts[-1].taken_at == DAY.ends_at - timedelta(seconds=1)
    assert [post.kind for post in posts] == ["image", "image", "carousel", "video", "image"]


def test_pictures_are_copied_with_their_sizes(feed: Feed, fake_aws: Aws) -> None:
    feed.refresher.refresh(DAY)

    carousel = next(
        post for post in feed.posts.of_event(DAY.id).values() if post.kind == "carousel"
    )
    assert [(picture.kind, picture.width, picture.height) for picture in carousel.pictures] == [
        ("image", 1080, 1080),
        ("video", 1080, 1080),
        ("image", 1080, 1080),
    ]
    stored = objects(fake_aws)
    assert all(f"shown/{DAY.id}/{picture.id}/large.webp" in stored for picture in carousel.pictures)


def test_pictures_are_copied_once(feed: Feed) -> None:
    feed.refresher.refresh(DAY)
    feed.transport.requests.clear()

    feed.refresher.refresh(DAY)

    assert [request.url.rsplit("/", 1)[-1] for request in feed.transport.requests] == ["media"]


def test_a_picture_that_cannot_be_copied_is_shown_from_instagram_and_copied_later(
    feed: Feed,
) -> None:
    feed.pictures_broken = True
    assert feed.refresher.refresh(DAY) is Outcome.SYNCED
    posts = feed.posts.of_event(DAY.id).values()
    assert len(posts) == 5
    assert not any(picture.copied for post in posts for picture in post.pictures)

    feed.pictures_broken = False
    feed.refresher.refresh(DAY)
    assert all(
        picture.copied for post in feed.posts.of_event(DAY.id).values() for picture in post.pictures
    )


def test_a_post_that_is_gone_from_instagram_goes_from_the_page_with_its_copies(
    feed: Feed, fake_aws: Aws
) -> None:
    feed.refresher.refresh(DAY)
    gone = replace(next(iter(feed.posts.of_event(DAY.id).values())), id="999")
    feed.posts.put(gone)

    feed.refresher.refresh(DAY)

    assert "999" not in feed.posts.of_event(DAY.id)
    assert objects(fake_aws), "the other posts' copies stay"


def test_an_old_post_at_the_top_of_the_list_changes_nothing(feed: Feed) -> None:
    feed.refresher.refresh(DAY)
    before = feed.posts.of_event(DAY.id)
    feed.emulator.emulator_state.accounts[ACCOUNT_ID].media.insert(
        0, EmulatedMedia("pinned", "IMAGE", "FEED", SAMPLE_DAY - timedelta(days=400))
    )

    assert feed.refresher.refresh(DAY) is Outcome.SYNCED

    assert feed.posts.of_event(DAY.id) == before


def test_pictures_that_never_come_do_not_hold_the_posts_up(feed: Feed, clock: FixedClock) -> None:
    feed.slow = lambda: clock.advance(timedelta(seconds=10))
    feed.pictures_broken = True

    assert feed.refresher.refresh(DAY) is Outcome.SYNCED

    assert len(feed.posts.of_event(DAY.id)) == 5
    pictures = [request for request in feed.transport.requests if ".jpg" in request.url]
    assert 1 <= len(pictures) <= 5


def test_instagram_down_changes_nothing_that_is_stored(feed: Feed, clock: FixedClock) -> None:
    feed.refresher.refresh(DAY)
    before = feed.posts.of_event(DAY.id)
    synced_at = clock.now()
    clock.advance(timedelta(minutes=10))
    feed.broken = True

    assert feed.refresher.refresh(DAY) is Outcome.UNAVAILABLE

    assert feed.posts.of_event(DAY.id) == before
    state = feed.states.get(DAY.id)
    assert (state.label(clock.now(), FRESHNESS), state.synced_at) == ("unavailable", synced_at)
    assert feed.bus.published == []


@pytest.mark.parametrize("token", ["", "IGAAdead"])
def test_without_a_token_that_works_the_account_is_not_connected(
    fake_aws: Aws, clock: FixedClock, token: str
) -> None:
    feed = Feed(fake_aws, clock, token)

    assert feed.refresher.refresh(DAY) is Outcome.NOT_CONNECTED
    assert feed.states.get(DAY.id).label(clock.now(), FRESHNESS) == "not_connected"
    # The feature that keeps tokens is notified of a refused one at once.
    assert feed.bus.published == ([TokenRefused(ACCOUNT_ID)] if token else [])


def public(_: str) -> list[str]:
    return ["157.240.1.63"]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_private_addresses_are_refused(address: str) -> None:
    with pytest.raises(UrlRefused):
        checked_url(
            "https://a.fbcdn.net/x.jpg", ("fbcdn.net",), lambda _: ["157.240.1.63", address]
        )


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://scontent.cdninstagram.com/a.jpg", True),
        ("https://cdninstagram.com/a.jpg", True),
        ("https://cdninstagram.com.evil.test/a.jpg", False),
        ("https://evilcdninstagram.com/a.jpg", False),
        ("http://169.254.169.254/latest", False),
        ("http://127.0.0.1:9001/2018-06-01/runtime", False),
        ("file:///etc/passwd", False),
        ("https://cdninstagram.com@evil.test/a.jpg", False),
        ("http://127.0.0.1\\.cdninstagram.com/a.jpg", False),
        ("https://127.0.0.1\\.cdninstagram.com/a.jpg", False),
        ("https://evil.test\\@cdninstagram.com/a.jpg", False),
        ("https://evil.test#.cdninstagram.com/a.jpg", False),
        ("http://scontent.cdninstagram.com/a.jpg", False),
        ("https://scontent.cdninstagram.com:8080/a.jpg", False),
        ("https://scontent.cdninstagram.com/a.jpg\r\nHost: evil.test", False),
    ],
)
def test_pictures_are_fetched_from_instagrams_hosts_only(
    fake_aws: Aws, url: str, allowed: bool
) -> None:
    transport = FakeTransport(lambda _: Answer(404, {}, b""))
    objects = ObjectStore(fake_aws.clients.s3, fake_aws.bucket)
    hosts = ("cdninstagram.com", "fbcdn.net")
    cleanup, clock = CleanupStore(fake_aws.clients.table(fake_aws.table)), FixedClock(SAMPLE_DAY)
    copier = StillCopier(objects, cleanup, clock, transport, hosts, feature_logger("feed"), public)
    post = post_of(DAY, Media("1", "IMAGE", url, None, timestamp=SAMPLE_DAY))
    assert post is not None

    assert copier.copied(post) is None
    assert bool(transport.requests) is allowed


def test_a_video_shows_its_thumbnail_and_links_its_video() -> None:
    reel = Media(
        "1",
        "VIDEO",
        "https://x/v.mp4",
        "https://x/t.jpg",
        "REELS",
        timestamp=datetime(2026, 4, 29, 8, tzinfo=UTC),
    )

    post = post_of(DAY, reel)

    assert post is not None
    assert (post.kind, post.product_type) == ("video", "REELS")
    assert (post.pictures[0].still_url, post.pictures[0].video_url) == (
        "https://x/t.jpg",
        "https://x/v.mp4",
    )


def test_media_without_a_time_is_no_post() -> None:
    assert post_of(DAY, Media("1", "IMAGE", None, None)) is None


def test_entry_point_keeps_the_token_secret(
    fake_aws: Aws, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = Feed(fake_aws, clock, "IGAAtopsecret")
    message = sqs_event({"detail": {"event_id": DAY.id, "new": 1}})

    answer = handlers.refresh.using(feed.dependencies)(message, Context())

    assert answer == {"batchItemFailures": []}
    assert feed.states.get(DAY.id).outcome is Outcome.NOT_CONNECTED
    assert feed.bus.published == [TokenRefused(ACCOUNT_ID)]
    assert "IGAAtopsecret" not in capsys.readouterr().out


def test_deletion_covers_one_account(feed: Feed, fake_aws: Aws) -> None:
    feed.refresher.refresh(DAY)
    other = replace(
        next(iter(feed.posts.of_event(DAY.id).values())),
        id="999",
        account_id="17841400000000002",
        pictures=(),
    )
    feed.posts.put(other)
    message = sqs_event({"detail": {"account_id": ACCOUNT_ID}})

    handlers.forget.using(feed.dependencies)(message, Context())

    assert list(feed.posts.of_event(DAY.id)) == ["999"]
    assert objects(fake_aws) == []


def test_reading_in_progress_writes_nothing_back(feed: Feed, fake_aws: Aws) -> None:
    requested_at = feed.clock.now()
    feed.on_media = lambda: feed.dependencies.deletion.delete(ACCOUNT_ID, requested_at)

    assert feed.refresher.refresh(DAY) is Outcome.NOT_CONNECTED

    assert feed.posts.of_event(DAY.id) == {}
    assert objects(fake_aws) == []


def test_deletion_while_copying_leaves_no_picture(feed: Feed, fake_aws: Aws) -> None:
    requested_at = feed.clock.now()
    feed.slow = lambda: feed.dependencies.deletion.delete(ACCOUNT_ID, requested_at)

    feed.refresher.refresh(DAY)

    assert feed.posts.of_event(DAY.id) == {}
    assert objects(fake_aws) == []


def test_cached_token_writes_nothing_back(feed: Feed) -> None:
    feed.refresher.refresh(DAY)
    feed.dependencies.deletion.delete(ACCOUNT_ID, feed.clock.now())

    feed.refresher.refresh(DAY)

    assert feed.posts.of_event(DAY.id) == {}


def test_newer_connection_writes_posts_again(feed: Feed, clock: FixedClock) -> None:
    feed.dependencies.deletion.delete(ACCOUNT_ID, clock.now())
    clock.advance(timedelta(minutes=1))
    source = feed.dependencies.account_to_show(None)
    assert source is not None
    newer = replace(feed.refresher, account=lambda _: replace(source, connected_at=clock.now()))

    assert newer.refresh(DAY) is Outcome.SYNCED
    assert len(feed.posts.of_event(DAY.id)) == 5


def test_deletion_can_be_repeated(feed: Feed, clock: FixedClock) -> None:
    requested_at = clock.now()
    feed.refresher.refresh(DAY)

    assert feed.dependencies.deletion.delete(ACCOUNT_ID, requested_at) == 5
    assert feed.dependencies.deletion.delete(ACCOUNT_ID, requested_at) == 0
    marks, later = feed.dependencies.marks, requested_at + timedelta(seconds=1)
    assert marks.is_done(ACCOUNT_ID, requested_at, ["feed"])
    assert not marks.is_done(ACCOUNT_ID, requested_at, ["feed", "analytics"])
    assert not marks.is_done(ACCOUNT_ID, later, ["feed"])


def test_account_without_an_id_is_resolved(fake_aws: Aws, clock: FixedClock) -> None:
    feed = Feed(fake_aws, clock, account_id="")

    feed.refresher.refresh(DAY)

    accounts = {post.account_id for post in feed.posts.of_event(DAY.id).values()}
    assert accounts == {ACCOUNT_ID}


def test_one_empty_answer_deletes_nothing(feed: Feed, clock: FixedClock) -> None:
    feed.refresher.refresh(DAY)
    feed.emulator.emulator_state.accounts[ACCOUNT_ID].media.clear()

    feed.refresher.refresh(DAY)
    assert len(feed.posts.of_event(DAY.id)) == 5
    clock.advance(timedelta(minutes=5))
    feed.refresher.refresh(DAY)

    assert feed.posts.of_event(DAY.id) == {}


def test_refused_reading_is_reported_once(feed: Feed) -> None:
    feed.control("fail", count=50, path="media", status=400, code=100)

    feed.refresher.refresh(DAY)
    feed.refresher.refresh(DAY)

    assert feed.bus.published == [TokenRefused(ACCOUNT_ID)]


def test_refused_reading_is_reported_though_the_first_report_failed(feed: Feed) -> None:
    feed.control("fail", count=50, path="media", status=400, code=100)
    feed.bus.broken = True
    with pytest.raises(RuntimeError):
        feed.refresher.refresh(DAY)
    feed.bus.broken = False

    feed.refresher.refresh(DAY)

    assert feed.bus.published == [TokenRefused(ACCOUNT_ID)]


def test_emulator_serves_jpegs() -> None:
    from PIL import Image

    client = TestClient(create_app(GRAPH), base_url=GRAPH)

    answer = client.get("/scontent.cdninstagram.com/17900000000000040.jpg")

    assert Image.open(io.BytesIO(answer.content)).format == "JPEG"


def test_other_accounts_posts_leave(feed: Feed) -> None:
    feed.refresher.refresh(DAY)
    assert feed.posts.of_event(DAY.id)

    moved = replace(DAY, account_id="178414999", version=2)

    assert feed.refresher.refresh(moved) is Outcome.NOT_CONNECTED
    assert feed.posts.of_event(DAY.id) == {}


def test_posts_outside_the_window_leave(feed: Feed) -> None:
    feed.refresher.refresh(DAY)
    feed.broken = True
    later = DAY.starts_at + timedelta(days=30)

    moved = replace(DAY, starts_at=later, ends_at=later + timedelta(days=1), version=2)

    assert feed.refresher.refresh(moved) is Outcome.UNAVAILABLE
    assert feed.posts.of_event(DAY.id) == {}


def test_events_name_their_account(feed: Feed) -> None:
    named = replace(DAY, account_id=ACCOUNT_ID, version=1)

    assert feed.refresher.refresh(named) is Outcome.SYNCED


def test_deleted_events_are_not_read(feed: Feed) -> None:
    row = {**keys.row_key("gone", keys.EVENT_ROW), "deleted_at": "2026-04-29T18:00:00Z"}
    feed.dependencies.table.put_item(Item=row)
    message = {"detail": {"event_id": "gone"}}

    entry_point = handlers.refresh.using(feed.dependencies)

    assert entry_point(sqs_event(message), Context()) == {"batchItemFailures": []}


def test_pictures_are_read_from_the_checked_address(fake_aws: Aws, clock: FixedClock) -> None:
    transport = FakeTransport(lambda _: Answer(404, {}, b""))
    objects = ObjectStore(fake_aws.clients.s3, fake_aws.bucket)
    cleanup = CleanupStore(fake_aws.clients.table(fake_aws.table))
    answers = iter([["2a03:2880::1", "157.240.1.63"], ["127.0.0.1"]])
    copier = StillCopier(
        objects, cleanup, clock, transport, ("fbcdn.net",), feature_logger("feed"),
        lambda _: next(answers),
    )  # fmt: skip
    url = "https://a.fbcdn.net/x.jpg"
    post = post_of(DAY, Media("1", "IMAGE", url, None, timestamp=SAMPLE_DAY))
    assert post is not None
    copier.copied(post)

    assert [(one.url, one.address) for one in transport.requests] == [(url, "157.240.1.63")]
