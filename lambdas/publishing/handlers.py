"""The entry points of the publishing feature.

`operate` serves operators. `start` wakes posts up, `work` and `prepare` are the steps of the state
machine; `prepare` also examines operators' files as they arrive. `sweep` finishes what was
interrupted, `forget` removes what has to go.
"""

from __future__ import annotations

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from snapshot_restore_py import register_before_snapshot

from lambdas.api.app import http_entry_point
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.decoded import JsonObject
from lambdas.kit.dependencies import EntryPoint, Handle
from lambdas.kit.events import AccountDataDeletionRequested, PhotoRemoved
from lambdas.kit.queues import queue_entry_point
from lambdas.publishing import approval_operations, operations, plan_operations
from lambdas.publishing.dependencies import PublishingDependencies
from lambdas.publishing.operate_dependencies import OperateDependencies
from lambdas.publishing.routes import ROUTES
from lambdas.publishing.uploads import parse_upload_object


def start_post(dependencies: PublishingDependencies, record: SQSRecord) -> None:
    """Start the post of one message."""
    dependencies.wake_up.start(str(record.json_body["post"]))


def work_on(dependencies: PublishingDependencies, task: JsonObject) -> JsonObject:
    """Do what can be done now for a post; say what the state machine does next."""
    with dependencies.logger.append_context_keys(post=task["post"], run=task["run"]):
        return dependencies.workflow.advance(str(task["post"]), int(task["run"])).to_json()


def prepare_files(dependencies: PublishingDependencies, task: JsonObject) -> JsonObject:
    """Prepare the files of a post."""
    with dependencies.logger.append_context_keys(post=task["post"], run=task["run"]):
        dependencies.preparing.prepare(str(task["post"]), int(task["run"]))
    return {}


def examine_upload(dependencies: PublishingDependencies, record: SQSRecord) -> None:
    """Examine the operator's file whose arrival one message reports."""
    upload_id = parse_upload_object(record.json_body["detail"]["object"]["key"])
    receive_count = int(record.attributes.approximate_receive_count)
    dependencies.examining.examine(upload_id, again=receive_count > 1)


def sweep_posts(dependencies: OperateDependencies, _: SQSRecord) -> None:
    """Go on with what an interruption left."""
    dependencies.batches.sweep()
    looked_at = dependencies.sweep.run()
    dependencies.metrics.emit(PublishSweeps=1, PublishOpen=looked_at)


def remove(dependencies: PublishingDependencies, record: SQSRecord) -> None:
    """Cancel posts of a photo that was removed, or delete the posts of an account."""
    event = record.json_body
    if event["detail-type"] == PhotoRemoved.detail_type():
        photo = PhotoRemoved.from_detail(event["detail"])
        cancelled = dependencies.photo_removal.cancel(photo.event_id, photo.photo_id)
        extra: JsonObject = {"photo": photo.photo_id, "posts": cancelled}
        dependencies.logger.info("posts of a removed photo cancelled", extra=extra)
        return
    request = AccountDataDeletionRequested.from_detail(event["detail"])
    at = request.requested_at
    requested_at = from_rfc3339(at) if at else dependencies.clock.now()
    deleted = dependencies.deletion.delete(request.account_id, requested_at)
    extra = {"account": request.account_id, "rows": deleted}
    dependencies.logger.info("posts deleted at their owner's request", extra=extra)


HANDLERS = {**vars(operations), **vars(plan_operations), **vars(approval_operations)}
operate = http_entry_point(OperateDependencies, ROUTES, "operate", HANDLERS)
start = queue_entry_point(PublishingDependencies, start_post)
sweep = queue_entry_point(OperateDependencies, sweep_posts)
forget = queue_entry_point(PublishingDependencies, remove)
work = EntryPoint(
    PublishingDependencies, lambda dependencies: lambda event, _: work_on(dependencies, event)
)
examine = queue_entry_point(PublishingDependencies, examine_upload)


def _prepare_or_examine(dependencies: PublishingDependencies) -> Handle:
    """Return what the function with the libraries of media does: both of its tasks."""
    from_queue = examine.using(dependencies)
    return lambda event, context: (
        from_queue(event, context) if "Records" in event else prepare_files(dependencies, event)
    )


prepare = EntryPoint(PublishingDependencies, _prepare_or_examine)


def warm_up_operate() -> None:
    """Prepare `operate` for the snapshot from which its instances start."""
    operate.dependencies.warm_up()


register_before_snapshot(warm_up_operate)
