"""Files of posts in the bucket, and operators' files as they arrive."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import replace as with_settings
from datetime import timedelta

import boto3
import pytest
from msgspec.structs import replace
from PIL import Image

from lambdas.kit.clock import FixedClock
from lambdas.publishing import handlers
from lambdas.publishing.dependencies import PublishingDependencies
from lambdas.publishing.media_records import MediaItem, PhotoRef, Source
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.records import Post
from lambdas.publishing.states import State
from lambdas.publishing.upload_announcement import AnnouncedMedia
from lambdas.publishing.upload_record import UploadStatus
from tests.conftest import NOW, Aws
from tests.emulated_videos import video
from tests.lambda_events import sqs_event
from tests.publishing.settings import publishing_settings
from tests.publishing.world import Killed

ACCOUNT = "17841400000000077"


class Bucket:
    """The feature with its real dependencies, and files in the bucket."""

    def __init__(self, aws: Aws) -> None:
        settings = with_settings(publishing_settings(aws), private_addresses=True)
        self.clock, self.name = FixedClock(NOW), aws.bucket
        self.dependencies = PublishingDependencies(
            settings, aws=aws.clients, clock=self.clock, postable_photos=self
        )
        self.s3 = boto3.client("s3")

    def get(self, event_id: str, photo_id: str) -> None:
        """Return that no guest's photo may be posted, or end the function."""
        del event_id
        if photo_id == "poison":
            raise Killed

    def put(self, name: str, content: bytes) -> Source:
        """Store an operator's file."""
        self.s3.put_object(Bucket=self.name, Key=f"media-uploads/{name}", Body=content)
        return Source(upload=name)

    def prepare(self, kind: Kind, *sources: Source, **changes: object) -> Post:
        """Prepare a post of these files, and return it."""
        post = Post(
            id=f"{ACCOUNT}.0001",
            account_id=ACCOUNT,
            client_request_id="one",
            request_digest="",
            kind=kind,
            media=tuple(MediaItem(source=source) for source in sources),
            state=State.PREPARING,
            created_at=NOW,
            updated_at=NOW,
            due_at=NOW,
        )
        self.dependencies.ledger.create([replace(post, **changes)])
        with suppress(Killed):
            handlers.prepare.using(self.dependencies)({"post": post.id, "run": 1}, None)
        return self.read(post.id)

    def read(self, post_id: str) -> Post:
        """Return a post."""
        post = self.dependencies.ledger.read(post_id)
        assert post
        return post

    def objects(self) -> dict[str, bytes]:
        """Return what Instagram could fetch."""
        listed = self.s3.list_objects_v2(Bucket=self.name, Prefix="posting/")
        keys = [one["Key"] for one in listed.get("Contents", [])]
        return {key: self.s3.get_object(Bucket=self.name, Key=key)["Body"].read() for key in keys}


@pytest.fixture
def bucket(fake_aws: Aws) -> Bucket:
    """Provide the bucket."""
    return Bucket(fake_aws)


def picture(size: tuple[int, int] = (3000, 1000), kind: str = "PNG") -> bytes:
    """Return a picture."""
    content = io.BytesIO()
    Image.new("RGB", size, "#2a6").save(content, kind)
    return content.getvalue()


def test_wide_picture_becomes_a_jpeg(bucket: Bucket) -> None:
    post = bucket.prepare(Kind.PHOTO, bucket.put("a", picture()))

    [file], [(key, content)] = post.files, bucket.objects().items()
    assert (file.key, file.size, file.content_type) == (key, len(content), "image/jpeg")
    assert 0.8 <= file.width / file.height <= 1.91
    assert Image.open(io.BytesIO(content)).format == "JPEG"
    assert len(key) == len("posting/") + 32 + len(".jpg")


def test_all_items_of_a_carousel(bucket: Bucket) -> None:
    sources = [bucket.put("a", picture()), bucket.put("b", video())]
    post = bucket.prepare(Kind.CAROUSEL, *sources)

    assert [file.content_type for file in post.files] == ["image/jpeg", "video/mp4"]


def test_prepared_again_is_prepared_once(bucket: Bucket) -> None:
    post = bucket.prepare(Kind.PHOTO, bucket.put("a", picture()))
    handlers.prepare.using(bucket.dependencies)({"post": post.id, "run": 1}, None)

    assert len(bucket.objects()) == 1
    assert bucket.read(post.id).version == post.version


def test_picture_as_reel_fails_with_the_rule(bucket: Bucket) -> None:
    post = bucket.prepare(Kind.REEL, bucket.put("a", picture()))

    assert post.failure
    assert (post.state, post.failure.code, post.failure.item) == (
        State.FAILED,
        "media_unsuitable",
        0,
    )


def test_short_video_fails_with_the_measure(bucket: Bucket) -> None:
    post = bucket.prepare(Kind.REEL, bucket.put("a", video(seconds=1.0)))

    assert post.failure
    assert "at least 3" in post.failure.message
    assert not bucket.objects()


def test_missing_file_fails(bucket: Bucket) -> None:
    post = bucket.prepare(Kind.PHOTO, Source(upload="never-sent"))

    assert post.failure
    assert post.failure.code == "media_missing"


def test_photo_without_consent_fails(bucket: Bucket) -> None:
    post = bucket.prepare(Kind.PHOTO, Source(photo=PhotoRef(event="wedding", id="p1")))

    assert post.failure
    assert post.failure.code == "photo_not_postable"


def test_host_that_does_not_answer_is_tried_again(bucket: Bucket) -> None:
    post = bucket.prepare(Kind.PHOTO, Source(url="http://127.0.0.1:9/picture.jpg"))

    assert post.state is State.PREPARING
    assert post.waiting
    assert timedelta() < post.waiting.until - NOW <= timedelta(minutes=1)


def test_file_that_ends_the_function_ends_the_post(bucket: Bucket) -> None:
    source = Source(photo=PhotoRef(event="wedding", id="poison"))
    post = bucket.prepare(Kind.PHOTO, source, attempts=4)
    assert post.attempts == 5
    handlers.prepare.using(bucket.dependencies)({"post": post.id, "run": 1}, None)

    failed = bucket.read(post.id)
    assert failed.failure
    assert failed.failure.code == "preparation_failed"


def test_truncated_picture_is_unsuitable(bucket: Bucket) -> None:
    content = io.BytesIO()
    Image.effect_noise((1600, 1200), 90).save(content, "JPEG")
    upload_id = _arrived(bucket, content.getvalue()[:9000])
    upload = bucket.dependencies.uploads.read(upload_id)

    assert upload
    assert upload.status is UploadStatus.UNSUITABLE


def test_reel_gets_its_cover(bucket: Bucket) -> None:
    cover = bucket.put("cover", picture((1080, 1920)))
    post = bucket.prepare(Kind.REEL, bucket.put("a", video()), cover=cover)

    assert post.prepared_cover
    assert (post.prepared_cover.width, post.prepared_cover.height) == (1080, 1920)


def _arrived(
    bucket: Bucket, content: bytes, announced: bytes | None = None, receive_count: int = 1
) -> str:
    sent = content if announced is None else announced
    file = AnnouncedMedia(
        name="file",
        size=len(sent),
        type="image/png",
        sha256=hashlib.sha256(sent).hexdigest(),
    )
    upload_id = bucket.dependencies.uploads.announce(file, "ola").upload.id
    bucket.put(upload_id, content)
    _examine(bucket, upload_id, receive_count)
    return upload_id


def _examine(bucket: Bucket, upload_id: str, receive_count: int = 1) -> None:
    event = {"detail": {"object": {"key": f"media-uploads/{upload_id}"}}}
    message = sqs_event(event, receive_count=receive_count)
    handlers.prepare.using(bucket.dependencies)(message, None)


def test_other_bytes_under_a_known_name_are_not_posted(bucket: Bucket) -> None:
    upload_id = _arrived(bucket, picture())
    post = bucket.prepare(Kind.PHOTO, bucket.put(upload_id, picture((1000, 1000))))

    assert post.failure
    assert post.failure.code == "media_missing"


def test_arrived_picture_is_examined(bucket: Bucket) -> None:
    upload = bucket.dependencies.uploads.read(_arrived(bucket, picture()))

    assert upload
    assert upload.status is UploadStatus.READY
    assert upload.facts
    assert (upload.facts.width, upload.facts.height) == (3000, 1000)
    assert [one.code for one in upload.problems[Kind.REEL]] == ["wrong_media"]
    assert not upload.problems[Kind.PHOTO]


@pytest.mark.parametrize(
    ("content", "announced", "code"),
    [(b"other bytes", b"those bytes", "other_bytes"), (b"no media", None, "not_a_picture")],
)
def test_wrong_file_is_unsuitable(
    bucket: Bucket, content: bytes, announced: bytes | None, code: str
) -> None:
    upload = bucket.dependencies.uploads.read(_arrived(bucket, content, announced))

    assert upload
    assert upload.status is UploadStatus.UNSUITABLE
    assert {one.code for some in upload.problems.values() for one in some} == {code}


def test_file_that_ends_the_function_each_time_is_refused(bucket: Bucket) -> None:
    upload_id, uploads = _arrived(bucket, picture()), bucket.dependencies.uploads

    def kill(**_: object) -> None:
        raise SystemExit

    events = bucket.dependencies.aws.s3.meta.events
    events.register("before-call.s3.GetObject", kill)
    for count in (1, 2):
        with pytest.raises(SystemExit):
            _examine(bucket, upload_id, count)
    events.unregister("before-call.s3.GetObject", kill)

    refused = uploads.read(upload_id)
    assert refused
    assert refused.status is UploadStatus.UNSUITABLE
    assert [one.code for one in refused.problems[Kind.PHOTO]] == ["not_examined"]


def test_file_whose_examination_was_interrupted_is_ready_later(bucket: Bucket) -> None:
    upload = bucket.dependencies.uploads.read(_arrived(bucket, picture(), receive_count=2))

    assert upload
    assert (upload.status, upload.problems[Kind.PHOTO]) == (UploadStatus.READY, ())
