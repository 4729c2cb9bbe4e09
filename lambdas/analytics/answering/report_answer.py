"""The answer of `GET /instagram/analytics`, small enough for a function to return."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from lambdas.analytics.answering.answer_store import Answer
from lambdas.analytics.answering.answers import Question, as_answer
from lambdas.analytics.answering.post_view import MeasuredPost, expiry_of
from lambdas.analytics.answering.report import MAX_POSTS, Options
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.answering.views import ReportJson
from lambdas.analytics.reader import NumbersReader
from lambdas.api.answer_size import size_in_answer

# Lambda returns up to 6 MB, in which the body is one JSON text: see `size_in_answer`.
MAX_BYTES = 5_500_000
FEWEST = 25


def report_answer(
    question: Question,
    reader: NumbersReader,
    min_reach: int,
    cursor_after: Callable[[Question, MeasuredPost], str],
) -> Answer:
    """Return the report of a question, with fewer posts listed where captions are long."""
    account_id = question.account.id
    rows = StoredRange.read(reader, account_id, question.dates)
    report = rows.report(account_id, question.state, question.dates, question.now)
    listed = MAX_POSTS
    while True:
        options = Options(min_reach=min_reach, max_posts=listed)
        head = report.to_json(options, lambda last: cursor_after(question, last))
        facts = msgspec.structs.replace(report.facts(listed), valid_until=pictures_end(head))
        answer = as_answer(head, facts)
        if listed <= FEWEST or size_in_answer(answer.body) <= MAX_BYTES:
            return answer
        listed //= 2


def pictures_end(head: ReportJson) -> datetime | None:
    """Return when the first address of a picture in a report ends."""
    top = head.top_posts
    shown = [*head.posts, *top.by_reach, *top.by_engagement_rate, *top.by_saved, *top.by_shares]
    ends = (expiry_of(one.thumbnail) for one in shown)
    return min((end for end in ends if end), default=None)
