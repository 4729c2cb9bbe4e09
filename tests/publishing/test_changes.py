"""Changing, cancelling and repeating posts."""

from __future__ import annotations

from datetime import timedelta

from lambdas.publishing.history import Step
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.records import Failure, Post, PublishAt
from lambdas.publishing.states import State
from lambdas.storage.events.deletion_mark import DeletionMarks
from tests.conftest import NOW, Aws
from tests.publishing.site import ACCOUNT, PATH, Site, at, url

FAILURE = Failure(code="processing_failed", message="It failed.", at=NOW)


def test_posts_are_changed(site: Site) -> None:
    post = site.made(caption="Hello", publish_at=at())
    answer = site.patch(post, {"caption": "Good bye", "location_id": "42"})

    assert (answer.status, answer.json["version"], answer.headers["etag"]) == (200, 1, '"1"')
    assert site.stored(post).run == 1
    assert (answer.json["caption"], answer.json["location_id"]) == ("Good bye", "42")
    assert answer.json["due_at"] == post["due_at"]


def test_moved_posts_move_their_schedule(site: Site) -> None:
    post = site.made(publish_at=at())
    site.patch(post, {"publish_at": at("2026-05-01T09:00")})

    # An execution that waits for the old time is not the post's any more.
    assert site.stored(post).run == 2
    assert site.schedules() == {post["id"]: "at(2026-05-01T07:00:00)"}


def test_a_time_is_taken_away(site: Site) -> None:
    post = site.made(publish_at=at())
    answer = site.patch(post, {"publish_at": None})

    assert answer.json["due_at"] == "2026-04-29T18:00:00Z"
    assert (site.schedules(), site.started()) == ({}, [post["id"]])


def test_drafts_are_scheduled_and_taken_back(site: Site) -> None:
    draft = site.made(draft=True, publish_at=at())
    scheduled = site.patch(draft, {"draft": False}).json
    assert list(site.schedules()) == [draft["id"]]
    answer = site.patch(scheduled, {"draft": True})

    assert (answer.json["state"], site.schedules()) == ("draft", {})


def test_the_whole_post_is_checked_again(site: Site) -> None:
    post = site.made(publish_at=at())
    answer = site.patch(post, {"kind": "reel", "caption": "x" * 2201, "colour": 1, "account": "1"})
    assert [one["field"] for one in answer.json["problems"]] == ["account"]

    answer = site.patch(post, {"kind": "reel", "caption": "x" * 2201, "colour": 1})
    found = {one["field"] for one in answer.json["problems"]}
    assert found == {"colour", "caption", "media[0].source"}
    assert site.stored(post).version == 0


def test_changes_name_their_version(site: Site) -> None:
    post = site.made(draft=True)
    bare = site.operator.send(
        "PATCH", f"{PATH}/{post['id']}", {}, {"content-type": "application/json"}, "{}"
    )

    assert (bare.status, bare.json["error"]["code"]) == (400, "if_match_required")
    assert site.patch(post, {}, version="x").json["error"]["code"] == "invalid_if_match"
    assert site.patch(post, {}, version=7).json["error"]["code"] == "changed_meanwhile"


def test_of_two_editors_one_wins(site: Site) -> None:
    post = site.made(draft=True)
    first, second = site.patch(post, {"caption": "A"}), site.patch(post, {"caption": "B"})

    assert (first.status, second.status) == (200, 409)
    assert second.json["error"]["code"] == "changed_meanwhile"
    assert second.json["version"] == 1
    assert site.stored(post).caption == "A"


class Racing(DynamoLedger):
    """A ledger in which another writer is faster once."""

    def save(self, old: Post, new: Post, step: Step | None = None) -> Post:
        """Write what the other one changes before."""
        if not getattr(self, "done", False):
            object.__setattr__(self, "done", True)
            self.save(old, old)
        return super().save(old, new, step)


def test_editors_at_the_same_moment(fake_aws: Aws) -> None:
    site = racing(fake_aws)
    post = site.made(draft=True)
    answer = site.patch(post, {"caption": "A"})

    assert (answer.status, answer.json["error"]["code"]) == (409, "changed_meanwhile")
    assert site.patch(post, {"caption": "A"}, version=1).status == 200


def test_cancelling_wins_over_a_step(fake_aws: Aws) -> None:
    site = racing(fake_aws)
    post = site.made(publish_at=at())

    assert site.cancel(post).json["state"] == "cancelled"


def racing(aws: Aws) -> Site:
    """Return a site where the first change is overtaken."""
    marks = DeletionMarks(aws.clients.table(aws.table))
    site = Site(aws, ledger=Racing(aws.clients.table(aws.posts), marks, "main"))
    site.connect()
    return site


def test_started_posts_do_not_change(site: Site) -> None:
    post = site.made()
    for state in ("preparing", "publishing", "published", "failed"):
        version = site.become(post, state=State(state)).version
        answer = site.patch(post, {"caption": "A"}, version=version)

        assert (answer.status, answer.json["error"]["code"]) == (409, "not_changeable")


def test_posts_are_cancelled(site: Site) -> None:
    post = site.made(publish_at=at())
    answer, again = site.cancel(post), site.cancel(post)

    assert (answer.status, answer.json["state"]) == (200, "cancelled")
    assert (again.status, again.json["version"]) == (200, 1)
    assert site.schedules() == {}


def test_running_posts_are_cancelled_until_they_are_published(site: Site) -> None:
    post = site.made()
    site.become(post, state=State.PUBLISHING)
    assert site.cancel(post).json["error"]["code"] == "being_published"

    site.become(post, state=State.PROCESSING)
    assert site.cancel(post).json["state"] == "cancelled"


def test_published_posts_are_deleted_where_the_api_can(site: Site, fake_aws: Aws) -> None:
    post = site.made()
    site.become(post, state=State.PUBLISHED, media_id="1799", published_at=NOW)
    answer = site.cancel(post)
    assert (answer.status, answer.json["error"]["code"]) == (409, "not_deletable")

    deleter = Deleter()
    other = Site(fake_aws, media_deleter=deleter)
    found = other.cancel(post).json
    assert (found["state"], found["deleted_at"]) == ("cancelled", "2026-04-29T18:00:00Z")
    assert (deleter.deleted, found["media_id"]) == (["1799"], "1799")


class Deleter:
    """Deletes nothing, and remembers what."""

    def __init__(self) -> None:
        self.deleted: list[str | None] = []

    def delete(self, post: Post) -> None:
        """Remember a post's media object."""
        self.deleted.append(post.media_id)


def test_failed_posts_are_tried_again(site: Site) -> None:
    post = site.made(publish_at=at())
    site.become(post, state=State.FAILED, failure=FAILURE, attempts=3, reported=True)
    site.clock.advance(timedelta(days=2))
    answer = site.act(post, "retry")

    assert (answer.json["state"], answer.json["failure"]) == ("scheduled", None)
    assert (answer.json["due_at"], answer.json["publish_at"]) == ("2026-05-01T18:00:00Z", None)
    stored = site.stored(post)
    assert (stored.run, stored.attempts, stored.reported) == (2, 0, False)
    assert site.started() == [post["id"]]


def test_only_failed_posts_are_tried_again(site: Site) -> None:
    answer = site.act(site.made(publish_at=at()), "retry")

    assert (answer.status, answer.json["error"]["code"]) == (409, "not_failed")


def test_unknown_outcomes_need_a_person(site: Site) -> None:
    post = site.made()
    site.become(post, state=State.NEEDS_REVIEW, failure=FAILURE)

    assert site.act(post, "retry").json["error"]["code"] == "confirmation_required"
    assert site.act(post, "retry", {"confirmed": "yes"}).status == 409
    assert site.act(post, "retry", {"sure": True}).status == 400
    assert site.act(post, "retry", {"confirmed": "not_published"}).json["state"] == "scheduled"


def test_scheduled_posts_are_published_now(site: Site) -> None:
    post = site.made(publish_at=at())
    answer = site.act(post, "publish-now")

    assert (answer.status, answer.json["publish_at"]) == (200, None)
    assert (site.schedules(), site.started()) == ({}, [post["id"]])


def test_posts_on_their_way_stay_as_they_are(site: Site) -> None:
    post = site.made()
    site.become(post, state=State.PREPARING)
    assert site.act(post, "publish-now").json["state"] == "preparing"

    site.become(post, state=State.PUBLISHED, media_id="1799")
    assert site.act(post, "publish-now").status == 409


def test_drafts_without_consent_are_not_published(site: Site) -> None:
    photo = {"photo": {"event": "wedding", "id": "photo1"}}
    post = site.made(draft=True, media=[{"source": photo}])
    site.photos.postable.clear()
    answer = site.act(post, "publish-now")

    assert (answer.status, site.stored(post).state) == (400, State.DRAFT)


def test_copies_are_new_drafts(site: Site) -> None:
    post = site.made(caption="Hello", publish_at=at(), media=[{"source": url(), "alt_text": "A"}])
    answer = site.act(post, "duplicate")

    assert (answer.status, answer.json["state"], answer.json["publish_at"]) == (201, "draft", None)
    assert (answer.json["caption"], answer.json["media"]) == (post["caption"], post["media"])
    assert answer.json["id"] != post["id"]
    assert answer.json["client_request_id"] != post["client_request_id"]
    assert site.patch(answer.json, {"draft": False}).json["state"] == "scheduled"


def test_unknown_posts_are_not_found(site: Site) -> None:
    for post_id in (f"{ACCOUNT}.0", "1", "OPEN.x", "..", "x" * 200):
        assert site.get(post_id).status == 404
        assert site.cancel({"id": post_id}).status == 404


def test_history_is_shown(site: Site) -> None:
    post = site.made(publish_at=at())
    site.patch(post, {"caption": "A"})
    site.cancel(post)
    found = site.get(post["id"])

    assert found.headers["etag"] == '"2"'
    steps = [(one["what"], one["state"], one["by"]) for one in found.json["history"]]
    assert steps == [
        ("created", "scheduled", "ola"),
        ("changed", "scheduled", "ola"),
        ("cancelled", "cancelled", "ola"),
    ]


def test_changed_zone_rules_do_not_stop_a_change(site: Site) -> None:
    post = site.made(publish_at=at())
    other = PublishAt(wall="2026-04-30T18:00", zone="Europe/Berlin", instant=NOW)
    site.become(post, publish_at=other, due_at=NOW)
    answer = site.patch(post, {"caption": "A"}, version=1)

    assert answer.json["due_at"] == "2026-04-30T16:00:00Z"
