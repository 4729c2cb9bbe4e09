"""The tables that can be exported, row by row; the first row holds the columns' names."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from lambdas.analytics.answering import story_list
from lambdas.analytics.answering.account_days import net
from lambdas.analytics.answering.answers import Question
from lambdas.analytics.answering.coverage import reason_for_unknown
from lambdas.analytics.answering.measures import RATES
from lambdas.analytics.answering.post_list import sortable
from lambdas.analytics.answering.post_view import MeasuredPost, PostViews, measured_posts, value_of
from lambdas.analytics.answering.spreadsheet import local_time, utc_time
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.answering.views import MonthJson
from lambdas.analytics.numbers import BASE
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import Unit
from lambdas.kit.csv_table import Cell

Rows = Iterator[Sequence[Cell]]


class Table(enum.StrEnum):
    """What can be exported."""

    POSTS = "posts"
    DAYS = "days"
    MONTHLY = "monthly"
    STORIES = "stories"
    AUDIENCE = "audience"


def rows_of(table: Table, question: Question, reader: NumbersReader) -> Rows:
    """Return the rows of a table."""
    return MAKERS[table](question, reader)


def _posts(question: Question, reader: NumbersReader) -> Rows:
    more = sorted(sortable() - {*BASE, *RATES, "engagement", "timestamp"})
    numbers = [*BASE, "engagement", *RATES, *more]
    times = ["published_local", "published_utc"]
    about = ["id", "media_type", "media_product_type", "permalink", "caption"]
    yield [*times, *about, *numbers, "like_count", "comments_count", "missing", "gone_utc",
           "collected_utc"]  # fmt: skip
    dates = question.dates
    views = PostViews(question.now, reason_for_unknown(question.state, Unit.POSTS))
    for post in reader.each_post(question.account.id, dates.starts_at, dates.ends_at):
        [one] = measured_posts([post], dates.zone)
        yield [
            local_time(post.taken_at, dates.zone),
            utc_time(post.taken_at),
            post.id,
            post.media_type,
            post.product_type,
            post.permalink,
            post.caption,
            *_numbers(one, numbers),
            post.like_count,
            post.comments_count,
            _reasons(views.missing(post)),
            utc_time(post.gone_at),
            utc_time(post.collected_at),
        ]


def _numbers(one: MeasuredPost, names: Sequence[str]) -> list[Cell]:
    return [value_of(one, name) for name in names]


def _reasons(missing: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in missing.items())


def _days(question: Question, reader: NumbersReader) -> Rows:
    dates = question.dates
    rows = StoredRange.read_days(reader, question.account.id, dates)
    days = rows.account(dates, question.now).days
    more = sorted({name for day in days.values() for name in day.totals} - {"reach"})
    yield ["date", "reach", "new_followers", "follows", "unfollows", "net_followers", "followers",
           *more, "ends_utc", "collected_utc"]  # fmt: skip
    for at, day in days.items():
        yield [
            at.isoformat(),
            day.reach,
            day.new_followers,
            day.follows,
            day.unfollows,
            net(day),
            day.followers,
            *(day.totals.get(name) for name in more),
            utc_time(day.end_time),
            utc_time(day.collected_at),
        ]


def _monthly(question: Question, reader: NumbersReader) -> Rows:
    account_id, dates = question.account.id, question.dates
    posts = reader.posts(account_id, dates.starts_at, dates.ends_at)
    report = StoredRange(posts=posts).report(account_id, question.state, dates, question.now)
    yield list(MonthJson.__struct_encode_fields__)
    for month in report.monthly():
        yield list(msgspec.to_builtins(month).values())


def _stories(question: Question, reader: NumbersReader) -> Rows:
    dates = question.dates
    stories = reader.stories(question.account.id, dates.starts_at, dates.ends_at)
    actions = sorted({action for story in stories for action in story.navigation})
    about = ["published_local", "published_utc", "ends_utc", "id", "media_type", "permalink"]
    numbers = [*story_list.BASE, story_list.NAVIGATION]
    yield [*about, "caption", *numbers, *actions, "missing", "collected_utc"]
    for story in stories:
        shown = story_list.story_json(story, story_list.unknown_reason(question))
        yield [
            local_time(story.taken_at, dates.zone),
            utc_time(story.taken_at),
            utc_time(story.ends_at),
            story.id,
            story.media_type,
            story.permalink,
            story.caption,
            *(story.numbers.get(name) for name in numbers),
            *(story.navigation.get(action) for action in actions),
            _reasons(shown.missing),
            utc_time(story.collected_at),
        ]


def _audience(question: Question, reader: NumbersReader) -> Rows:
    dates = question.dates
    yield ["date", "people", "dimension", "value", "count", "collected_utc"]
    since, until = dates.since.isoformat(), dates.until.isoformat()
    for one in reader.audiences(question.account.id, since, until):
        for people, shares in (("followers", one.followers), ("engaged", one.engaged)):
            for dimension, values in shares.items():
                for value, count in values.items():
                    yield [one.date, people, dimension, value, count, utc_time(one.collected_at)]


MAKERS: Mapping[Table, Callable[[Question, NumbersReader], Rows]] = {
    Table.POSTS: _posts,
    Table.DAYS: _days,
    Table.MONTHLY: _monthly,
    Table.STORIES: _stories,
    Table.AUDIENCE: _audience,
}
