"""What stands in a post's way, and what is done about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.publishing.history import Happened
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.states import Late, State
from tests.publishing.world import Execution, World

ACCOUNT = "17841400000000001"
PUBLISH, CREATE = "media_publish", "/media"


def test_lost_answer_is_read_back() -> None:
    world = World()
    world.fail(path=PUBLISH, drop="after")
    post = world.run(world.post().id)

    assert (post.state, world.calls(PUBLISH)) == (State.PUBLISHED, 1)
    assert world.live(post) == [post.media_id]


def test_call_that_never_arrived_is_repeated() -> None:
    world = World()
    world.fail(path=PUBLISH, drop="before")
    post = world.run(world.post().id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert Happened.NOT_PUBLISHED in world.happened(post)


def test_lost_answer_and_late_list() -> None:
    world = World()
    world.knob("publishing", media_lag_seconds=300)
    world.fail(path=PUBLISH, drop="after")
    post = world.run(world.post(first_comment="#hi").id)

    assert world.live(post) == [post.media_id]
    assert post.comment_id


def test_two_lost_answers_of_equal_posts() -> None:
    world = World()
    world.fail(path=PUBLISH, drop="after", count=2)
    first = world.run(world.post(caption="Same").id)
    second = world.run(world.post(caption="Same").id)

    assert first.media_id != second.media_id
    assert {first.media_id, second.media_id} <= set(world.live(first))


def test_spam_after_effect_is_published_and_stops() -> None:
    world = World()
    world.knob("publishing", spam="after")
    post = world.run(world.post().id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert world.stops.codes == {ACCOUNT: "blocked_as_spam"}
    assert world.reports.stopped == ["blocked_as_spam"]


def test_spam_without_effect_fails_and_stops() -> None:
    world = World()
    world.knob("publishing", spam="before")
    post = world.run(world.post().id)
    other = world.run(world.post().id, hours=0.2)

    assert (post.state, world.live(post)) == (State.FAILED, [])
    assert post.failure
    assert post.failure.code == "blocked_as_spam"
    assert (other.state, world.calls(PUBLISH)) == (State.SCHEDULED, 1)
    assert [one.id for one in world.reports.failures] == [post.id]


def test_stop_is_heard_though_its_report_was_cut_off() -> None:
    world = World()
    world.knob("publishing", spam="before")
    world.reports.kill_next = True
    world.run(world.post().id, hours=1)

    assert world.stops.codes == {ACCOUNT: "blocked_as_spam"}
    assert world.reports.stopped == ["blocked_as_spam"]


def test_processing_of_25_minutes() -> None:
    world = World()
    world.knob("publishing", next_containers=[{"seconds": 1500}])
    post = world.run(world.post(Kind.REEL).id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert world.calls(CREATE) == 1


@pytest.mark.parametrize(("kind", "minutes"), [(Kind.PHOTO, 5), (Kind.REEL, 30)])
def test_endless_processing_needs_review(kind: Kind, minutes: int) -> None:
    world = World()
    world.knob("publishing", next_containers=[{"seconds": 80000}])
    start = world.clock.now()
    post = world.run(world.post(kind).id)

    assert post.state is State.NEEDS_REVIEW
    assert post.failure
    assert post.failure.code == "processing_timeout"
    assert timedelta(minutes=minutes) <= post.failure.at - start < timedelta(minutes=minutes + 2)
    assert world.calls(CREATE) == 1


def test_container_lag_is_waited_for() -> None:
    world = World()
    world.knob("publishing", lag_seconds=150)
    post = world.run(world.post().id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert world.calls(CREATE) == 1


def test_failing_item_is_named() -> None:
    world = World()
    world.knob("publishing", next_containers=[{}, {"failure": 2207026}, {}])
    post = world.run(world.post(Kind.CAROUSEL, 3).id)

    assert (post.state, world.live(post)) == (State.FAILED, [])
    assert post.failure
    assert (post.failure.code, post.failure.item) == ("video_format", 1)
    assert world.calls(CREATE) == 3


def test_failed_download_gets_new_address() -> None:
    world = World()
    world.knob("publishing", next_containers=[{"failure": 2207077, "seconds": 0}])
    post = world.run(world.post(Kind.REEL).id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert (world.calls(CREATE), world.files.made) == (2, 1)


def test_three_containers_are_enough() -> None:
    world = World()
    world.knob("publishing", next_containers=[{"failure": 2207053, "seconds": 0}] * 9)
    post = world.run(world.post(Kind.REEL).id)

    assert (post.state, world.calls(CREATE)) == (State.FAILED, 3)
    assert post.failure
    assert post.failure.code == "upload_failed"


def test_quota_of_one_is_shared() -> None:
    world = World()
    world.knob("publishing", quota_total=1)
    first = world.run(world.post().id)
    second = world.run(world.post().id, hours=2)

    assert (first.state, second.state) == (State.PUBLISHED, State.PREPARING)
    assert second.waiting
    assert second.waiting.code == "quota"
    assert world.calls(PUBLISH) == 1
    assert world.run(second.id).state is State.PUBLISHED


def test_quota_is_not_exceeded_in_parallel() -> None:
    world = World()
    world.knob("publishing", quota_total=2)
    posts = [world.post() for _ in range(4)]
    for _ in range(3):
        for post in posts:
            world.advance(post.id)
            world.prepare(post.id)

    reserved = world.quotas.read(ACCOUNT).reserved
    assert len(reserved) <= 2
    assert world.calls(PUBLISH) == 2


def test_unknown_total_leaves_it_to_instagram() -> None:
    world = World()
    world.knob("publishing", limit_config=False)

    assert world.run(world.post().id).state is State.PUBLISHED


def test_used_up_quota_at_publishing_is_waited_for() -> None:
    world = World()
    world.fail(path=PUBLISH, status=400, code=9, subcode=2207042)
    post = world.run(world.post().id, hours=60)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert post.published_at
    assert post.published_at - post.due_at >= timedelta(hours=1)


def test_expired_container_is_made_again() -> None:
    world = World()
    post = world.post()
    world.knob("publishing", next_containers=[{"seconds": 60}])
    world.advance(post.id)
    world.prepare(post.id)
    world.advance(post.id)
    world.clock.advance(timedelta(hours=25))
    post = world.run(post.id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert world.calls(CREATE) == 2


def test_throttling_is_waited_for() -> None:
    world = World()
    world.knob("throttle", code=80002, minutes=40)
    post = world.run(world.post().id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert post.published_at
    assert post.published_at - post.due_at >= timedelta(minutes=40)


def test_outage_of_an_hour_is_survived() -> None:
    world = World()
    world.fail(path=CREATE, status=500, code=2, count=6)
    post = world.run(world.post().id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)


def test_refused_value_fails_at_once() -> None:
    world = World()
    world.fail(path=CREATE, status=400, code=36003, subcode=2207009)
    post = world.run(world.post().id)

    assert (post.state, world.calls(CREATE)) == (State.FAILED, 1)
    assert post.failure
    assert post.failure.code == "image_ratio"


def test_dead_token_is_reported_and_waited_for() -> None:
    world = World()
    world.fail(path=CREATE, status=400, code=190, subcode=460)
    post = world.run(world.post().id)

    assert world.refused == [ACCOUNT]
    assert post.state is State.PUBLISHED


def test_account_that_needs_a_person_is_reported_once() -> None:
    world = World()
    world.accounts.needs_person = True
    post = world.run(world.post().id, hours=1)

    assert post.state is State.SCHEDULED
    assert world.reports.waiting == ["reconnect_required"]
    world.accounts.needs_person = False
    assert world.run(post.id).state is State.PUBLISHED


def test_late_post_is_skipped_if_it_says_so() -> None:
    world = World()
    skip, publish = world.post(late=Late.SKIP), world.post(late=Late.PUBLISH)
    world.clock.advance(timedelta(minutes=16))

    assert world.run(publish.id).state is State.PUBLISHED
    skipped = world.run(skip.id)
    assert skipped.failure
    assert (skipped.state, skipped.failure.code) == (State.FAILED, "too_late")


def test_post_waits_for_its_time() -> None:
    world = World()
    due_at = world.clock.now() + timedelta(hours=3)
    post = world.run(world.post(due_at=due_at).id)

    assert post.published_at
    assert timedelta() <= post.published_at - due_at < timedelta(minutes=2)


def test_removed_photo_is_not_published() -> None:
    world = World()
    world.not_postable = "photo_not_postable"
    post = world.run(world.post().id)

    assert (post.state, world.live(post)) == (State.FAILED, [])


def test_unreachable_media_is_our_own_failure() -> None:
    world = World()
    world.files.unreachable = True
    post = world.run(world.post().id)

    assert post.failure
    assert (post.state, post.failure.code) == (State.FAILED, "media_not_fetched")
    assert world.calls(CREATE) == 0


def test_failed_comment_leaves_the_post() -> None:
    world = World()
    world.fail(path="/comments", status=400, code=10)
    post = world.run(world.post(first_comment="#hi").id)

    assert post.state is State.PUBLISHED
    assert post.comment_failure
    assert [one.id for one in world.reports.failures] == [post.id]


def test_lost_comment_is_looked_for() -> None:
    world = World()
    world.fail(path="/comments", method="POST", drop="after")
    post = world.run(world.post(first_comment="Hello @friend  #hi").id)

    assert post.comment_id
    assert world.calls("/comments") == 1


def test_large_reel_is_sent_with_facebook_login() -> None:
    world = World()
    world.accounts.login_type = "facebook"
    world.video_size = 150_000_000
    post = world.run(world.post(Kind.REEL).id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)


def test_older_run_stops_by_itself() -> None:
    world = World()
    post = world.post(run=2)
    world.run(post.id, Execution(1, world.clock.now()), hours=0.01)

    assert world.calls(CREATE) == 0


def test_live_post_never_fails() -> None:
    world = World()
    world.knob("publishing", permalink_lag_seconds=10**7)
    post = world.run(world.post(first_comment="#hi").id, hours=0.3)
    world.accounts.needs_person = True
    post = world.run(post.id, hours=24 * 8)

    assert (post.state, post.failure) == (State.PUBLISHED, None)
    assert world.reports.failures == []
    assert not post.is_open


def test_expired_after_lost_answer_is_looked_for() -> None:
    world = World()
    world.knob("publishing", media_lag_seconds=600)
    world.fail(path=PUBLISH, drop="after")
    world.lies = [(b"PUBLISHED", b"EXPIRED")] * 3
    post = world.run(world.post().id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
    assert world.calls(CREATE) == 1


def test_story_by_hand_is_not_taken_for_ours() -> None:
    world = World()
    world.fail(path=PUBLISH, drop="before")
    world.lies = [(b"FINISHED", b"FINISHED"), *[(b"FINISHED", b"ERROR   ")] * 40]
    story = world.post(Kind.STORY)
    world.run(story.id, hours=0.01)
    taken_at = world.clock.now().isoformat()
    by_hand = {"id": "1799", "product_type": "STORY", "taken_at": taken_at}
    world.knob("media", media=[by_hand])
    post = world.run(story.id)

    assert post.state is State.NEEDS_REVIEW
    assert post.media_id is None


def test_spam_after_effect_with_late_state() -> None:
    world = World()
    world.knob("publishing", spam="after")
    world.lies = [(b"PUBLISHED", b"FINISHED")]
    post = world.run(world.post().id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)


def test_comment_that_is_listed_late_is_one_comment() -> None:
    world = World()
    world.fail(path="/comments", method="POST", drop="after")
    world.lies = [(b"#hi", b"#xx")] * 4
    post = world.run(world.post(first_comment="#hi").id)

    assert post.comment_id
    assert world.calls("/comments") == 1


def test_throttled_comment_has_an_end() -> None:
    world = World()
    post = world.post(first_comment="#hi")
    world.fail(path="/comments", method="POST", status=400, code=80002, count=100000)
    post = world.run(post.id, hours=40)

    assert post.state is State.PUBLISHED
    assert post.comment_failure
    assert world.calls("/comments") < 200


def test_unreadable_outcome_has_an_end() -> None:
    world = World()
    world.fail(path=PUBLISH, drop="after")
    post = world.post()
    world.advance(post.id)
    world.prepare(post.id)
    world.advance(post.id)
    world.fail(method="GET", status=500, code=2, count=100000)
    post = world.run(post.id, hours=40)

    assert post.state is State.NEEDS_REVIEW
    assert world.reports.waiting == ["outcome_unknown"]


def test_dead_token_in_the_middle_is_reported_once() -> None:
    world = World()
    world.fail(path=CREATE, status=400, code=190, subcode=460, count=5)
    post = world.run(world.post().id)

    assert post.state is State.PUBLISHED
    assert world.reports.waiting == ["reconnect_required"]


def test_post_that_must_not_be_late_stops_before_publishing() -> None:
    world = World()
    world.knob("publishing", next_containers=[{"seconds": 60}])
    post = world.post(late=Late.SKIP)
    for _ in range(2):
        world.advance(post.id)
        world.prepare(post.id)
    world.stops.codes = {ACCOUNT: "blocked_as_spam"}
    world.advance(post.id)
    world.clock.advance(timedelta(hours=2))
    world.stops.codes = {}
    post = world.run(post.id)

    assert post.failure
    assert (post.failure.code, world.live(post)) == ("too_late", [])


def test_replaced_files_are_deleted_as_well() -> None:
    world = World()
    world.knob("publishing", next_containers=[{"failure": 2207077, "seconds": 0}])
    post = world.run(world.post(Kind.REEL).id)

    assert post.state is State.PUBLISHED
    assert (world.files.made, world.files.files) == (1, {})


def test_lost_file_is_prepared_again() -> None:
    world = World()
    post = world.post()
    world.advance(post.id)
    world.prepare(post.id)
    world.clock.advance(timedelta(hours=30))
    world.files.files.clear()
    post = world.run(post.id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)


def test_last_part_of_a_video_is_not_sent_twice() -> None:
    world = World()
    world.accounts.login_type = "facebook"
    world.video_size = 150_000_000
    world.fail(path="ig-api-upload", drop="after")
    post = world.run(world.post(Kind.REEL).id)

    assert (post.state, len(world.live(post))) == (State.PUBLISHED, 1)
