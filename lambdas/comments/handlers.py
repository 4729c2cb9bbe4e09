"""The entry points of the comments feature.

`receive` takes webhooks and puts what they report into a queue, from which `take` stores it and
applies rules. `act` performs recorded actions, `backfill` reads what webhooks did not bring.
`operate` serves operators, `sweep` goes on with what was interrupted, `forget` deletes what has to
go.
"""

from __future__ import annotations

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from snapshot_restore_py import register_before_snapshot

from lambdas.api.app import http_entry_point
from lambdas.comments.dependencies import CommentsDependencies
from lambdas.comments.operating.handlers import operate as operate
from lambdas.comments.reading.work import backfill_account
from lambdas.comments.reading_dependencies import ReadingDependencies
from lambdas.comments.receiving import webhook_operations
from lambdas.comments.receiving.incoming import decode_incoming
from lambdas.comments.receiving.parsing import parse
from lambdas.comments.receiving.raw_update import INSTAGRAM
from lambdas.comments.routes import ROUTES
from lambdas.comments.taking.unfinished import unfinished_of
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.decoded import JsonObject
from lambdas.kit.events import AccountDataDeletionRequested, PersonDataDeletionRequested
from lambdas.kit.queues import queue_entry_point


def take_updates(dependencies: CommentsDependencies, record: SQSRecord) -> None:
    """Take the updates of one message. One that fails keeps no other from being taken."""
    if item_id := unfinished_of(record.body):
        dependencies.completion.complete(item_id)
        return
    updates, failed = decode_incoming(record.body, dependencies.incoming.load), 0
    for raw in updates:
        if raw.is_lost:
            # What it said is not known any more, or may not be read: a person looks.
            dependencies.metrics.count("WebhookUnreadable")
            dependencies.logger.warning("a stored update is gone", extra={"object": raw.stored})
        try:
            dependencies.taker.take(parse(raw))
        except Exception:
            failed += 1
            # The ids of other objects may be a person's.
            account = raw.account if raw.object == INSTAGRAM else ""
            extra = {"account": account, "field": raw.field}
            dependencies.logger.exception("an update could not be taken", extra=extra)
    if failed:
        # Those that were taken are known at the next attempt.
        raise RuntimeError(f"{failed} of {len(updates)} updates could not be taken")


def perform_action(dependencies: CommentsDependencies, record: SQSRecord) -> None:
    """Do what can be done now for the action of one message."""
    dependencies.performer.perform(str(record.json_body["action"]))


def sweep_inbox(dependencies: ReadingDependencies, _: SQSRecord) -> None:
    """Go on with what was interrupted, and queue the accounts that are due."""
    accounts = dependencies.accounts.all().values()
    dependencies.scheduling.put_due(accounts)
    silent = dependencies.subscriptions.silent_accounts(accounts)
    dependencies.metrics.emit(WebhookSilentAccounts=len(silent))
    if silent:
        extra: JsonObject = {"accounts": silent}
        dependencies.logger.warning("webhooks of accounts do not arrive", extra=extra)
    dependencies.inbox_sweep.run()


def delete_data(dependencies: CommentsDependencies, record: SQSRecord) -> None:
    """Delete the inbox of an account, or what a person wrote."""
    event = record.json_body
    if event["detail-type"] == PersonDataDeletionRequested.detail_type():
        person = PersonDataDeletionRequested.from_detail(event["detail"])
        forgotten = dependencies.forgetting.person(person.person_id)
        extra = {"code": person.code, "items": forgotten.items}
        dependencies.logger.info("what a person wrote was deleted at their request", extra=extra)
        return
    request = AccountDataDeletionRequested.from_detail(event["detail"])
    at = request.requested_at
    requested_at = from_rfc3339(at) if at else dependencies.clock.now()
    deleted = dependencies.forgetting.account(request.account_id, requested_at)
    extra = {"account": request.account_id, "items": deleted}
    dependencies.logger.info("an inbox was deleted at its owner's request", extra=extra)


receive = http_entry_point(CommentsDependencies, ROUTES, "receive", vars(webhook_operations))
take = queue_entry_point(CommentsDependencies, take_updates)
act = queue_entry_point(CommentsDependencies, perform_action)
backfill = queue_entry_point(ReadingDependencies, backfill_account)
sweep = queue_entry_point(ReadingDependencies, sweep_inbox)
forget = queue_entry_point(CommentsDependencies, delete_data)


def warm_up() -> None:
    """Prepare what serves requests for the snapshot from which its instances start."""
    receive.dependencies.warm_up()
    operate.dependencies.warm_up()


register_before_snapshot(warm_up)
