"""Hosts take Instagram posts from the page: their copies are public only while they are on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.pictures.sizes import SIZES
from lambdas.storage import object_keys
from lambdas.storage.events.post import MediaKind, Post, PostPicture, PostStore
from tests.conftest import NOW
from tests.guests.conftest import Guest, Site
from tests.guests.hosts import Host
from tests.guests.test_moderation import sweep
from tests.guests.test_visibility import Failing, marks
from tests.guests.test_wall import fill, late
from tests.json_types import JsonObject


@pytest.fixture
def post(site: Site) -> Post:
    """Provide a post with one copied picture, and one that is not copied yet."""
    event = site.made_event()
    copied = PostPicture("p1", MediaKind.IMAGE, 1080, 1350, "https://x.cdninstagram.com/1.jpg")
    bare = PostPicture("p2", MediaKind.IMAGE, still_url="https://x.cdninstagram.com/2.jpg")
    made = Post(event, "1", MediaKind.CAROUSEL, NOW, (copied, bare), caption="Hello")
    PostStore(site.table).put(made)
    site.dependencies.objects.write_shown(event, "p1", dict.fromkeys(SIZES, b"picture"))
    return made


@pytest.fixture
def anna(site: Site, post: Post) -> Host:
    """Provide a host of the post's event."""
    return Host(site, post.event_id)


def hide(host: Host, hidden: bool = True) -> JsonObject:
    answer = host.ask("PATCH", "/posts/1", {"hidden": hidden})
    assert answer.status == 200, answer.text
    found: JsonObject = answer.json
    return found


def private(post: Post) -> set[str]:
    return set(object_keys.pending_objects(post.event_id, "p1", SIZES))


def public(post: Post) -> set[str]:
    return set(object_keys.shown_objects(post.event_id, "p1", SIZES))


def test_copies_are_private_while_hidden(anna: Host, site: Site, post: Post) -> None:
    urls = hide(anna)["urls"]

    assert (site.objects(), marks(site)) == (private(post), [])
    assert f"/{object_keys.pending_object(post.event_id, 'p1', 'large')}?" in urls["large"]
    assert anna.ask("GET", "/posts").json["posts"][0]["urls"].keys() == set(SIZES)


def test_copies_come_back(anna: Host, site: Site, post: Post) -> None:
    hide(anna)

    urls = hide(anna, False)["urls"]

    assert (public(post) <= site.objects(), marks(site)) == (True, [])
    assert f"/{object_keys.shown_object(post.event_id, 'p1', 'large')}?" in urls["large"]


@pytest.mark.parametrize("hidden", [True, False])
def test_crashes_before_objects_are_finished(
    anna: Host, site: Site, post: Post, hidden: bool
) -> None:
    if not hidden:
        hide(anna)
    with Failing(site):
        assert anna.ask("PATCH", "/posts/1", {"hidden": hidden}).status == 500

    sweep(site, timedelta(minutes=6))

    assert (public(post) <= site.objects(), marks(site)) == (not hidden, [])
    assert private(post) <= site.objects()


def test_posts_without_copies_are_hidden(anna: Host, site: Site, post: Post) -> None:
    blank = tuple(replace(one, width=None, height=None) for one in post.pictures)
    PostStore(site.table).put(replace(post, pictures=blank))

    assert hide(anna)["urls"] == {}


def test_marks_without_a_post_delete_copies(anna: Host, site: Site, post: Post) -> None:
    with Failing(site):
        anna.ask("PATCH", "/posts/1", {"hidden": True})
    PostStore(site.table).delete(post)

    sweep(site, timedelta(minutes=6))

    assert (site.objects(), marks(site)) == (set(), [])


def test_deleted_events_take_private_copies_along(anna: Host, site: Site, post: Post) -> None:
    hide(anna)
    site.host("DELETE", f"/events/{post.event_id}")

    site.dependencies.event_removal.run(100, site.clock.now() + timedelta(seconds=30))

    assert site.objects() == set()


def test_dropped_posts_are_gone_for_hosts(anna: Host, site: Site, post: Post) -> None:
    hide(anna)
    assert PostStore(site.table).drop(post)

    assert anna.ask("GET", "/posts").json["posts"] == []
    assert anna.ask("PATCH", "/posts/1", {"hidden": False}).status == 404
    assert anna.ask("GET", "/event").json["counts"]["posts_hidden"] == 0


def test_shown_posts_are_not_dropped(site: Site, post: Post) -> None:
    assert not PostStore(site.table).drop(post)

    assert PostStore(site.table).of_event(post.event_id) == {"1": post}


def test_posts_that_come_back_are_on_the_wall(
    anna: Host, guest: Guest, site: Site, post: Post
) -> None:
    hide(anna)
    fill(site, post.event_id, first=2)
    hide(anna, False)

    assert late(guest, post.event_id) == ["1"]
