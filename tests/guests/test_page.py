"""What guests see."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.api.cursor import seal, unseal
from lambdas.kit.clock import FixedClock
from lambdas.kit.errors import InvalidRequest
from lambdas.kit.events import FeedFoundStale
from lambdas.storage import keys
from lambdas.storage.events.feed_state import FeedStateStore, Outcome
from lambdas.storage.events.post import MediaKind, Post, PostPicture, PostStore
from tests.conftest import NOW, Aws
from tests.guests.conftest import EVENT, Guest, Site, Tags, announced
from tests.pictures.drawing import draw_photo

HOSTILE = '<script>alert("1")</script>\'&"'


def post(
    number: int,
    taken_at: datetime = NOW,
    kind: MediaKind = MediaKind.IMAGE,
    pictures: tuple[PostPicture, ...] = (),
    **texts: str,
) -> Post:
    still = "https://x.cdninstagram.com/a.jpg"
    picture = PostPicture(f"p{number}", MediaKind.IMAGE, 1080, 1350, still)
    values = {
        "product_type": "FEED",
        "caption": "Hello",
        "permalink": "https://www.instagram.com/p/x/",
        "username": "shop",
    } | texts
    made = Post(EVENT, f"{number}", kind, taken_at=taken_at, pictures=pictures or (picture,))
    return replace(made, **values)  # type: ignore[arg-type]


def test_photos_and_posts_share_one_list(guest: Guest, site: Site) -> None:
    PostStore(site.table).put(post(1, NOW))
    PostStore(site.table).put(post(2, NOW - timedelta(hours=5)))
    photo_id = guest.share(draw_photo(taken="2026:04:29 08:00:00"))

    tiles = [
        tag["data-item"]
        for tag in Tags(guest.reading.get(f"/g/{EVENT}", accept="text/html").text).all("li")
    ]

    assert tiles == ["1", photo_id, "2"]
    assert [item["id"] for item in guest.photos()] == tiles


def test_pictures_have_three_widths(guest: Guest) -> None:
    guest.share(draw_photo(size=(3000, 2000)))

    [image] = Tags(guest.reading.get(f"/g/{EVENT}").text).all("img")

    assert (image["width"], image["height"], image["loading"]) == ("2000", "1333", "lazy")
    assert [part.split()[-1] for part in (image["srcset"] or "").split(", ")] == [
        "480w",
        "1080w",
        "2000w",
    ]
    assert image["alt"]


def test_foreign_text_is_escaped(guest: Guest, site: Site) -> None:
    hostile = post(
        1, caption=HOSTILE, username=HOSTILE, permalink="https://www.instagram.com/" + HOSTILE
    )
    PostStore(site.table).put(hostile)

    page = guest.reading.get(f"/g/{EVENT}").text

    assert "<script>alert" not in page
    assert [tag for tag in Tags(page).all("script") if "src" not in tag] == []


def test_only_web_addresses_become_links(guest: Guest, site: Site) -> None:
    PostStore(site.table).put(post(1, permalink="javascript:alert(1)"))

    page = guest.reading.get(f"/g/{EVENT}")

    assert "javascript:" not in page.text
    assert "permalink" not in guest.photos()[0]


def test_incomplete_posts_show_what_exists(guest: Guest, site: Site) -> None:
    nothing, still = (
        PostPicture("p1", MediaKind.IMAGE),
        PostPicture("p2", MediaKind.IMAGE, 1080, 1080, "https://x.cdninstagram.com/b.jpg"),
    )
    bare = PostPicture("p3", MediaKind.VIDEO, video_url="https://x/v.mp4")
    PostStore(site.table).put(post(1, kind=MediaKind.CAROUSEL, pictures=(nothing, still)))
    PostStore(site.table).put(post(2, NOW - timedelta(hours=1), MediaKind.VIDEO, pictures=(bare,)))

    album, video = guest.photos()
    page = Tags(guest.reading.get(f"/g/{EVENT}").text)

    assert album["urls"]["thumb"]
    assert len(page.all("img")) == 1
    assert "https://x/v.mp4" in [link.get("data-video") for link in page.all("a")]
    assert video["video_url"] == "https://x/v.mp4"


def test_policy_forbids_foreign_content(guest: Guest) -> None:
    policy = guest.reading.get(f"/g/{EVENT}", accept="text/html").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_device_keys_are_stored_hashed(guest: Guest, fake_aws: Aws) -> None:
    assert guest.reading.get(f"/g/{EVENT}").cookies == []
    [cookie] = guest.announce(announced(b"first")).cookies
    assert {"HttpOnly", "Secure", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert guest.announce(announced(b"second")).cookies == []

    guest.share(draw_photo())

    key = guest.reading.cookies["daybook_device"]
    assert key not in json.dumps(boto3.client("dynamodb").scan(TableName=fake_aws.table)["Items"])


@pytest.mark.parametrize("path", ["", "/tiles", "/photos"])
def test_only_public_answers_are_cached(guest: Guest, path: str) -> None:
    public = guest.reading.get(f"/g/{EVENT}{path}")
    same_again = guest.reading.get(f"/g/{EVENT}{path}")
    guest.share(draw_photo())
    own = guest.reading.get(f"/g/{EVENT}{path}")

    assert (
        public.headers["cache-control"]
        == "public, max-age=0, s-maxage=5, stale-while-revalidate=30"
    )
    assert public.text == same_again.text
    assert own.headers["cache-control"] == "private, no-cache"
    assert {answer.headers["vary"] for answer in (public, own)} == {"Cookie"}


@pytest.mark.parametrize(
    "path",
    ["/g/nope", "/g/2026-04-29/upload", "/g/2026-04-29/uploads?ids=x", "/g/2026-04-29?limit=0"],
)
def test_errors_and_grants_are_never_cached(guest: Guest, path: str) -> None:
    path, _, query = path.partition("?")
    browser = guest.sending if "/upload" in path else guest.reading
    answer = browser.get(path, dict([query.split("=")]) if query else None)

    assert answer.headers["cache-control"] == "no-store"


def test_only_senders_delete_photos(guest: Guest, stranger: Guest) -> None:
    photo_id = guest.share(draw_photo())

    assert [item["mine"] for item in guest.photos()] == [True]
    assert [item["mine"] for item in stranger.photos()] == [False]
    refused = stranger.sending.delete(f"/g/{EVENT}/photos/{photo_id}")
    assert (refused.status, refused.json["error"]["code"]) == (403, "not_your_photo")
    assert guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 204
    assert guest.photos() == []
    assert guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 404


def test_deleted_photos_can_be_sent_again(guest: Guest, fake_aws: Aws) -> None:
    body = draw_photo()
    photo_id = guest.share(body)

    guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}")

    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=fake_aws.bucket)
    assert guest.share(body) == photo_id
    assert len(guest.photos()) == 1


def test_pages_have_no_gaps_or_repeats(guest: Guest, site: Site) -> None:
    for number in range(25):
        PostStore(site.table).put(post(number, NOW - timedelta(minutes=number // 2)))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = guest.reading.get(
            f"/g/{EVENT}/photos", {"limit": "7"} | ({"cursor": cursor} if cursor else {})
        ).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 25
    assert seen == [item["id"] for item in guest.photos(limit="100")]


def test_full_last_page_has_no_next(guest: Guest, site: Site) -> None:
    for number in range(4):
        PostStore(site.table).put(post(number))

    assert guest.reading.get(f"/g/{EVENT}/photos", {"limit": "4"}).json["next"] is None


@pytest.mark.parametrize(
    "limit", ["0", "-1", "1e9", "101", "1000000000", "", "ten", "1.5", "٣", " 5", "+5"]
)
def test_invalid_limits_are_refused(guest: Guest, limit: str) -> None:
    answer = guest.reading.get(f"/g/{EVENT}/photos", {"limit": limit})

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_limit")


def test_changed_cursors_are_refused(guest: Guest, site: Site) -> None:
    for number in range(3):
        PostStore(site.table).put(post(number))
    cursor = guest.reading.get(f"/g/{EVENT}/photos", {"limit": "1"}).json["next"]
    flipped = ("B" if cursor[5] == "A" else "A").join((cursor[:5], cursor[6:]))

    for bad in (flipped, cursor[:-1], cursor + "A", "", "x", cursor + "=", "é", "A" * 2000):
        answer = guest.reading.get(f"/g/{EVENT}/photos", {"cursor": bad})
        assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_cursor"), bad
    assert guest.reading.get("/g/2026-04-30/photos", {"cursor": cursor}).status == 400, (
        "a cursor belongs to its event"
    )


@settings(max_examples=300)
@given(st.data())
def test_only_issued_cursors_are_accepted(data: st.DataObject) -> None:
    cursor = seal(EVENT, {"pk": "a", "sk": "b"}, "secret") or ""
    assert unseal(EVENT, cursor, "secret") == {"pk": "a", "sk": "b"}
    deployment = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters().filter(lambda character: character != cursor[deployment]))

    with pytest.raises(InvalidRequest):
        unseal(EVENT, cursor[:deployment] + other + cursor[deployment + 1 :], "secret")


@pytest.mark.parametrize(
    "path",
    [
        "/g/nowhere",
        "/g/2026-02-30",
        "/g/nowhere/photos",
        "/g/%3Cscript%3E",
        "/g/2026-04-29\n",
        "/nothing",
        "/g/",
    ],
)
def test_unknown_events_are_not_found(guest: Guest, path: str) -> None:
    machine = guest.reading.get(path)
    assert (machine.status, machine.headers["content-type"]) == (404, "application/json")
    assert set(machine.json["error"]) == {"code", "message", "request_id"}

    person = guest.reading.get(path, accept="text/html,application/xhtml+xml")
    if path.startswith("/g/"):
        assert (person.status, person.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "<h1>" in person.text


def test_head_has_no_body(guest: Guest) -> None:
    answer = guest.reading.send("HEAD", f"/g/{EVENT}", None, {})

    assert (answer.status, answer.text) == (200, "")


def test_unchanged_lists_are_not_resent(guest: Guest) -> None:
    guest.share(draw_photo(seed=1))
    for path in (f"/g/{EVENT}/photos", f"/g/{EVENT}/tiles"):
        etag = guest.reading.get(path).headers["etag"]
        assert guest.reading.get(path, if_none_match=etag).status == 304
    guest.share(draw_photo(seed=2))
    assert guest.reading.get(f"/g/{EVENT}/tiles", if_none_match=etag).status == 200


def test_assets_are_compressed_and_immutable(guest: Guest) -> None:
    [script] = Tags(guest.reading.get(f"/g/{EVENT}").text).all("script")
    path = (script["src"] or "").removeprefix("https://photos.example.com")

    answer = guest.reading.get(path, accept_encoding="gzip")

    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["cache-control"]
    assert "javascript" in answer.headers["content-type"]
    for outside in ("/assets/build.json", "/assets/..%2f..%2fhandlers.py", "/assets/page.js"):
        assert guest.reading.get(outside).status == 404


def test_internal_errors_reveal_nothing(fake_aws: Aws, clock: FixedClock) -> None:
    guest = Guest(Site(fake_aws, clock, table_name="no-such-table"))

    answer = guest.reading.get(f"/g/{EVENT}/photos")

    assert answer.status == 500
    assert answer.json["error"]["code"] == "internal"
    assert "no-such-table" not in answer.text


class TestInstagramState:
    """What the page says of its Instagram posts, and which view starts a refresh."""

    def test_one_view_starts_the_refresh(self, guest: Guest, site: Site) -> None:
        for _ in range(5):
            guest.reading.get(f"/g/{EVENT}")
            guest.photos()

        assert site.bus.published == [FeedFoundStale(EVENT)]

    def test_fresh_posts_are_not_refreshed(self, guest: Guest, site: Site) -> None:
        store = FeedStateStore(site.table, timedelta(minutes=5))
        store.synced(EVENT, site.clock.now())

        state = guest.reading.get(f"/g/{EVENT}/photos").json["instagram"]

        assert state["state"] == "fresh"
        assert state["synced_at"].endswith("Z")
        assert site.bus.published == []

    @pytest.mark.parametrize("outcome", [Outcome.UNAVAILABLE, Outcome.NOT_CONNECTED])
    def test_photos_do_not_need_instagram(self, guest: Guest, site: Site, outcome: Outcome) -> None:
        photo_id = guest.share(draw_photo())
        FeedStateStore(site.table, timedelta(minutes=5)).failed(EVENT, outcome, site.clock.now())

        answer = guest.reading.get(f"/g/{EVENT}/photos")

        assert (answer.status, answer.json["instagram"]["state"]) == (200, outcome.value)
        assert [item["id"] for item in answer.json["items"]] == [photo_id]

    def test_pages_do_not_need_the_bus(self, guest: Guest, site: Site) -> None:
        site.bus.broken = True

        assert guest.reading.get(f"/g/{EVENT}").status == 200

    def test_one_claim_wins_until_it_expires(self, site: Site, clock: FixedClock) -> None:
        store = FeedStateStore(site.table, timedelta(minutes=5))

        assert [store.claim(EVENT, clock.now()) for _ in range(10)].count(True) == 1
        clock.advance(timedelta(minutes=3))
        assert store.claim(EVENT, clock.now())

    def test_feed_state_follows_time(self, site: Site, clock: FixedClock) -> None:
        freshness = timedelta(minutes=5)
        store = FeedStateStore(site.table, freshness)
        assert store.get(EVENT).label(clock.now(), freshness) == "stale"
        store.synced(EVENT, clock.now())
        assert store.get(EVENT).label(clock.now(), freshness) == "fresh"
        clock.advance(timedelta(minutes=5, seconds=1))
        assert store.get(EVENT).label(clock.now(), freshness) == "stale"
        assert store.get(EVENT).due(clock.now())
        store.failed(EVENT, Outcome.UNAVAILABLE, clock.now())
        assert store.get(EVENT).label(clock.now(), freshness) == "unavailable"
        assert store.get(EVENT).synced_at == NOW
        clock.advance(timedelta(minutes=1))
        assert store.get(EVENT).due(clock.now()), "after a failure the next view tries sooner"


class TestOperators:
    """What operators alone see."""

    def test_operators_get_unshowable_originals(self, guest: Guest, site: Site) -> None:
        photo_id = guest.share(b"no picture", name="notes.jpg")

        [photo] = site.operate(f"/events/{EVENT}/photos").json["photos"]

        assert (photo["id"], photo["name"], photo["reason"], photo["size"]) == (
            photo_id,
            "notes.jpg",
            "no_preview",
            10,
        )
        assert "response-content-disposition=attachment" in photo["original_url"]
        assert "response-content-type=application%2Foctet-stream" in photo["original_url"]

    @pytest.mark.parametrize("groups", [None, "", "[]", "[guests]", "[nooperators]", ["guests"]])
    def test_other_people_are_forbidden(self, site: Site, groups: object) -> None:
        answer = site.operate(f"/events/{EVENT}/photos", groups=groups)

        assert (answer.status, answer.json["error"]["code"]) == (403, "operators_only")

    def test_unknown_states_and_events_are_refused(self, site: Site) -> None:
        assert site.operate(f"/events/{EVENT}/photos", {"state": "lost"}).status == 400
        assert site.operate("/events/nowhere/photos", groups="[a operators]").status == 404


def test_hidden_states_appear_nowhere(guest: Guest, stranger: Guest, site: Site) -> None:
    waiting = guest.send(draw_photo(seed=1))
    review = guest.share(b"no picture")
    body = draw_photo(seed=3)
    hidden = guest.share(body)
    photo = site.photos.get(EVENT, hidden)
    assert photo is not None
    site.table.update_item(
        Key=keys.row_key(EVENT, keys.photo_row(hidden)),
        UpdateExpression="SET #s = :h REMOVE timeline_pk, timeline_sk",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":h": "hidden"},
    )

    for viewer in (guest, stranger):
        for path in (f"/g/{EVENT}", f"/g/{EVENT}/photos", f"/g/{EVENT}/tiles"):
            text = viewer.reading.get(path).text
            assert not [photo_id for photo_id in (waiting, review, hidden) if photo_id in text], (
                path
            )
    for photo_id in (waiting, review, hidden):
        assert stranger.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 404
    assert stranger.announce(announced(body)).json["uploads"] == [
        {"id": None, "status": "duplicate"}
    ]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["limit", "cursor", "ids", "sent"]), st.text(max_size=20), max_size=3
    ),
)
def test_strange_addresses_cause_no_error(
    guest: Guest, event_id: str, query: dict[str, str]
) -> None:
    for browser, suffix in (
        (guest.reading, ""),
        (guest.reading, "/photos"),
        (guest.sending, "/uploads"),
        (guest.sending, "/upload"),
    ):
        assert browser.get(f"/g/{event_id}{suffix}", query).status in (200, 400, 404)


def test_whole_days_have_no_times(guest: Guest, site: Site) -> None:
    site.made_event("one-day", date="2026-05-02", time_zone="Europe/Berlin")
    window = {"starts_at": "2026-05-02T16:00:00Z", "ends_at": "2026-05-03T02:00:00Z"}
    body = {"id": "evening", "title": "Evening", "time_zone": "UTC", **window}
    assert site.host("POST", body=body).status == 201

    def when(event: str) -> str:
        page = guest.reading.get(f"/g/{event}").text
        return page.partition('class="head-when">')[2].partition("</p>")[0]

    assert when("one-day") == "2 May 2026"
    assert "2 May 2026, 16:00" in when("evening")
