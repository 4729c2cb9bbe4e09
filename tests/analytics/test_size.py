"""Accounts with as many posts as the API gives, and captions as long as they can be."""

from __future__ import annotations

import json
import tracemalloc
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from lambdas.analytics.accounts import Account, Connection
from lambdas.analytics.answering.answers import Question
from lambdas.analytics.answering.report_answer import report_answer
from lambdas.analytics.reader import NumbersReader, packed, unpacked
from lambdas.analytics.records import AccountDay, Post, Story, Window
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.login_type import LoginType
from tests.analytics.rows import ACCOUNT, COLLECTED, LOS_ANGELES, NOW, STATE, dates, numbers, post
from tests.analytics.site import Site
from tests.answer_sizes import LAMBDA_LIMIT, size_of

MIB = 1024 * 1024
EVERY = timedelta(minutes=100)
QUESTION = Question(
    account=Account(ACCOUNT, Connection.CONNECTED, LoginType.INSTAGRAM),
    state=STATE,
    zone=LOS_ANGELES,
    now=NOW,
    dates=dates("2024-04-30", "2026-04-29"),
)


class ManyPosts(NumbersReader):
    """A reader of 10,000 posts, each decoded as it is from a table."""

    def __init__(self, caption: str) -> None:
        one = post("2026-04-29T17:00:00Z", caption=caption, numbers=numbers(1, 2, 3, 4, 500, 600))
        self._packed = packed(one)

    def posts(self, _: str, __: datetime, ___: datetime) -> list[Post]:
        found = (unpacked(Post, self._packed) for _ in range(10_000))
        return [
            msgspec.structs.replace(one, id=str(index), taken_at=one.taken_at - index * EVERY)
            for index, one in enumerate(found)
        ][::-1]

    def days(self, _: str, __: datetime, ___: datetime) -> list[AccountDay]:
        return []

    def windows(self, _: str, __: datetime, ___: datetime) -> list[Window]:
        return []

    def first_day(self, _: str) -> None:
        return None

    def last_day(self, _: str) -> None:
        return None


def answered(caption: str) -> tuple[dict[str, Any], int]:
    """Return the report, and how long the function's answer is at most."""
    found = report_answer(QUESTION, ManyPosts(caption), 100, lambda _, last: last.post.id)
    text = found.body.decode() + "}"
    return json.loads(text), len(json.dumps({"statusCode": 200, "body": text}))


@pytest.mark.parametrize("caption", ["plain " * 366, "😀" * 2200, '"\\' * 1100, "ü" * 2200])
def test_answers_stay_below_the_limit(caption: str) -> None:
    found, size = answered(caption)
    shown = len(found["posts"])

    assert size < LAMBDA_LIMIT
    assert 100 < shown <= 500
    assert found["totals"]["posts"] == 10_000
    assert found["postsCursor"] == found["posts"][-1]["id"] == str(shown - 1)


def test_memory_stays_small() -> None:
    tracemalloc.start()
    answered("A caption of usual length, with a few words and #two #hashtags. " * 4)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 100 * MIB


@pytest.mark.parametrize("name", ["posts", "stories"])
def test_pages_of_long_captions_end_early(site: Site, name: str) -> None:
    moments = [NOW - timedelta(hours=number) for number in range(200)]
    caption = "😀" * 5000
    if name == "posts":
        kept = [post(to_rfc3339(at), f"{n}", caption=caption) for n, at in enumerate(moments)]
        site.write(*kept)
    else:
        stories = [
            Story(
                id=f"{n}", taken_at=at, seen_at=COLLECTED, caption=caption,
                media_type="IMAGE", collected_at=COLLECTED,
            )
            for n, at in enumerate(moments)
        ]  # fmt: skip
        site.write(*stories)
    found, cursor = list[str](), dict[str, str]()
    while len(found) < len(moments):
        page = site.get(f"/{name}", limit="200", **cursor)
        assert size_of(page) < LAMBDA_LIMIT
        found += [one["id"] for one in page.json[name]]
        cursor = {"cursor": page.json["next"]}

    assert (found, page.json["next"]) == ([f"{number}" for number in range(200)], None)
