"""The queue of updates: packed into few messages, and read from them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Raw
from msgspec.structs import replace

from lambdas.api.request import JSON
from lambdas.comments.receiving.raw_update import RawUpdate
from lambdas.comments.receiving.repair import plain
from lambdas.kit.errors import Unavailable
from lambdas.storage.object_keys import webhook_object
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

# A message has one run of a function: so many updates are stored well within its time.
MAX_UPDATES = 100
MAX_BYTES = 200_000
# Of one request to SQS: messages, and their bytes together.
BATCH, MAX_BATCH_BYTES = 10, 256_000
MAX_THREADS = 8
MAX_STORED_BYTES = 64 * 1024 * 1024
START, END = '{"updates":[', "]}"
NOTHING = Raw(b"null")

Load = Callable[[str], bytes | None]


class _Message(msgspec.Struct):
    updates: list[RawUpdate]


@dataclass(frozen=True)
class IncomingQueue:
    """The queue Incoming. Updates that are too large for a message are stored as objects."""

    client: SQSClient
    url: str
    objects: ObjectStore

    def put(self, updates: Iterable[RawUpdate]) -> int:
        """Put updates into the queue; return how many messages they are.

        Raises Unavailable if not all of them could be sent. It may be repeated.
        """
        messages = list(packed_messages(map(self._encoded, updates)))
        try:
            # At the same time: Meta waits for the answer.
            with ThreadPoolExecutor(MAX_THREADS) as pool:
                list(pool.map(self._send, _batches(messages)))
        except (ClientError, BotoCoreError) as error:
            raise _unavailable() from error
        return len(messages)

    def load(self, key: str) -> bytes | None:
        """Return the stored value of an update, or None if it is gone."""
        try:
            stored = self.objects.read(key, MAX_STORED_BYTES)
        except ClientError as error:
            # To those who may not list the bucket, S3 says so of what is not there.
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            return None
        return stored.body if stored else None

    def _encoded(self, update: RawUpdate) -> str:
        text = plain(msgspec.json.encode(update))
        if len(text) <= MAX_BYTES - len(START + END):
            return text
        value = bytes(update.value)
        key = webhook_object(update.received_at.date(), value)
        self.objects.write(key, value, JSON)
        return plain(msgspec.json.encode(replace(update, value=NOTHING, stored=key)))

    def _send(self, messages: Sequence[str]) -> None:
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(index), "MessageBody": message} for index, message in enumerate(messages)
        ]
        answer = self.client.send_message_batch(QueueUrl=self.url, Entries=entries)
        if answer.get("Failed"):
            raise _unavailable()


def packed_messages(updates: Iterable[str]) -> Iterator[str]:
    """Iterate over messages with encoded updates: as few as their limits allow, in order."""
    packed: list[str] = []
    size = len(START + END)
    for update in updates:
        if packed and (len(packed) == MAX_UPDATES or size + len(update) + 1 > MAX_BYTES):
            yield START + ",".join(packed) + END
            packed, size = [], len(START + END)
        packed.append(update)
        size += len(update) + 1
    if packed:
        yield START + ",".join(packed) + END


def decode_incoming(body: str, load: Load) -> list[RawUpdate]:
    """Return the updates of a message; `load` returns stored values, or None for one that is gone.

    Raises ValueError for a text that is no message of this queue.
    """
    updates = msgspec.json.decode(body, type=_Message).updates
    return [_loaded(update, update.stored, load) if update.stored else update for update in updates]


def _loaded(update: RawUpdate, key: str, load: Load) -> RawUpdate:
    value = load(key)
    return update if value is None else replace(update, value=Raw(value))


def _batches(messages: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for message in messages:
        if batch and (len(batch) == BATCH or size + len(message) > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += len(message)
    if batch:
        yield batch


def _unavailable() -> Unavailable:
    return Unavailable(
        "The updates could not be queued. Send the webhook again.",
        retry_after=5,
        code="queue_unavailable",
    )
