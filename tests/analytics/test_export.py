"""Exports: types, formulas, size."""

from __future__ import annotations

import csv
import io
import tracemalloc
from urllib.parse import urlsplit

import boto3
import pytest

from lambdas.analytics.answering.export import Exports
from lambdas.analytics.records import Audience, Reason, Story
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.csv_table import csv_lines
from tests.analytics.rows import COLLECTED, NOW, day, numbers, post
from tests.analytics.site import Site
from tests.lambda_events import HttpAnswer

APRIL = {"since": "2026-04-01", "until": "2026-04-28"}


def table(answer: HttpAnswer) -> list[dict[str, str]]:
    """Return the rows as a spreadsheet reads them."""
    assert answer.status == 200, answer.text
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.text[1:], newline="")))


def test_posts_as_a_table(site: Site) -> None:
    site.write(
        post(
            "2026-04-02T06:30:00Z", "p1", caption='a "b",\r\nc', numbers=numbers(1, 0, 0, 0, 8, 9)
        ),
        post("2026-04-03T06:30:00Z", "p2", missing={"reach": Reason.TOO_FEW_VIEWERS}),
    )
    answer = site.get("/export", table="posts", format="csv", **APRIL)
    first, second = table(answer)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="posts-')
    assert first["published_local"] == "2026-04-01 23:30:00"
    assert first["published_utc"] == "2026-04-02T06:30:00Z"
    assert first["caption"] == 'a "b",\r\nc'
    assert (first["likes"], first["comments"], first["engagement"]) == ("1", "0", "1")
    assert float(first["engagementRateByReach"]) == 1 / 8
    assert (second["likes"], second["engagement"], second["engagementRateByReach"]) == ("", "", "")
    assert second["missing"].startswith("likes: not_yet")
    assert "reach: too_few_viewers" in second["missing"]


def test_lines_end_as_the_standard_says(site: Site) -> None:
    site.write(post("2026-04-02T06:30:00Z", "p1"))
    text = site.get("/export", table="posts", **APRIL).text

    assert text.count("\r\n") == text.count("\n") == 2


FORMULAS = [
    "=1+1", "+49 30", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000＝1",
    "＝1", "＋1", "－1", "＠x", "\u200b=1", "\ufeff=1", "﹦1", "\0=1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_texts(text: str) -> None:
    [line] = csv_lines([[text]])
    [[cell]] = csv.reader(io.StringIO(line.decode("utf-8-sig"), newline=""))

    assert cell == "'" + text.replace("\0", "")


@pytest.mark.parametrize(
    "text", ["a=1", "", "  plain", "1-1", "'quoted'", "#tag", "❤️ -1", "123456789012345"]
)
def test_other_texts_stay(text: str) -> None:
    [line] = csv_lines([[text, -5, 0, 0.25, None]])
    [cells] = csv.reader(io.StringIO(line.decode("utf-8-sig"), newline=""))

    assert cells == [text, "-5", "0", "0.25", ""]


def test_ids_are_texts(site: Site) -> None:
    site.write(post("2026-04-02T06:30:00Z", "17841400000000019"))
    [row] = table(site.get("/export", table="posts", **APRIL))

    assert row["id"] == "'17841400000000019"


def test_days_as_a_table(site: Site) -> None:
    site.write(
        day(
            "2026-04-21T07:00:00Z", reach=5, follows=1, unfollows=4, totals={"views": 9, "reach": 6}
        ),
        day("2026-04-22T07:00:00Z", reach=0),
    )
    answer = site.get("/export", table="days", **APRIL)
    first, second = table(answer)

    assert (first["date"], first["net_followers"], first["views"]) == ("2026-04-20", "-3", "9")
    assert (second["reach"], second["net_followers"], second["views"]) == ("0", "", "")
    assert first["reach"] == "5"
    assert answer.text.splitlines()[0].split(",").count("reach") == 1


def test_months_as_a_table(site: Site) -> None:
    site.write(post("2026-04-02T06:30:00Z", "p1", numbers=numbers(1, 0, 0, 0, 8, 9)))
    [month] = table(site.get("/export", table="monthly", **APRIL))

    assert month["month"] == "2026-04"
    assert (month["posts"], month["reach"], month["engagementRateByReach"]) == ("1", "8", "0.125")


def test_stories_and_audience_as_tables(site: Site) -> None:
    at = from_rfc3339("2026-04-20T10:00:00Z")
    site.write(
        Story(
            id="s1",
            taken_at=at,
            seen_at=NOW,
            numbers={"views": 3, "navigation": 7},
            navigation={"tap_exit": 2},
        ),
        Audience(date="2026-04-27", collected_at=COLLECTED, followers={"age": {"18-24": 1}}),
    )
    [story] = table(site.get("/export", table="stories", **APRIL))
    [share] = table(site.get("/export", table="audience", **APRIL))

    assert (story["views"], story["reach"], story["tap_exit"]) == ("3", "", "2")
    assert story["navigation"] == "7"
    assert list(share.values())[:5] == ["2026-04-27", "followers", "age", "18-24", "1"]


@pytest.mark.parametrize(
    ("code", "query"),
    [
        ("invalid_format", {"table": "posts", "format": "xml"}),
        ("invalid_table", {"table": "users"}),
        ("invalid_table", {}),
        ("invalid_since", {"table": "posts", "since": "yesterday"}),
        ("unknown_account", {"table": "posts", "account": "1"}),
    ],
)
def test_bad_exports_have_codes(site: Site, code: str, query: dict[str, str]) -> None:
    answer = site.get("/export", **query)

    assert answer.status in (400, 404)
    assert answer.json["error"]["code"] == code


def test_large_tables_go_through_the_bucket(site: Site) -> None:
    site.dependencies.__dict__["exports"] = Exports(
        site.dependencies.answers, site.dependencies.objects, max_inline=1000
    )
    site.write(*(post(f"2026-04-02T06:30:{at:02}Z", f"p{at}") for at in range(40)))
    answer = site.get("/export", table="posts", **APRIL)
    [stored] = boto3.client("s3").list_objects_v2(Bucket=site.aws.bucket)["Contents"]
    found = boto3.client("s3").get_object(Bucket=site.aws.bucket, Key=stored["Key"])
    link = urlsplit(answer.headers["location"])

    assert answer.status == 303
    assert stored["Key"].startswith("exports/")
    assert link.path.endswith(stored["Key"])
    assert "X-Amz-Expires=900" in link.query
    assert found["ContentDisposition"].startswith("attachment")
    assert found["Body"].read().count(b"\r\n") == 41


def test_many_lines_need_little_memory() -> None:
    row = ["x" * 1000] * 5
    tracemalloc.start()
    size = sum(len(line) for line in csv_lines(row for _ in range(4000)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 20_000_000
    assert peak < 1_000_000
