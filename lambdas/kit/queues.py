"""Entry points of functions that a queue feeds: failed messages return to the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from lambdas.kit.dependencies import EntryPoint, FeatureDependencies, Handle

D = TypeVar("D", bound=FeatureDependencies[Any])


def queue_entry_point(root: type[D], work: Callable[[D, SQSRecord], object]) -> EntryPoint[D]:
    """Return an entry point that hands each message of a batch to `work`.

    All log lines of a message carry its id and attempt, and an exception is logged as JSON before
    it is raised: Lambda alone would write it as plain text that no query for errors finds.
    """

    def build(dependencies: D) -> Handle:
        processor, logger = BatchProcessor(event_type=EventType.SQS), dependencies.logger

        def handle(record: SQSRecord) -> object:
            attempt = record.attributes.approximate_receive_count
            with logger.append_context_keys(message_id=record.message_id, attempt=attempt):
                try:
                    return work(dependencies, record)
                except Exception:
                    logger.exception("message failed")
                    raise

        return lambda event, context: process_partial_response(
            event=event, record_handler=handle, processor=processor, context=context
        )

    return EntryPoint(root, build)
