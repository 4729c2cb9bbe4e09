"""Plans of accounts: slots, standing hashtags, caption templates, repeats."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import ClassVar

import pytest

from lambdas.api.findings import Findings
from lambdas.publishing.caption_template import filled_in, with_standing
from lambdas.publishing.ledger import DynamoLedger
from lambdas.publishing.plan import Plan, WeeklySlot
from lambdas.publishing.plan_request import checked_plan
from lambdas.publishing.records import Post
from lambdas.publishing.series import Every, occurrences
from lambdas.publishing.states import State
from lambdas.publishing.upload_announcement import AnnouncedMedia
from lambdas.publishing.upload_record import FileFacts
from lambdas.publishing.wall_time import publish_at
from lambdas.storage.events.event import Event
from tests.json_types import JsonObject
from tests.lambda_events import HttpAnswer
from tests.publishing.posts import NOW
from tests.publishing.site import ACCOUNT, JSON, PATH, Site, at

BERLIN = "Europe/Berlin"
EVENT = Event(
    id="emma-und-jan",
    title="Emma & Jan {date}",
    starts_at=datetime(2026, 12, 23, 23, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 25, tzinfo=UTC),
    time_zone=BERLIN,
)


def plan(*walls: str, days: str = "mon wed fri", **changes: object) -> Plan:
    slots = tuple(WeeklySlot(days=tuple(days.split()), wall=wall) for wall in walls)  # type: ignore[arg-type]
    return Plan(zone=BERLIN, slots=slots, **changes)  # type: ignore[arg-type]


def problems(body: object) -> list[tuple[str, str]]:
    found = Findings()
    assert checked_plan(body, found) is None
    return [(one.field, one.code) for one in found.problems]


def test_next_slots_follow_the_week() -> None:
    walls = [at.wall for at in islice(plan("18:00", "09:00").upcoming(NOW), 3)]

    # The 26th is a Thursday.
    assert walls == ["2026-11-27T09:00", "2026-11-27T18:00", "2026-11-30T09:00"]


def test_slot_of_this_minute_is_over() -> None:
    now = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)

    assert next(plan("18:00").upcoming(now)).wall == "2026-11-30T18:00"


def test_slot_keeps_wall_time_over_clock_change() -> None:
    now = datetime(2026, 10, 23, 18, tzinfo=UTC)
    first, second = islice(plan("18:00", days="sat sun").upcoming(now), 2)

    assert [first.instant.hour, second.instant.hour] == [16, 17]


def test_slots_at_one_instant_are_one() -> None:
    now = datetime(2026, 3, 28, 12, tzinfo=UTC)

    [first, second] = islice(plan("02:30", "03:00", days="sun").upcoming(now), 2)

    assert first.wall == "2026-03-29T02:30"
    assert second.wall == "2026-04-05T02:30"


def test_held_and_busy_slots_are_left_out() -> None:
    one = plan("09:00", "18:00")
    first, second, third = islice(one.upcoming(NOW), 3)

    assert next(one.free_slots(NOW, {first.slot}, {second.instant})) == third


def test_plan_without_slots_has_none() -> None:
    assert list(plan().free_slots(NOW, set(), set())) == []


def test_all_problems_come_at_once() -> None:
    body = {
        "zone": "Europe",
        "slots": [
            {"days": ["mon", "mon"], "wall": "18:00"},
            {"days": [], "wall": "6pm"},
            {"days": ["noday"], "wall": "24:00"},
            {"days": ["tue"]},
        ],
        "standing_hashtags": ["#two words", "#Fest", "fest", ""],
        "templates": {"_": "x", "a": " ", "b": "{event} {place}", "c": "x" * 2201},
        "surprise": 1,
    }

    assert problems(body) == [
        ("surprise", "unknown_field"),
        ("slots[2].days[0]", "unknown_value"),
        ("slots[3].wall", "missing"),
        ("zone", "unknown_zone"),
        ("slots[0]", "repeated"),
        ("slots[1].days", "empty"),
        ("slots[1].wall", "invalid_time"),
        ("slots[2].wall", "invalid_time"),
        ("standing_hashtags[0]", "invalid_hashtag"),
        ("standing_hashtags[2]", "repeated"),
        ("standing_hashtags[3]", "invalid_hashtag"),
        ("templates[0]", "invalid_name"),
        ("templates.a", "empty"),
        ("templates.b", "unknown_placeholder"),
        ("templates.c", "caption_too_long"),
    ]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "", "Europe/Berlin\n"])
def test_unknown_zone_is_refused(zone: str) -> None:
    assert problems({"zone": zone}) == [("zone", "unknown_zone")]


def test_plan_is_stored_in_one_spelling() -> None:
    body = {
        "zone": BERLIN,
        "slots": [{"days": ["fri", "mon"], "wall": "18:00"}],
        "standing_hashtags": ["fest", "#Cafe\u0301"],
    }

    found = checked_plan(body, Findings())

    assert found
    assert found.slots[0].days == ("mon", "fri")
    assert found.standing_hashtags == ("#fest", "#Caf\u00e9")


def test_template_is_filled_in_once() -> None:
    one = plan(standing_hashtags=("#fest",), date_format="24.12.2026")

    found = filled_in("{event} am {date} {unknown}", one, EVENT)

    assert found.text == "Emma & Jan {date} am 24.12.2026 {unknown}\n\n#fest"


def test_template_places_hashtags() -> None:
    one = plan(standing_hashtags=("#fest", "#Liebe"))

    assert filled_in("{hashtags}\nMit #LIEBE", one, None).text == "#fest\nMit #LIEBE"


def test_standing_hashtags_are_added_once() -> None:
    found = with_standing("Schön! #FEST", ["#fest", "#liebe"])

    assert found.text == "Schön! #FEST\n\n#liebe"
    assert with_standing("", ["#fest"]).text == "#fest"


def test_standing_hashtags_stay_within_limits() -> None:
    thirty = " ".join(f"#tag{n}" for n in range(29))

    found = with_standing(thirty, ["#one", "#two"])

    assert found.text.endswith("#one")
    assert found.left_out == ("#two",)
    assert with_standing("x" * 2194, ["#long", "#a"]).left_out == ("#long",)


PLAN = {
    "zone": "Europe/Berlin",
    "slots": [{"days": ["thu", "fri"], "wall": "18:00"}],
    "standing_hashtags": ["#fest"],
    "templates": {"album": "{event}, {date}"},
    "date_format": "24.12.2026",
}
NEXT = {"slot": "next"}


def put(site: Site, **changes: object) -> HttpAnswer:
    body = json.dumps(PLAN | changes)
    return site.operator.send("PUT", f"{PATH}/plan", {"account": ACCOUNT}, JSON, body)


def shown(site: Site) -> JsonObject:
    answer = site.operator.get(f"{PATH}/plan", {"account": ACCOUNT})
    assert answer.status == 200, answer.text
    found: JsonObject = answer.json
    return found


@pytest.fixture
def planned(site: Site) -> Site:
    answer = put(site)
    assert answer.status == 200, answer.text
    return site


def walls(posts: list[JsonObject]) -> list[str]:
    return [post["publish_at"]["wall"] for post in posts]


def test_plan_is_stored(planned: Site) -> None:
    plan = shown(planned)

    assert plan["slots"] == [{"days": ["thu", "fri"], "wall": "18:00"}]
    assert plan["changed_by"] == "ola"
    assert plan["next_slots"][0] == "2026-04-30T16:00:00Z"


def test_account_without_plan_has_empty_one(site: Site) -> None:
    assert shown(site)["slots"] == []
    assert site.create(publish_at=NEXT).json["problems"][0]["code"] == "no_slots"


def test_wrong_plan_changes_nothing(planned: Site) -> None:
    answer = put(planned, zone="Mars", slots=[{"days": [], "wall": "x"}])

    assert answer.status == 400
    assert len(answer.json["problems"]) == 3
    assert shown(planned)["zone"] == "Europe/Berlin"


def test_plan_of_other_account_is_its_own(planned: Site) -> None:
    planned.connect("17841400000000088")

    answer = planned.operator.get(f"{PATH}/plan", {"account": "17841400000000088"})

    assert answer.json["slots"] == []


def test_posts_take_one_slot_each(planned: Site) -> None:
    posts = [planned.made(client_request_id=str(n), publish_at=NEXT) for n in range(3)]

    assert walls(posts) == ["2026-04-30T18:00", "2026-05-01T18:00", "2026-05-07T18:00"]
    assert all(post["slot"] for post in posts)


def test_repeated_request_takes_no_second_slot(planned: Site) -> None:
    first, again = planned.create(publish_at=NEXT), planned.create(publish_at=NEXT)

    assert (first.status, again.status) == (201, 200)
    assert again.json["id"] == first.json["id"]


def test_slot_with_other_post_is_not_free(planned: Site) -> None:
    planned.made(publish_at=at("2026-04-30T18:00"))

    assert walls([planned.made(client_request_id="2", publish_at=NEXT)]) == ["2026-05-01T18:00"]


class Racing(DynamoLedger):
    """A ledger before whose next creation something happens."""

    before: ClassVar[list[Callable[[], object]]] = []

    def create(self, posts: Sequence[Post], by: str = "") -> None:
        if self.before:
            self.before.pop()()
        super().create(posts, by)


def test_slot_lost_to_another_request_gives_next(planned: Site) -> None:
    found = planned.dependencies
    planned.dependencies.__dict__["ledger"] = Racing(found.table, found.marks, "main")
    for name in ("planned_creation", "creation", "editing"):
        found.__dict__.pop(name, None)
    Racing.before.append(lambda: planned.made(client_request_id="faster", publish_at=NEXT))

    slower = planned.made(client_request_id="slower", publish_at=NEXT)

    # Both had read that the slot of the 30th is free; the transaction decides.
    assert walls([slower]) == ["2026-05-01T18:00"]
    assert not Racing.before


@pytest.mark.parametrize("how", ["cancel", "move", "now"])
def test_slot_is_free_again(planned: Site, how: str) -> None:
    post = planned.made(publish_at=NEXT)
    if how == "cancel":
        planned.cancel(post)
    elif how == "move":
        planned.patch(post, {"publish_at": at("2026-05-03T12:00")})
    else:
        planned.act(post, "publish-now")

    assert walls([planned.made(client_request_id="2", publish_at=NEXT)]) == ["2026-04-30T18:00"]


def test_given_up_slot_is_not_taken_back(planned: Site) -> None:
    post = planned.made(publish_at=NEXT)
    moved = planned.patch(post, {"publish_at": at("2026-05-03T12:00")}).json
    planned.made(client_request_id="2", publish_at=NEXT)

    back = planned.patch(moved, {"publish_at": at("2026-04-30T18:00")})

    assert (back.status, back.json["slot"]) == (200, False)


def test_changed_caption_keeps_slot(planned: Site) -> None:
    post = planned.made(publish_at=NEXT)

    changed = planned.patch(post, {"caption": "New"}).json

    assert changed["slot"]
    assert changed["caption"] == "New"


def test_planning_is_for_new_posts(planned: Site) -> None:
    post = planned.made(publish_at=NEXT)

    answer = planned.patch(post, {"publish_at": NEXT, "repeat": {"every": "day", "count": 2}})

    assert [one["code"] for one in answer.json["problems"]] == ["new_posts_only"] * 2


def test_check_shows_slot_problem_and_others(planned: Site) -> None:
    put(planned, slots=[])

    found = planned.problems(kind="reel", media=[], publish_at=NEXT, caption_template="no")

    assert ("publish_at.slot", "no_slots") in found
    assert ("caption_template", "unknown_template") in found
    assert ("media", "wrong_number") in found


def test_created_post_has_standing_hashtags(planned: Site) -> None:
    assert planned.made(caption="Hello")["caption"] == "Hello\n\n#fest"
    assert planned.made(client_request_id="2", standing_hashtags=False)["caption"] is None
    story = planned.made(client_request_id="3", kind="story")
    assert story["caption"] is None


def test_hashtags_without_space_are_warned_of(planned: Site) -> None:
    caption = " ".join(f"#tag{n}" for n in range(30))

    assert "standing_hashtags_left_out" in planned.warnings(caption=caption)


def test_template_names_event_of_photo(planned: Site) -> None:
    source = {"photo": {"event": "2026-04-25", "id": "photo1"}}
    planned.photos.postable.add(("2026-04-25", "photo1"))

    post = planned.made(media=[{"source": source}], caption_template="album")

    assert post["caption"] == "Saturday, 25 April 2026, 25.04.2026\n\n#fest"


def test_template_without_event_is_refused(planned: Site) -> None:
    assert planned.problems(caption_template="album") == [("event", "missing")]
    assert planned.problems(caption_template="album", event="none") == [("event", "unknown_event")]
    assert planned.problems(caption_template="album", caption="x")[0][1] == "caption_and_template"


def test_weekly_series_keeps_wall_time(site: Site) -> None:
    repeat = {"every": "week", "count": 3}

    answer = site.create(publish_at=at("2026-10-15T18:00"), repeat=repeat)

    times = [one["publish_at"] for one in answer.json["series"]]
    assert [one["wall"][:10] for one in times] == ["2026-10-15", "2026-10-22", "2026-10-29"]
    assert [one["instant"][11:13] for one in times] == ["16", "16", "17"]
    assert len(site.schedules()) == 3


def test_monthly_series_ends_with_month() -> None:
    first = publish_at("2027-01-31T18:00", BERLIN)

    times = occurrences(first, Every.MONTH, until=date(2027, 4, 30))

    assert [one.wall[:10] for one in times] == [
        "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("repeat", "problem"),
    [
        ({"every": "week"}, ("repeat", "exactly_one_end")),
        ({"every": "week", "count": 2, "until": "2026-12-24"}, ("repeat", "exactly_one_end")),
        ({"every": "week", "count": 53}, ("repeat.count", "out_of_range")),
        ({"every": "week", "count": 1}, ("repeat.count", "out_of_range")),
        ({"every": "day", "until": "2026-12-24"}, ("repeat.until", "too_many")),
        ({"every": "day", "until": "2026-04-30"}, ("repeat.until", "no_repeat")),
        ({"every": "day", "until": "24.12."}, ("repeat.until", "invalid_date")),
        ({"every": "month", "count": 14}, ("repeat", "too_far_ahead")),
        ({"every": "year", "count": 2}, ("repeat.every", "unknown_value")),
        ({"count": 2}, ("repeat.every", "missing")),
    ],
)
def test_impossible_series_is_refused(
    site: Site, repeat: JsonObject, problem: tuple[str, str]
) -> None:
    assert problem in site.problems(publish_at=at(), repeat=repeat)


def test_series_needs_time(site: Site) -> None:
    assert site.problems(repeat={"every": "day", "count": 2}) == [("repeat", "time_missing")]


def test_repeated_series_request_makes_one(site: Site) -> None:
    repeat = {"every": "day", "count": 20}

    first = site.create(publish_at=at(), repeat=repeat)
    again = site.create(publish_at=at(), repeat=repeat)
    other = site.create(publish_at=at(), repeat=repeat, caption="Other")

    assert (first.status, again.status, other.status) == (201, 200, 409)
    assert again.json["series"] == first.json["series"]
    assert len(site.get(limit="100").json["posts"]) == 20


def test_one_of_series_can_be_cancelled(site: Site) -> None:
    first = site.made(publish_at=at(), repeat={"every": "day", "count": 3})

    site.cancel(first["series"][1])

    states = [site.get(one["id"]).json["state"] for one in first["series"]]
    assert states == ["scheduled", "cancelled", "scheduled"]


def test_whole_series_can_be_cancelled(site: Site) -> None:
    first = site.made(publish_at=at(), repeat={"every": "day", "count": 3})
    site.become(first, state=State.PUBLISHED)
    path = f"{PATH}/{first['series'][1]['id']}"

    answer = site.operator.send("DELETE", path, {"series": "true"}, {})

    assert [one["state"] for one in answer.json["series"]] == ["cancelled"] * 2
    assert site.get(first["id"]).json["state"] == "published"
    assert site.schedules() == {first["id"]: "at(2026-04-30T16:00:00)"}


def test_single_post_has_no_series(site: Site) -> None:
    post = site.made(publish_at=at())

    answer = site.operator.send("DELETE", f"{PATH}/{post['id']}", {"series": "true"}, {})

    assert (answer.status, answer.json["error"]["code"]) == (409, "no_series")


def test_upload_must_outlive_its_series(site: Site) -> None:
    uploads = site.dependencies.uploads
    file = AnnouncedMedia(name="a.jpg", size=10, type="image/jpeg", sha256="0" * 64)
    upload_id = uploads.announce(file, "ola").upload.id
    uploads.record_facts(upload_id, FileFacts(content_type="image/jpeg", size=10), {})
    media = [{"source": {"upload": upload_id}}]
    site.clock.advance(timedelta(days=300))

    def found(count: int) -> list[tuple[str, str]]:
        repeat = {"every": "week", "count": count}
        return site.problems(media=media, publish_at=at("2027-03-01T10:00"), repeat=repeat)

    assert found(14) == []
    assert found(15) == [("media[0].source.upload", "upload_ends_before")]


def test_posts_of_series_can_be_changed(site: Site) -> None:
    repeat = {"every": "day", "count": 2}
    first = site.made(client_request_id="x" * 100, publish_at=at(), repeat=repeat)
    second = site.get(first["series"][1]["id"]).json

    changed = site.patch(second, {"caption": "The second"})

    assert (changed.status, changed.json["caption"]) == (200, "The second")


def test_series_leaves_other_requests_alone(site: Site) -> None:
    other = site.made(client_request_id="x#2", caption="Other")

    first = site.made(client_request_id="x", publish_at=at(), repeat={"every": "day", "count": 3})

    ids = {one["id"] for one in first["series"]}
    assert len(ids) == 3
    assert other["id"] not in ids
    assert len(site.get().json["posts"]) == 4
