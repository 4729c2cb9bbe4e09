"""The entry points of the analytics feature.

`answer` serves operators from stored rows. `sweep` finds what is due, `collect` collects one unit
of one account, `forget` deletes an account's numbers.
"""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from snapshot_restore_py import register_before_snapshot

from lambdas.analytics.accounts import Account
from lambdas.analytics.answering.audience_answers import audience_answer, followers_answer
from lambdas.analytics.answering.best_times import best_times_answer
from lambdas.analytics.answering.comparison import comparison_answer
from lambdas.analytics.answering.hashtags import hashtags_answer
from lambdas.analytics.answering.post_history import post_answer
from lambdas.analytics.answering.post_list import DEFAULT_LIMIT, MAX_LIMIT
from lambdas.analytics.answering.report_answer import report_answer
from lambdas.analytics.change_views import AccountChange
from lambdas.analytics.dependencies import AnalyticsDependencies
from lambdas.analytics.records import Unit
from lambdas.analytics.routes import ROUTES
from lambdas.api.app import http_entry_point
from lambdas.api.request import JSON, Request
from lambdas.api.responses import json_response
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.errors import InvalidRequest
from lambdas.kit.events import AccountDataDeletionRequested
from lambdas.kit.queues import queue_entry_point

DEFAULT_MIN_REACH = 100


def show_report(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Report an account's numbers over a range of dates."""
    reader, min_reach = dependencies.reader, min_reach_of(request)
    continuing = dependencies.post_list.continuing
    return _json(
        dependencies.answers.stored(
            _account(dependencies, request),
            "report",
            _parameters(request, min_reach),
            lambda question: report_answer(question, reader, min_reach, continuing),
        )
    )


def list_posts(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """List posts page by page."""
    limit, min_reach = request.limit(DEFAULT_LIMIT, MAX_LIMIT), min_reach_of(request)
    account = _account(dependencies, request)
    return _json(dependencies.post_list.page(account, request.query, limit, min_reach))


def show_post(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Show one post with the history of its numbers."""
    answers, account = dependencies.answers, _account(dependencies, request)
    question = answers.question(account, {})
    found = post_answer(question, dependencies.reader, request.path["media_id"])
    return _json(answers.complete(question, found))


def list_stories(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """List stories page by page."""
    limit = request.limit(DEFAULT_LIMIT, MAX_LIMIT)
    account = _account(dependencies, request)
    return _json(dependencies.story_list.page(account, request.query, limit))


def show_audience(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Show who follows and who engaged."""
    answers, account = dependencies.answers, _account(dependencies, request)
    question = answers.question(account, {})
    return _json(answers.complete(question, audience_answer(question, dependencies.reader)))


def list_followers(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """List followers by date."""
    answers, account = dependencies.answers, _account(dependencies, request)
    question = answers.question(account, request.query)
    return _json(answers.complete(question, followers_answer(question, dependencies.reader)))


def show_best_times(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Compare the hours of the week."""
    reader, min_reach = dependencies.reader, min_reach_of(request)
    return _json(
        dependencies.answers.stored(
            _account(dependencies, request),
            "best-times",
            _parameters(request, min_reach),
            lambda question: best_times_answer(question, reader, min_reach),
        )
    )


def list_hashtags(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Compare the hashtags of the account's own posts."""
    reader, min_reach = dependencies.reader, min_reach_of(request)
    return _json(
        dependencies.answers.stored(
            _account(dependencies, request),
            "hashtags",
            _parameters(request, min_reach),
            lambda question: hashtags_answer(question, reader, min_reach),
        )
    )


def show_comparison(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Compare the totals with those of the period before."""
    reader = dependencies.reader
    return _json(
        dependencies.answers.stored(
            _account(dependencies, request),
            "compare",
            _parameters(request, DEFAULT_MIN_REACH),
            lambda question: comparison_answer(question, reader),
        )
    )


def export_table(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Export a table as CSV."""
    return dependencies.exports.respond(_account(dependencies, request), request.query)


def change_account(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Set an account's zone."""
    change = request.json_body(AccountChange)
    account = _account(dependencies, request)
    return json_response(dependencies.account_zones.change(account, change.time_zone))


def collect_now(dependencies: AnalyticsDependencies, request: Request) -> Response[str]:
    """Start a collection."""
    started = dependencies.collect_now.start(_account(dependencies, request))
    return json_response(started, HTTPStatus.ACCEPTED)


def min_reach_of(request: Request) -> int:
    """Return the least reach of a post that ranks by a rate. Raises InvalidRequest."""
    text = request.query.get("minReach", str(DEFAULT_MIN_REACH))
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InvalidRequest(
            "minReach must be a whole number, 0 or more.", code="invalid_min_reach"
        )
    return int(text)


def _account(dependencies: AnalyticsDependencies, request: Request) -> Account:
    return dependencies.accounts.named(request.query_id("account"))


def _parameters(request: Request, min_reach: int) -> dict[str, str]:
    dates = {name: request.query[name] for name in ("since", "until") if name in request.query}
    return dates | {"minReach": str(min_reach)}


def _json(text: str) -> Response[str]:
    return Response(HTTPStatus.OK, JSON, text)


def sweep_accounts(dependencies: AnalyticsDependencies, _: SQSRecord) -> None:
    """Put what is due into the queue."""
    dependencies.sweep.run()


def collect_unit(dependencies: AnalyticsDependencies, record: SQSRecord) -> None:
    """Collect the unit of one message."""
    message = record.json_body
    before = dependencies.transport.calls
    status = dependencies.collection.collect(
        message["account_id"], Unit(message["unit"]), if_due=message.get("if_due", False)
    )
    calls = dependencies.transport.calls - before
    if status:
        succeeded = status.succeeded_at is not None and status.failures == 0
        dependencies.metrics.emit(AnalyticsCollected=int(succeeded), AnalyticsCalls=calls)


def delete_account(dependencies: AnalyticsDependencies, record: SQSRecord) -> None:
    """Delete the numbers of the account in one message."""
    request = AccountDataDeletionRequested.from_detail(record.json_body["detail"])
    at = request.requested_at
    requested_at = from_rfc3339(at) if at else dependencies.clock.now()
    deleted = dependencies.deletion.delete(request.account_id, requested_at)
    extra = {"account": request.account_id, "rows": deleted}
    dependencies.logger.info("numbers deleted at their owner's request", extra=extra)


answer = http_entry_point(AnalyticsDependencies, ROUTES, "answer", globals())
sweep = queue_entry_point(AnalyticsDependencies, sweep_accounts)
collect = queue_entry_point(AnalyticsDependencies, collect_unit)
forget = queue_entry_point(AnalyticsDependencies, delete_account)


def warm_up_answer() -> None:
    """Prepare `answer` for the snapshot from which its instances start."""
    answer.dependencies.warm_up()


register_before_snapshot(warm_up_answer)
