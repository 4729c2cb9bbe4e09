"""Plans of accounts: slots, standing hashtags, caption templates, repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice

import pytest

from lambdas.publishing.caption_template import filled_in, with_standing
from lambdas.publishing.plan import Plan, WeeklySlot
from lambdas.publishing.plan_request import checked_plan
from lambdas.publishing.problems import Findings
from lambdas.storage.events.event import Event
from tests.publishing.posts import NOW

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
