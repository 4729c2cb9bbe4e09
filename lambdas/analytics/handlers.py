"""The entry points of the analytics feature.

`sweep` finds what is due, `collect` collects one unit of one account, `forget` deletes an account's
numbers.
"""

from __future__ import annotations

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.analytics.dependencies import AnalyticsDependencies
from lambdas.analytics.records import Unit
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.events import AccountDataDeletionRequested
from lambdas.kit.queues import queue_entry_point


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


sweep = queue_entry_point(AnalyticsDependencies, sweep_accounts)
collect = queue_entry_point(AnalyticsDependencies, collect_unit)
forget = queue_entry_point(AnalyticsDependencies, delete_account)
