"""The guests' entry points.

`view` reads, `upload` takes what guests send, `process` makes pictures of it, `operate` is for
operators, `tidy` finishes what crashes left half done.
"""

from __future__ import annotations

from datetime import timedelta

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from snapshot_restore_py import register_before_snapshot

from lambdas.api.app import http_entry_point
from lambdas.guests import page_operations, upload_operations
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.downloads import operations as downloading
from lambdas.guests.downloads.orders import PartOrder
from lambdas.guests.hosting import host_operations, operations
from lambdas.guests.moderating import operations as moderating
from lambdas.guests.moderating.settling import PHOTO_IDS
from lambdas.guests.pins import operations as pin_operations
from lambdas.guests.pins.guard import guarded
from lambdas.guests.processing import Arrival
from lambdas.guests.routes import ROUTES
from lambdas.guests.settings import MAX_PACKING_ATTEMPTS
from lambdas.guests.walls import operations as wall_operations
from lambdas.kit.queues import queue_entry_point

# Well within the function's time limit: a photo takes a second.
MAX_SWEPT = 100
# Of deleted events, in one run; the next one, five minutes later, continues.
MAX_REMOVED, MAX_REMOVING = 400, timedelta(seconds=35)
MAX_EXPIRED = 20


def process_original(dependencies: GuestsDependencies, record: SQSRecord) -> None:
    """Process the original that one message announces."""
    arrived = record.json_body["detail"]["object"]
    arrival = Arrival.of(arrived["key"], arrived.get("version-id"))
    receive_count = int(record.attributes.approximate_receive_count)
    dependencies.processor.process(arrival, receive_count)


def sweep_photos(dependencies: GuestsDependencies, record: SQSRecord) -> None:
    """Finish interrupted changes of photos and events, and care for hosts, on schedule.

    A message that names photos asks for these alone.
    """
    message = record.json_body
    if PHOTO_IDS in message:
        dependencies.sweep.settle(message["event_id"], message[PHOTO_IDS])
        return
    until = dependencies.clock.now() + MAX_REMOVING
    settled = dependencies.sweep.run(MAX_SWEPT)
    removed = dependencies.event_removal.run(MAX_REMOVED, until)
    dependencies.caring.run()
    expired = dependencies.downloading.expiry.run(MAX_EXPIRED)
    extra = {"photos": settled, "removed": removed, "downloads": expired}
    dependencies.logger.info("photos settled", extra=extra)


def pack_part(dependencies: GuestsDependencies, record: SQSRecord) -> None:
    """Make the zip file that one message asks for."""
    last = int(record.attributes.approximate_receive_count) >= MAX_PACKING_ATTEMPTS
    order = PartOrder.of(record.json_body)
    dependencies.downloading.packer.pack(order, last_attempt=last)


PARTS = (
    page_operations,
    upload_operations,
    operations,
    host_operations,
    moderating,
    wall_operations,
    pin_operations,
    downloading,
)
HANDLERS = guarded(ROUTES, {name: one for part in PARTS for name, one in vars(part).items()})
view = http_entry_point(GuestsDependencies, ROUTES, "view", HANDLERS)
upload = http_entry_point(GuestsDependencies, ROUTES, "upload", HANDLERS)
operate = http_entry_point(GuestsDependencies, ROUTES, "operate", HANDLERS)
process = queue_entry_point(GuestsDependencies, process_original)
tidy = queue_entry_point(GuestsDependencies, sweep_photos)
pack = queue_entry_point(GuestsDependencies, pack_part)


def warm_up_view() -> None:
    """Prepare `view` for the snapshot from which its instances start."""
    view.dependencies.warm_up()


register_before_snapshot(warm_up_view)
