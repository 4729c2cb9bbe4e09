"""The totals of a range beside those of the range of the same length before it."""

from __future__ import annotations

import msgspec

from lambdas.analytics.answering.answer_store import Answer
from lambdas.analytics.answering.answers import Question, as_answer
from lambdas.analytics.answering.coverage import Facts
from lambdas.analytics.answering.dates import Dates
from lambdas.analytics.answering.measures import divided
from lambdas.analytics.answering.report import Report, fetched_at
from lambdas.analytics.answering.sibling_views import ChangeJson, ComparisonHead, PeriodJson
from lambdas.analytics.answering.stored_range import StoredRange
from lambdas.analytics.answering.totals import totals_json
from lambdas.analytics.reader import NumbersReader
from lambdas.analytics.records import Number


def comparison_answer(question: Question, reader: NumbersReader) -> Answer:
    """Return both periods' totals; an answer is as complete as the less complete of them."""
    dates, earlier = question.dates, question.dates.before
    reports = [_report(question, reader, one) for one in (dates, earlier)]
    head = ComparisonHead(
        account=question.account.id,
        since=dates.since.isoformat(),
        until=dates.until.isoformat(),
        time_zone=dates.zone.key,
        previous=PeriodJson(earlier.since.isoformat(), earlier.until.isoformat()),
        totals=_changes(*map(_totals, reports)),
        fetched_at=fetched_at(
            [
                *(one.post.collected_at for report in reports for one in report.posts),
                *(time for report in reports for time in report.account.collected_at),
            ]
        ),
    )
    facts = _joined(*(report.facts(len(report.posts)) for report in reports))
    return as_answer(head, msgspec.structs.replace(facts, since=earlier.since))


def _report(question: Question, reader: NumbersReader, dates: Dates) -> Report:
    rows = StoredRange.read(reader, question.account.id, dates)
    return rows.report(question.account.id, question.state, dates, question.now)


def _totals(report: Report) -> dict[str, Number | None]:
    found = totals_json(report.sums, report.account)
    totals: dict[str, Number | None] = msgspec.to_builtins(found)
    return {name: value for name, value in totals.items() if name != "missing"}


def _changes(
    totals: dict[str, Number | None], before: dict[str, Number | None]
) -> dict[str, ChangeJson]:
    return {name: _change(value, before[name]) for name, value in totals.items()}


def _change(value: Number | None, previous: Number | None) -> ChangeJson:
    """Return a change as a fraction of what was before; there is none of 0."""
    if value is None or not previous:
        return ChangeJson(value, previous, None)
    return ChangeJson(value, previous, divided(value - previous, abs(previous)))


def _joined(facts: Facts, before: Facts) -> Facts:
    unknown = [one.follows_missing for one in (facts, before) if one.follows_missing is not None]
    reasons = facts.numbers_missing.keys() | before.numbers_missing.keys()
    return msgspec.structs.replace(
        facts,
        days_missing=facts.days_missing + before.days_missing,
        follows_missing=sum(unknown) if unknown else None,
        new_followers_missing=facts.new_followers_missing + before.new_followers_missing,
        incomplete_posts=facts.incomplete_posts + before.incomplete_posts,
        numbers_missing={
            reason: facts.numbers_missing.get(reason, 0) + before.numbers_missing.get(reason, 0)
            for reason in reasons
        },
    )
