"""One post with the history of its numbers, which Instagram itself does not keep."""

from __future__ import annotations

from lambdas.analytics.answering.answer_store import Answer
from lambdas.analytics.answering.answers import Question, as_answer
from lambdas.analytics.answering.report import fetched_at, post_facts
from lambdas.analytics.answering.sibling_views import PostHistoryHead, SnapshotJson
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.reader import NumbersReader
from lambdas.kit.clock import to_rfc3339
from lambdas.kit.errors import NotFound


def post_answer(question: Question, reader: NumbersReader, media_id: str) -> Answer:
    """Return a post and its numbers by date, oldest first. Raises NotFound."""
    account_id = question.account.id
    post = reader.post(account_id, media_id)
    if post is None:
        raise NotFound("No post of this account has this id.", code="unknown_post")
    rows = StoredRange(posts=[post])
    report = rows.report(account_id, question.state, question.dates, question.now)
    history = reader.history(account_id, media_id)
    head = PostHistoryHead(
        account=account_id,
        time_zone=question.zone.key,
        post=report.views.of(report.posts[0]),
        history=[
            SnapshotJson(date, {**one.numbers}, to_rfc3339(one.collected_at))
            for date, one in history.items()
        ],
        fetched_at=fetched_at([post.collected_at, *(one.collected_at for one in history.values())]),
    )
    return as_answer(head, post_facts(report.posts, report.views))
