"""What guests see."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.guests import dependencies as feature
from lambdas.guests import handlers
from lambdas.guests.cursor import seal, unseal
from lambdas.kit.clock import FixedClock
from lambdas.kit.errors import InvalidRequest
from lambdas.storage import keys
from lambdas.storage.events.feed_state import FeedStateStore, Outcome
from lambdas.storage.events.post import Post, PostPicture, PostStore
from tests.conftest import NOW, Aws
from tests.guests.conftest import EVENT, Guest, announced
from tests.lambda_events import Browser
from tests.pictures.drawing import draw_photo

Facts = Callable[[], list[Any]]

HOSTILE = '<script>alert("1")</script>\'&"'


class Tags(HTMLParser):
    """Collects a page's tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of all tags of a kind."""
        return [attributes for found, attributes in self.found if found == tag]


def post(number: int, taken_at: datetime = NOW, kind: str = "image", **options: Any) -> Post:
    pictures = options.pop(
        "pictures",
        (PostPicture(f"p{number}", "image", 1080, 1350, "https://x.cdninstagram.com/a.jpg"),),
    )
    values = {
        "product_type": "FEED",
        "caption": "Hello",
        "permalink": "https://www.instagram.com/p/x/",
        "username": "shop",
    } | options
    return Post(EVENT, f"{number}", kind, taken_at=taken_at, pictures=pictures, **values)


def test_the_page_shows_photos_and_posts_in_one_list_by_time(guest: Guest, fake_aws: Aws) -> None:
    PostStore(fake_aws.table).put(post(1, NOW))
    PostStore(fake_aws.table).put(post(2, NOW - timedelta(hours=5)))
    photo_id = guest.share(draw_photo(taken="2026:04:29 08:00:00"))

    tiles = [
        tag["data-item"]
        for tag in Tags(guest.reading.get(f"/g/{EVENT}", accept="text/html").text).all("li")
    ]

    assert tiles == ["1", photo_id, "2"]
    assert [item["id"] for item in guest.photos()] == tiles


def test_pictures_are_lazy_sized_and_come_in_three_widths(guest: Guest) -> None:
    guest.share(draw_photo(size=(3000, 2000)))

    [image] = Tags(guest.reading.get(f"/g/{EVENT}").text).all("img")

    assert (image["width"], image["height"], image["loading"]) == ("2000", "1333", "lazy")
    assert [part.split()[-1] for part in (image["srcset"] or "").split(", ")] == [
        "480w",
        "1080w",
        "2000w",
    ]
    assert image["alt"]


def test_nothing_a_stranger_wrote_is_markup(guest: Guest, fake_aws: Aws) -> None:
    hostile = post(
        1, caption=HOSTILE, username=HOSTILE, permalink="https://www.instagram.com/" + HOSTILE
    )
    PostStore(fake_aws.table).put(hostile)

    page = guest.reading.get(f"/g/{EVENT}").text

    assert "<script>alert" not in page
    assert [tag for tag in Tags(page).all("script") if "src" not in tag] == []


def test_a_permalink_that_is_no_web_address_is_no_link(guest: Guest, fake_aws: Aws) -> None:
    PostStore(fake_aws.table).put(post(1, permalink="javascript:alert(1)"))

    page = guest.reading.get(f"/g/{EVENT}")

    assert "javascript:" not in page.text
    assert "permalink" not in guest.photos()[0]


def test_a_post_is_shown_by_what_of_it_can_be_shown(guest: Guest, fake_aws: Aws) -> None:
    nothing, still = (
        PostPicture("p1", "image"),
        PostPicture("p2", "image", 1080, 1080, "https://x.cdninstagram.com/b.jpg"),
    )
    bare = PostPicture("p3", "video", video_url="https://x/v.mp4")
    PostStore(fake_aws.table).put(post(1, kind="carousel", pictures=(nothing, still)))
    PostStore(fake_aws.table).put(post(2, NOW - timedelta(hours=1), "video", pictures=(bare,)))

    album, video = guest.photos()
    page = Tags(guest.reading.get(f"/g/{EVENT}").text)

    assert album["urls"]["thumb"]
    assert len(page.all("img")) == 1
    assert "https://x/v.mp4" in [link.get("data-video") for link in page.all("a")]
    assert video["video_url"] == "https://x/v.mp4"


def test_pages_forbid_everything_that_is_not_ours(guest: Guest) -> None:
    policy = guest.reading.get(f"/g/{EVENT}", accept="text/html").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_device_is_remembered_when_it_sends_and_only_its_hash_is_stored(
    guest: Guest, fake_aws: Aws
) -> None:
    assert guest.reading.get(f"/g/{EVENT}").cookies == []
    [cookie] = guest.announce(announced(b"first")).cookies
    assert {"HttpOnly", "Secure", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert guest.announce(announced(b"second")).cookies == []

    guest.share(draw_photo())

    key = guest.reading.cookies["daybook_device"]
    assert key not in json.dumps(boto3.client("dynamodb").scan(TableName=fake_aws.table)["Items"])


@pytest.mark.parametrize("path", ["", "/tiles", "/photos"])
def test_only_what_everybody_sees_may_be_kept_by_an_edge(guest: Guest, path: str) -> None:
    anybodys = guest.reading.get(f"/g/{EVENT}{path}")
    same_again = guest.reading.get(f"/g/{EVENT}{path}")
    guest.share(draw_photo())
    own = guest.reading.get(f"/g/{EVENT}{path}")

    assert (
        anybodys.headers["cache-control"]
        == "public, max-age=0, s-maxage=5, stale-while-revalidate=30"
    )
    assert anybodys.text == same_again.text
    assert own.headers["cache-control"] == "private, no-cache"
    assert {answer.headers["vary"] for answer in (anybodys, own)} == {"Cookie"}


@pytest.mark.parametrize(
    "path",
    ["/g/nope", "/g/2026-04-29/upload", "/g/2026-04-29/uploads?ids=x", "/g/2026-04-29?limit=0"],
)
def test_errors_and_grants_are_kept_by_nobody(guest: Guest, path: str) -> None:
    path, _, query = path.partition("?")
    browser = guest.sending if "/upload" in path else guest.reading
    answer = browser.get(path, dict([query.split("=")]) if query else None)

    assert answer.headers["cache-control"] == "no-store"


def test_only_the_sender_sees_a_photo_as_its_own_and_may_delete_it(
    guest: Guest, stranger: Guest
) -> None:
    photo_id = guest.share(draw_photo())

    assert [item["mine"] for item in guest.photos()] == [True]
    assert [item["mine"] for item in stranger.photos()] == [False]
    refused = stranger.sending.delete(f"/g/{EVENT}/photos/{photo_id}")
    assert (refused.status, refused.json["error"]["code"]) == (403, "not_your_photo")
    assert guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 204
    assert guest.photos() == []
    assert guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}").status == 404


def test_a_deleted_photo_leaves_no_object_and_can_be_sent_again(
    guest: Guest, fake_aws: Aws
) -> None:
    body = draw_photo()
    photo_id = guest.share(body)

    guest.sending.delete(f"/g/{EVENT}/photos/{photo_id}")

    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=fake_aws.bucket)
    assert guest.share(body) == photo_id
    assert len(guest.photos()) == 1


def test_pages_follow_each_other_without_gap_or_repeat(guest: Guest, fake_aws: Aws) -> None:
    for number in range(25):
        PostStore(fake_aws.table).put(post(number, NOW - timedelta(minutes=number // 2)))
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


def test_the_last_page_says_so_even_if_it_is_full(guest: Guest, fake_aws: Aws) -> None:
    for number in range(4):
        PostStore(fake_aws.table).put(post(number))

    assert guest.reading.get(f"/g/{EVENT}/photos", {"limit": "4"}).json["next"] is None


@pytest.mark.parametrize(
    "limit", ["0", "-1", "1e9", "101", "1000000000", "", "ten", "1.5", "٣", " 5", "+5"]
)
def test_a_limit_that_makes_no_sense_is_refused(guest: Guest, limit: str) -> None:
    answer = guest.reading.get(f"/g/{EVENT}/photos", {"limit": limit})

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_limit")


def test_a_cursor_that_was_tampered_with_is_refused(guest: Guest, fake_aws: Aws) -> None:
    for number in range(3):
        PostStore(fake_aws.table).put(post(number))
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
def test_only_our_own_cursors_open(data: st.DataObject) -> None:
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
def test_an_unknown_event_is_404_as_json_and_as_a_page(guest: Guest, path: str) -> None:
    machine = guest.reading.get(path)
    assert (machine.status, machine.headers["content-type"]) == (404, "application/json")
    assert set(machine.json["error"]) == {"code", "message", "request_id"}

    person = guest.reading.get(path, accept="text/html,application/xhtml+xml")
    if path.startswith("/g/"):
        assert (person.status, person.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "<h1>" in person.text


def test_a_page_is_answered_to_head_without_its_body(guest: Guest) -> None:
    answer = guest.reading.send("HEAD", f"/g/{EVENT}", None, {})

    assert (answer.status, answer.text) == (200, "")


def test_a_list_that_did_not_change_is_answered_briefly(guest: Guest) -> None:
    guest.share(draw_photo(seed=1))
    for path in (f"/g/{EVENT}/photos", f"/g/{EVENT}/tiles"):
        etag = guest.reading.get(path).headers["etag"]
        assert guest.reading.get(path, if_none_match=etag).status == 304
    guest.share(draw_photo(seed=2))
    assert guest.reading.get(f"/g/{EVENT}/tiles", if_none_match=etag).status == 200


def test_assets_are_compressed_and_kept_forever(guest: Guest) -> None:
    [script] = Tags(guest.reading.get(f"/g/{EVENT}").text).all("script")
    path = (script["src"] or "").removeprefix("https://photos.example.com")

    answer = guest.reading.get(path, accept_encoding="gzip")

    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in answer.headers["cache-control"]
    assert "javascript" in answer.headers["content-type"]
    for outside in ("/assets/build.json", "/assets/..%2f..%2fhandlers.py", "/assets/page.js"):
        assert guest.reading.get(outside).status == 404


def test_an_error_of_ours_tells_nothing(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "no-such-table")

    answer = guest.reading.get(f"/g/{EVENT}/photos")

    assert answer.status == 500
    assert answer.json["error"]["code"] == "internal"
    assert "no-such-table" not in answer.text


class TestInstagramState:
    """What the page says of its Instagram part, and who asks for a refresh."""

    def test_the_first_view_asks_for_a_refresh_and_others_do_not(
        self, guest: Guest, bus: Facts
    ) -> None:
        for _ in range(5):
            guest.reading.get(f"/g/{EVENT}")
            guest.photos()

        assert bus() == [{"event_id": EVENT}]

    def test_posts_that_are_fresh_are_left_alone(
        self, guest: Guest, fake_aws: Aws, bus: Facts
    ) -> None:
        store = FeedStateStore(fake_aws.table, timedelta(minutes=5))
        store.synced(EVENT, feature.clock.now())

        state = guest.reading.get(f"/g/{EVENT}/photos").json["instagram"]

        assert state["state"] == "fresh"
        assert state["synced_at"].endswith("Z")
        assert bus() == []

    @pytest.mark.parametrize("outcome", [Outcome.UNAVAILABLE, Outcome.NOT_CONNECTED])
    def test_what_instagram_cannot_tell_leaves_the_guests_part_alone(
        self, guest: Guest, fake_aws: Aws, outcome: Outcome
    ) -> None:
        photo_id = guest.share(draw_photo())
        FeedStateStore(fake_aws.table, timedelta(minutes=5)).failed(
            EVENT, outcome, feature.clock.now()
        )

        answer = guest.reading.get(f"/g/{EVENT}/photos")

        assert (answer.status, answer.json["instagram"]["state"]) == (200, outcome.value)
        assert [item["id"] for item in answer.json["items"]] == [photo_id]

    def test_a_bus_that_is_down_does_not_touch_the_page(
        self, guest: Guest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BUS_NAME", "no-such-bus")

        assert guest.reading.get(f"/g/{EVENT}").status == 200

    def test_one_of_many_claims_wins_and_a_dead_claim_runs_out(
        self, fake_aws: Aws, clock: FixedClock
    ) -> None:
        store = FeedStateStore(fake_aws.table, timedelta(minutes=5))

        assert [store.claim(EVENT, clock.now()) for _ in range(10)].count(True) == 1
        clock.advance(timedelta(minutes=3))
        assert store.claim(EVENT, clock.now())

    def test_states_follow_time(self, fake_aws: Aws, clock: FixedClock) -> None:
        freshness = timedelta(minutes=5)
        store = FeedStateStore(fake_aws.table, freshness)
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
        assert store.get(EVENT).due(clock.now()), "after a failure the next viewer tries sooner"


@pytest.fixture
def bus(fake_aws: Aws) -> Facts:
    """What was put on the event bus, by a rule into a queue."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    url = sqs.create_queue(QueueName="bus")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    events.put_rule(Name="all", EventPattern='{"source": ["daybook"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "bus", "Arn": arn}])

    def facts() -> list[Any]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["detail"] for message in messages]

    return facts


class TestOperators:
    """What operators see, and nobody else."""

    def ask(self, groups: Any, state: str = "in_review", event: str = EVENT) -> Any:
        def handler(raw: dict[str, Any], context: Any) -> dict[str, Any]:
            if groups is not None:
                raw["requestContext"]["authorizer"] = {
                    "jwt": {"claims": {"cognito:groups": groups}, "scopes": None}
                }
            return handlers.operate(raw, context)

        return Browser(handler).get(f"/events/{event}/photos", {"state": state})

    def test_what_cannot_be_shown_is_listed_with_its_original(self, guest: Guest) -> None:
        photo_id = guest.share(b"no picture", name="notes.jpg")

        [photo] = self.ask("[operators]").json["photos"]

        assert (photo["id"], photo["name"], photo["reason"], photo["size"]) == (
            photo_id,
            "notes.jpg",
            "no_preview",
            10,
        )
        assert "response-content-disposition=attachment" in photo["original_url"]
        assert "response-content-type=application%2Foctet-stream" in photo["original_url"]

    @pytest.mark.parametrize("groups", [None, "", "[]", "[guests]", "[nooperators]", ["guests"]])
    @pytest.mark.usefixtures("guest")
    def test_others_are_forbidden(self, groups: Any) -> None:
        answer = self.ask(groups)

        assert (answer.status, answer.json["error"]["code"]) == (403, "operators_only")

    @pytest.mark.usefixtures("guest")
    def test_an_unknown_state_or_event_is_refused(self) -> None:
        assert self.ask("[operators]", state="lost").status == 400
        assert self.ask("[a operators]", event="nowhere").status == 404


def test_states_that_guests_may_not_see_are_nowhere(
    guest: Guest, stranger: Guest, fake_aws: Aws
) -> None:
    waiting = guest.send(draw_photo(seed=1))
    review = guest.share(b"no picture")
    body = draw_photo(seed=3)
    hidden = guest.share(body)
    photo = feature.photos().get(EVENT, hidden)
    assert photo is not None
    boto3.resource("dynamodb").Table(fake_aws.table).update_item(
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


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["limit", "cursor", "ids", "sent"]), st.text(max_size=20), max_size=3
    ),
)
def test_no_address_is_too_strange(guest: Guest, event_id: str, query: dict[str, str]) -> None:
    for browser, suffix in (
        (guest.reading, ""),
        (guest.reading, "/photos"),
        (guest.sending, "/uploads"),
        (guest.sending, "/upload"),
    ):
        assert browser.get(f"/g/{event_id}{suffix}", query).status in (200, 400, 404)
