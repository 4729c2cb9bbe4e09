"""Downloads of an event's photos: the queue of zip files, what makes them, and their alarm."""

from __future__ import annotations

from lambdas.guests.settings import MAX_PACKING_ATTEMPTS
from lambdas.storage import object_keys
from stacks.kit.alarms import FIVE_MINUTES, CompositeSpec, Severity
from stacks.kit.feature import FeatureStack
from stacks.kit.functions import FunctionSpec, QueueSpec
from stacks.kit.grants import Objects, Rows, allow_rows
from stacks.kit.widgets import DashboardRow, Graph
from stacks.storage import StorageStack

FAILED = "downloads-failed"
PACK_SECONDS = 900

PACK = FunctionSpec(
    name="pack",
    description="Makes zip files of an event's photos",
    timeout_seconds=PACK_SECONDS,
    # It holds one photo and one part of an upload, about 100 MB: memory buys it network and CPU.
    memory_mb=1024,
    reserved_concurrency=2,
)
DOWNLOADS = QueueSpec(
    name="Downloads",
    max_receive_count=MAX_PACKING_ATTEMPTS,
    # A killed function is noticed as soon as it cannot be running any more.
    visibility_timeout_seconds=PACK_SECONDS + 60,
    dead_letter_alarm=FAILED,
)


def add_downloads(stack: FeatureStack, storage: StorageStack) -> None:
    """Add the queue of zip files, what its functions may do, the alarm, and a row of graphs."""
    added = stack.add_queue(DOWNLOADS, PACK.name)
    operate, tidy, pack = (stack.functions[one].function for one in ("operate", "tidy", "pack"))
    operate.add_environment("DOWNLOADS_QUEUE_URL", added.queue.queue_url)
    added.queue.grant_send_messages(operate)
    zips = storage.objects_under(object_keys.DOWNLOADS_PREFIX)
    # Lists of what is in a zip file; a signed link reads with the rights of `operate`.
    stack.allow_objects(operate, [Objects.READ, Objects.WRITE], zips)
    stack.allow_objects(tidy, [Objects.DELETE], zips)
    made = [Objects.READ, Objects.WRITE, Objects.ABORT, Objects.DELETE]
    stack.allow_objects(pack, made, zips)
    originals = [Objects.READ, Objects.READ_VERSIONS]
    stack.allow_objects(pack, originals, storage.objects_under(object_keys.ORIGINALS_PREFIX))
    stack.allow_objects(pack, [Objects.READ], storage.objects_under(object_keys.SHOWN_PREFIX))
    # Without it a missing object is forbidden, not missing.
    stack.allow(pack, ["s3:ListBucket"], storage.bucket.bucket_arn)
    allow_rows(pack, storage.table, Rows.GET, Rows.UPDATE, Rows.DELETE)
    stack.alarms.append(_failed())
    stack.dashboard_rows.append(_row(stack))


def _failed() -> CompositeSpec:
    return CompositeSpec(
        name=FAILED,
        advice="Zip files could not be made: read the log of guests.pack",
        severity=Severity.LOW,
    )


def _row(stack: FeatureStack) -> DashboardRow:
    added, pack = stack.queues[DOWNLOADS.name], stack.functions[PACK.name].function
    waiting = added.queue.metric_approximate_number_of_messages_visible(
        period=FIVE_MINUTES, statistic="Maximum"
    )
    dead = added.dead_letters.metric_approximate_number_of_messages_visible(
        period=FIVE_MINUTES, statistic="Maximum"
    )
    made = pack.metric_invocations(period=FIVE_MINUTES, statistic="Sum")
    duration = pack.metric_duration(period=FIVE_MINUTES, statistic="Maximum")
    return DashboardRow(
        "Are downloads being made?",
        (
            Graph("Zip files made", (made,)),
            Graph("Zip files that wait or failed", (waiting, dead)),
            Graph("Time for one zip file, in ms", (duration,)),
        ),
    )
