"""The feed's entry points: posts are stale, or a person's data must be deleted."""

from __future__ import annotations

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.feed.dependencies import FeedDependencies
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.errors import NotFound
from lambdas.kit.events import AccountDataDeletionRequested, FeedFoundStale
from lambdas.kit.queues import queue_entry_point


def refresh_event(dependencies: FeedDependencies, record: SQSRecord) -> None:
    """Read the posts of the event in one message."""
    stale = FeedFoundStale.from_detail(record.json_body["detail"])
    try:
        event = dependencies.events.get(stale.event_id)
    except NotFound:
        # It was deleted after a view asked for the posts.
        dependencies.logger.info("no event to refresh", extra={"event_id": stale.event_id})
        return
    dependencies.refresher.refresh(event)


def delete_account(dependencies: FeedDependencies, record: SQSRecord) -> None:
    """Delete the posts of the account in one message."""
    request = AccountDataDeletionRequested.from_detail(record.json_body["detail"])
    # An event from before the time was sent is about a request that was made until now.
    at = request.requested_at
    requested_at = from_rfc3339(at) if at else dependencies.clock.now()
    deleted = dependencies.deletion.delete(request.account_id, requested_at)
    extra = {"account": request.account_id, "posts": deleted}
    dependencies.logger.info("posts deleted at their owner's request", extra=extra)


refresh = queue_entry_point(FeedDependencies, refresh_event)
forget = queue_entry_point(FeedDependencies, delete_account)
