"""The live wall: its page, and the list with which it updates itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.guests.accent import Accent
from lambdas.guests.walls.wall import MAX_CAPTION, MAX_ITEMS, MAX_LATE, PLAIN_ITEMS
from lambdas.storage.events.post import MediaKind, PostPicture, PostStore
from lambdas.storage.events.shown_lately import appearance
from lambdas.storage.events.transactions import transact
from lambdas.storage.keys import post_row
from tests.conftest import NOW
from tests.guests.conftest import EVENT, Guest, Site, Tags
from tests.guests.test_page import HOSTILE, post
from tests.json_types import JsonObject
from tests.lambda_events import HttpAnswer
from tests.pictures.drawing import draw_photo

REORDERED = "حفلة 💍 <b>Anna</b>"


def items(guest: Guest, event: str = EVENT, known: str = "") -> HttpAnswer:
    """Ask for the list as the wall does; `known` is the ETag of the one it has."""
    return guest.reading.get(f"/g/{event}/wall/items", if_none_match=known)


def shown(guest: Guest, event: str = EVENT) -> list[JsonObject]:
    found: list[JsonObject] = items(guest, event).json["items"]
    return found


def wall(guest: Guest, event: str = EVENT) -> HttpAnswer:
    return guest.reading.get(f"/g/{event}/wall", accept="text/html")


def test_walls_show_photos_and_posts(guest: Guest, site: Site) -> None:
    PostStore(site.table).put(post(1, NOW))
    photo = guest.share(draw_photo(taken="2026:04:29 08:00:00"))

    first, second = shown(guest)

    assert (first["id"], first["name"], first["caption"]) == ("1", "@shop", "Hello")
    assert (second["id"], second["name"], second["when"]) == (photo, "", "29 April 2026, 08:00")
    assert set(second["urls"]) == {"thumb", "medium", "large"}


def test_unchanged_lists_are_not_sent(guest: Guest) -> None:
    guest.share(draw_photo())
    first = items(guest)

    again = items(guest, known=first.headers["etag"])

    assert (again.status, again.text) == (304, "")
    assert first.headers["etag"] == f'"{first.json["changed"]}"'
    assert again.headers["cache-control"] == "public, max-age=0, s-maxage=1"


def test_other_links_change_nothing(guest: Guest, site: Site) -> None:
    guest.share(draw_photo())
    behind_cdn = Guest(Site(site.aws, site.clock, photos_url="https://photos.example.com"))

    signed, public = items(guest).json, items(behind_cdn).json

    assert signed["changed"] == public["changed"]
    assert signed["items"][0]["urls"] != public["items"][0]["urls"]


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_hidden_photos_leave(guest: Guest, site: Site, state: str) -> None:
    photo = guest.share(draw_photo())
    before = items(guest)
    site.moderate(photo, state)

    after = items(guest, known=before.headers["etag"])

    assert (after.status, after.json["items"]) == (200, [])
    assert photo not in wall(guest).text


@pytest.mark.parametrize(
    "columns", [{"mode": "upload_only"}, {"reveal_at": "2026-05-01T08:00:00Z"}]
)
def test_unrevealed_photos_stay_unseen(guest: Guest, site: Site, columns: dict[str, str]) -> None:
    event = site.made_event(**columns)
    photo = guest.share(draw_photo(), event=event)

    answers = wall(guest, event), items(guest, event)

    assert [photo in answer.text for answer in answers] == [False, False]
    assert answers[1].json["items"] == []
    assert "photos of this event" in answers[1].json["sentence"]
    assert answers[1].json["sentence"] in answers[0].text


def test_devices_see_one_wall(guest: Guest, stranger: Guest) -> None:
    guest.share(draw_photo())

    mine, other = items(guest), items(stranger)

    assert mine.json == other.json
    assert "mine" not in mine.json["items"][0]


def test_walls_escape_what_people_write(guest: Guest, site: Site) -> None:
    PostStore(site.table).put(post(1, caption=HOSTILE, username=HOSTILE))

    page = wall(guest).text

    assert "<script>alert" not in page
    assert [tag for tag in Tags(page).all("script") if "src" not in tag] == []


def test_titles_are_of_any_language(guest: Guest, site: Site) -> None:
    event = site.made_event(title=REORDERED)

    page = wall(guest, event).text

    assert "حفلة 💍 &lt;b&gt;Anna&lt;/b&gt;" in page
    assert '<h1 class="title" dir="auto"' in page
    assert items(guest, event).json["title"] == REORDERED


def test_long_captions_are_cut(guest: Guest, site: Site) -> None:
    PostStore(site.table).put(post(1, caption="word " * 400))

    [entry] = shown(guest)

    assert len(entry["caption"]) <= MAX_CAPTION
    assert entry["caption"].endswith("…")


def test_videos_show_their_still(guest: Guest, site: Site) -> None:
    still = PostPicture("p1", MediaKind.VIDEO, 1080, 1920, "https://x/s.jpg", "https://x/v.mp4")
    bare = PostPicture("p2", MediaKind.VIDEO, video_url="https://x/w.mp4")
    PostStore(site.table).put(post(1, kind=MediaKind.VIDEO, pictures=(still,)))
    PostStore(site.table).put(post(2, kind=MediaKind.VIDEO, pictures=(bare,)))

    [entry] = shown(guest)

    assert "/p1/large.webp" in entry["urls"]["large"]
    assert ".mp4" not in items(guest).text + wall(guest).text


def test_albums_are_one_picture(guest: Guest, site: Site) -> None:
    pictures = tuple(
        PostPicture(f"p{one}", MediaKind.IMAGE, 9, 9, f"https://x/{one}.jpg") for one in range(10)
    )
    PostStore(site.table).put(post(1, kind=MediaKind.CAROUSEL, pictures=pictures))

    [entry] = shown(guest)

    assert "/p0/large.webp" in entry["urls"]["large"]
    assert "children" not in entry


def test_lists_are_bounded(guest: Guest, site: Site) -> None:
    with site.table.batch_writer() as batch:
        for number in range(MAX_ITEMS + 1):
            row = post(number, NOW - timedelta(minutes=number)).to_row()
            batch.put_item(Item=row)

    assert [entry["id"] for entry in shown(guest)] == [str(one) for one in range(MAX_ITEMS)]
    assert len(Tags(wall(guest).text).all("li")) == PLAIN_ITEMS


def test_walls_invite_and_take_nothing(guest: Guest) -> None:
    page = wall(guest).text

    assert "Add your photos" in page
    assert "https://photos.example.com/g/2026-04-29" in page
    assert 'class="qr"' in page
    assert Tags(page).all("form") + Tags(page).all("input") == []
    assert 'data-state="invite"' in page


def test_closed_events_ask_for_nothing(guest: Guest, site: Site) -> None:
    event = site.made_event(mode="view_only")

    answer = items(guest, event).json

    assert answer["words"] == "See all photos"
    assert answer["sentence"] == "No photos yet. Guests cannot add photos to this event."


def test_walls_work_without_javascript(guest: Guest) -> None:
    photo = guest.share(draw_photo())

    page = wall(guest).text

    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page
    assert photo in page[page.index("<ol") : page.index("</ol>")]


def test_walls_keep_the_policy(guest: Guest, site: Site) -> None:
    event = site.made_event(accent="#2f6b8c")

    answer = wall(guest, event)

    policy, accent = answer.headers["content-security-policy"], Accent.of("#2f6b8c").on_wall
    assert "unsafe" not in policy
    assert accent.digest in policy
    assert accent.light == accent.dark == Accent.of("#2f6b8c").dark
    assert " style=" not in answer.text


@pytest.mark.parametrize("path", ["wall", "wall/items"])
def test_unknown_events_have_no_wall(guest: Guest, path: str) -> None:
    assert guest.reading.get(f"/g/no-such-event/{path}").status == 404


def test_deleted_events_have_no_wall(guest: Guest, site: Site) -> None:
    event = site.made_event()
    site.host("DELETE", f"/events/{event}")

    assert items(guest, event).status == 410


def test_walls_with_a_pin_are_not_kept(guest: Guest, site: Site) -> None:
    event = site.create_event(pin_hash="hash")

    answers = [wall(guest, event), items(guest, event)]

    kept = {answer.headers["cache-control"] for answer in answers}
    assert all(value.startswith("private") for value in kept) or {401} == {
        answer.status for answer in answers
    }


def fill(site: Site, event: str = EVENT, first: int = 0, **columns: str) -> None:
    """Let an event have as many posts as the wall lists, all newer than what else it has."""
    with site.table.batch_writer() as batch:
        for number in range(first, first + MAX_ITEMS):
            row = post(number, NOW + timedelta(minutes=number), event_id=event).to_row()
            batch.put_item(Item=row | columns)


def late(guest: Guest, event: str = EVENT) -> list[str]:
    return [entry["id"] for entry in shown(guest, event) if entry["late"]]


def test_old_photos_that_appear_are_listed(guest: Guest, site: Site) -> None:
    event = site.made_event(review=True)
    photo = guest.share(draw_photo(taken="2026:04:29 08:00:00"), event=event)
    fill(site, event)
    before = items(guest, event)
    site.moderate(photo, "shown", event)

    after = items(guest, event, known=before.headers["etag"])

    assert [entry["late"] for entry in after.json["items"]] == [*MAX_ITEMS * [False], True]
    assert (after.json["items"][-1]["id"], len(before.json["items"])) == (photo, MAX_ITEMS)


def test_late_photos_leave_when_hidden(guest: Guest, site: Site) -> None:
    fill(site)
    photo = guest.share(draw_photo(taken="2026:04:29 08:00:00"))
    assert late(guest) == [photo]

    site.moderate(photo, "hidden")

    assert late(guest) == []


def test_late_entries_are_bounded_and_sorted(guest: Guest, site: Site) -> None:
    fill(site)
    for number in range(MAX_LATE + 1):
        old = post(1000 + number, NOW - timedelta(hours=1, minutes=number))
        PostStore(site.table).put(old)
        at = NOW + timedelta(microseconds=number)
        transact(site.table, [appearance(site.table, EVENT, post_row(old.id), at)])

    assert late(guest) == [str(1001 + number) for number in range(MAX_LATE)]


def test_short_lists_have_nothing_late(guest: Guest) -> None:
    photo = guest.share(draw_photo())

    [entry] = shown(guest)

    assert (entry["id"], entry["late"]) == (photo, False)


def test_late_photos_are_of_the_section(guest: Guest, site: Site) -> None:
    event = site.made_event(sections=[{"title": "Party"}])
    [party] = site.host("GET", f"/events/{event}").json["sections"]
    fill(site, event, section=party["id"])
    guest.share(draw_photo(taken="2026:04:29 08:00:00"), event=event)

    answer = guest.reading.get(f"/g/{event}/wall/items", {"section": party["id"]})

    assert {entry["late"] for entry in answer.json["items"]} == {False}
    assert len(answer.json["items"]) == MAX_ITEMS
