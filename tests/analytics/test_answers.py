"""The report through its route: what is asked, what is kept, what it does not cover."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lambdas.analytics.problem import Problem
from lambdas.analytics.records import Reason, Unit, UnitStatus
from lambdas.analytics.writer import Change
from lambdas.kit.clock import from_rfc3339, to_rfc3339
from lambdas.storage.accounts.token_record import State
from tests.analytics.rows import ACCOUNT, NOW, day, numbers, pacific_day, post, window
from tests.analytics.site import Site
from tests.conftest import Aws

OTHER = "17841400000000009"
A = post("2026-04-01T07:30:00Z", "a", numbers=numbers(10, 2, 3, 1, 200, 400))
B = post("2026-04-29T06:59:59Z", "b", numbers=numbers(4, 0, 0, 0, 100, 100))
APRIL = {"since": "2026-04-01", "until": "2026-04-28"}


def test_report_is_complete_and_kept(site: Site) -> None:
    first = from_rfc3339("2026-04-01T12:00:00Z").date()
    days = [
        pacific_day(first + timedelta(days=index), reach=1, follows=1, unfollows=0, new_followers=1)
        for index in range(28)
    ]
    site.write(A, B, *days)
    found, again = site.report(**APRIL), site.report(**APRIL)

    assert found["totals"]["posts"] == 2
    assert found["totals"]["netFollowers"] == 28
    assert found["coverage"] == {
        "complete": True,
        "collectedFrom": "2026-04-01",
        "collectedUntil": "2026-04-28",
        "reasons": [],
    }
    assert list(found)[-3:] == ["fetchedAt", "fromCache", "coverage"]
    assert (found.pop("fromCache"), again.pop("fromCache")) == (False, True)
    assert found == again


def test_range_ends_at_the_accounts_midnight(site: Site) -> None:
    site.write(A, B)
    site.writer().set_zone("Europe/Berlin")
    found = site.report(since="2026-04-01", until="2026-04-28")

    # In Berlin it is the 29th already.
    assert [one["id"] for one in found["posts"]] == ["a"]
    assert found["time_zone"] == "Europe/Berlin"


def test_defaults_are_the_site_and_today(site: Site) -> None:
    found = site.report()

    assert (found["since"], found["until"]) == ("2025-08-01", "2026-04-29")
    assert found["time_zone"] == "America/Los_Angeles"
    assert site.report(until="2025-01-01")["since"] == "2025-01-01"


def test_defaults_never_ask_for_too_much(fake_aws: Aws) -> None:
    site = Site(fake_aws, ig_default_start_date="2020-01-01")
    site.connect()

    assert site.report()["since"] == "2024-04-30"


def test_a_window_that_fits(site: Site) -> None:
    site.write(window("2026-04-01T07:00:00Z", "2026-04-29T07:00:00Z", totals={"reach": 77}))

    assert site.report(**APRIL)["totals"]["accountReach"] == 77


BAD_DATES = {
    "invalid_since": [
        {"since": "2026-02-31"}, {"since": "yesterday"}, {"since": "2026-13-01"}, {"since": ""},
        {"since": "20260429"}, {"since": "2026-W01-1"}, {"since": "0001-01-01"},
        {"since": "２０２６-04-01"},
    ],
    "invalid_until": [{"until": "2026-2-1"}, {"until": "9999-12-31"}, {"until": "2026-04-29T00"}],
    "invalid_range": [
        {"since": "2026-04-02", "until": "2026-04-01"},
        {"since": "2024-04-29", "until": "2026-04-29"},
    ],
    "invalid_min_reach": [{"minReach": "-1"}, {"minReach": "1e9"}, {"minReach": "9" * 30}],
    "unknown_account": [{"account": OTHER}, {"account": "../x"}, {"account": "a" * 200}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "query"), [(code, query) for code, queries in BAD_DATES.items() for query in queries]
)
def test_bad_input_has_a_code(site: Site, code: str, query: dict[str, str]) -> None:
    answer = site.get(**query)

    assert answer.status == (404 if code == "unknown_account" else 400)
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"].endswith(".")


def test_730_days_are_possible(site: Site) -> None:
    assert site.report(since="2024-04-30", until="2026-04-29")["since"] == "2024-04-30"


def test_answers_follow_their_rows(site: Site) -> None:
    site.write(A)
    assert site.report(**APRIL)["totals"]["likes"] == 10
    site.write(post("2026-04-01T07:30:00Z", "a", numbers=numbers(11, 2, 3, 1, 200, 400)))

    found = site.report(**APRIL)
    assert (found["totals"]["likes"], found["fromCache"]) == (11, False)


def test_answers_follow_zone_and_problem(site: Site) -> None:
    site.write(A, post("2026-04-20T10:00:00Z", "c"))
    site.report(**APRIL)
    site.writer().record(Unit.POSTS, UnitStatus(problem="throttled"))
    found = site.report(**APRIL)

    assert not found["fromCache"]
    assert found["posts"][0]["missing"]["likes"] == "throttled"
    assert "throttled" in [one["code"] for one in found["coverage"]["reasons"]]


def test_coverage_is_never_kept(site: Site) -> None:
    site.write(A)
    site.report(**APRIL)
    site.connect(state=State.RECONNECT_REQUIRED)
    found = site.report(**APRIL)

    assert found["fromCache"]
    assert "reconnect_required" in [one["code"] for one in found["coverage"]["reasons"]]


def test_answers_end_with_their_pictures(site: Site) -> None:
    ends = NOW + timedelta(hours=1)
    address = f"https://cdn.example/a.jpg?oe={int(ends.timestamp()):x}"
    site.write(post("2026-04-20T10:00:00Z", "c", thumbnail=address))
    assert site.report(**APRIL)["posts"][0]["thumbnail"] == address
    site.clock.advance(timedelta(hours=1))

    found = site.report(**APRIL)
    assert (found["fromCache"], found["posts"][0]["thumbnail"]) == (False, None)


def test_days_end_without_a_change(site: Site) -> None:
    site.write(day("2026-04-28T07:00:00Z", reach=1, follows=1, unfollows=0))
    query = {"since": "2026-04-27", "until": "2026-04-30"}
    before = site.report(**query)
    site.clock.advance(timedelta(days=1))
    after = site.report(**query)

    def missing(found: Any) -> int:
        reasons = {one["code"]: one for one in found["coverage"]["reasons"]}
        return int(reasons["days_missing"]["dates"])

    assert (missing(before), missing(after)) == (1, 2)


def test_overtaken_answers_are_not_kept(site: Site) -> None:
    site.write(A)
    store, account = site.dependencies.answers.store, site.dependencies.accounts.named(ACCOUNT)
    state, _ = store.load(ACCOUNT, "digest")
    site.write(B)
    assert state
    site.report(**APRIL)
    [kept] = site.rows("ANSWER#")
    _, stored = store.load(ACCOUNT, kept["sk"].split("#")[1])

    assert stored
    assert not store.store(account, "digest", state, stored, NOW)
    assert store.load(ACCOUNT, "digest")[1] is None


def test_deleted_accounts_keep_nothing(site: Site) -> None:
    site.write(A)
    site.dependencies.marks.mark(ACCOUNT, NOW)
    found = site.report(**APRIL)

    assert found["totals"]["posts"] == 1
    assert not site.rows("ANSWER#")


def test_removed_state_keeps_nothing(site: Site) -> None:
    site.write(A)
    store, account = site.dependencies.answers.store, site.dependencies.accounts.named(ACCOUNT)
    site.report(**APRIL)
    [kept] = site.rows("ANSWER#")
    state, stored = store.load(ACCOUNT, kept["sk"].split("#")[1])
    site.dependencies.table.delete_item(Key={"pk": kept["pk"], "sk": "ACCOUNT"})

    assert state
    assert stored
    assert not store.store(account, "other", state, stored, NOW)


def test_large_answers_are_kept_in_parts(site: Site) -> None:
    import random

    rng = random.Random(1)
    posts = [
        post(
            f"2026-04-{1 + index % 28:02}T{index // 28 % 24:02}:00:{index % 60:02}Z",
            f"p{index}",
            caption="".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(1500)),
        )
        for index in range(280)
    ]
    site.write(*posts)
    found, again = site.report(**APRIL), site.report(**APRIL)

    assert len(site.rows("ANSWER#")) >= 3
    assert again["fromCache"]
    assert found["posts"] == again["posts"]


@pytest.mark.parametrize(
    ("problem", "code"),
    [(one.value, one.value) for one in Problem] + [("strange", "collection_failing")],
)
def test_problems_are_named(site: Site, problem: str, code: str) -> None:
    site.write(A)
    site.writer().record(Unit.DAYS, UnitStatus(problem=problem, succeeded_at=NOW))
    reasons = {one["code"]: one for one in site.report(**APRIL)["coverage"]["reasons"]}

    assert reasons[code]["units"] == ["days"]
    assert reasons[code]["since"] == "2026-04-29T18:00:00Z"
    if code == "insights_not_granted":
        assert reasons[code]["link"] == (
            "https://photos.example.com/instagram/connect?login_type=instagram"
        )


def test_gaps_are_named(site: Site) -> None:
    site.write(
        post("2026-04-01T10:00:00Z", "x", missing={"shares": Reason.NOT_SUPPORTED}),
        day("2026-04-02T07:00:00Z", reach=1),
    )
    found = site.report(since="2026-03-30", until="2026-05-01")["coverage"]
    reasons = {one["code"]: one for one in found["reasons"]}

    assert not found["complete"]
    assert reasons["before_first_collection"]["dates"] == 2
    assert reasons["days_missing"]["dates"] == 27
    assert reasons["follows_missing"]["dates"] == 30
    assert reasons["new_followers_missing"]["dates"] == 28
    assert reasons["numbers_missing"]["posts"] == 1
    assert reasons["numbers_missing"]["byReason"] == {"not_supported": 1, "not_yet": 1}
    assert "future" in reasons


def test_part_of_new_followers_is_said(site: Site) -> None:
    site.write(
        day("2026-04-27T07:00:00Z", reach=1, follows=2, unfollows=1),
        day("2026-04-28T07:00:00Z", reach=1, follows=2, unfollows=1, new_followers=3),
    )
    found = site.report(since="2026-04-26", until="2026-04-27")

    assert found["totals"]["newFollowers"] == 3
    assert found["totals"]["netFollowers"] == 2
    [reason] = found["coverage"]["reasons"]
    assert (reason["code"], reason["dates"]) == ("new_followers_missing", 1)


def test_nothing_collected_is_said(site: Site) -> None:
    found = site.report(**APRIL)

    assert found["account"]["id"] == ACCOUNT
    assert found["totals"]["likes"] is None
    assert "not_collected_yet" in [one["code"] for one in found["coverage"]["reasons"]]


def test_disconnected_accounts_stay_readable(site: Site) -> None:
    site.write(A)
    site.disconnect()

    assert site.codes(**APRIL, account=ACCOUNT)[0] == "account_disconnected"
    assert site.report(**APRIL)["totals"]["posts"] == 1


def test_accounts_without_a_marker_stay_readable(site: Site) -> None:
    site.write(A, account_id=OTHER)

    assert site.codes(**APRIL, account=OTHER)[0] == "account_disconnected"


def test_the_sites_account_is_the_first(site: Site) -> None:
    site.connect(OTHER, connected_at=NOW)
    site.connect(ACCOUNT, connected_at=NOW + timedelta(hours=1))
    own = Site(site.aws, ig_user_id=ACCOUNT)

    assert site.report()["account"]["id"] == OTHER
    assert own.report()["account"]["id"] == ACCOUNT


def test_the_environments_account_counts(fake_aws: Aws) -> None:
    site = Site(fake_aws, ig_user_id=OTHER, ig_access_token="token")

    assert site.report()["account"]["id"] == site.report(account=OTHER)["account"]["id"] == OTHER


def test_no_account_says_what_to_do(fake_aws: Aws) -> None:
    answer = Site(fake_aws).get()

    assert answer.status == 404
    assert answer.json["error"]["code"] == "no_account"
    assert "/instagram/connect" in answer.json["error"]["message"]


def test_rows_of_others_stay_away(site: Site) -> None:
    site.write(A)
    site.writer(OTHER).write([Change("POST#2026-04-02T00:00:00Z#z", NOW, B)])

    assert [one["id"] for one in site.report(**APRIL)["posts"]] == ["a"]


@pytest.mark.parametrize(
    ("zone", "date", "starts", "ends"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", "2025-10-26", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z"),
        ("America/Los_Angeles", "2026-03-08", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"),
        ("America/Los_Angeles", "2025-11-02", "2025-11-02T07:00:00Z", "2025-11-03T08:00:00Z"),
    ],
)
def test_days_of_clock_changes(site: Site, zone: str, date: str, starts: str, ends: str) -> None:
    first, after = from_rfc3339(starts), from_rfc3339(ends)
    second = timedelta(seconds=1)
    times = {"before": first - second, "first": first, "last": after - second, "after": after}
    site.write(*(post(to_rfc3339(at), name) for name, at in times.items()))
    site.writer().set_zone(zone)
    found = site.report(since=date, until=date)

    assert [one["id"] for one in found["posts"]] == ["last", "first"]
    assert [one["key"] for one in found["hourBreakdown"]] == ["00:00", "23:00"]
    assert found["totals"]["posts"] == 2


def test_rows_at_the_edges_of_a_range(site: Site) -> None:
    site.write(
        day("2026-04-20T07:00:00Z", reach=1),
        day("2026-04-21T07:00:00Z", reach=10),
        day("2026-04-22T07:00:00Z", reach=100),
        day("2026-04-23T07:00:00Z", reach=1000),
        window("2026-04-20T07:00:00Z", "2026-04-22T07:00:00Z", totals={"reach": 105}),
        window("2026-04-21T07:00:00Z", "2026-04-23T07:00:00Z", totals={"reach": 1005}),
    )
    for zone in ("America/Los_Angeles", "Europe/Berlin", "UTC"):
        site.writer().set_zone(zone)
        totals = site.report(since="2026-04-20", until="2026-04-21")["totals"]
        assert (totals["accountReachDailySum"], totals["accountReach"]) == (110, 105), zone


def test_prepared_instances_answer(site: Site) -> None:
    site.dependencies.warm_up()

    assert site.get(**APRIL).status == 200
