"""Durable state for the embedded AWS: MiniStack writes its state on a graceful stop only.

Three files of one idea, all below MiniStack's `STATE_DIR`:

- `snapshots/<number>/`: the state of all services. A snapshot is taken every few seconds while
  requests arrive, is published by an atomic rename, and is never taken while a stack is being
  changed. A process that is killed therefore starts again with whole stacks. The last two are
  kept, for the case that a file of the newest is damaged.
- `snapshots/journal-<number>.jsonl`: the DynamoDB items written since the snapshot before.
- `blobs/<sha256>`: code and layers, too large to be written again with every snapshot.

S3 objects are files already; they are flushed to the disk before they replace an older file.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import TextIO

from ministack import app
from ministack.core import persistence
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudformation, dynamodb, lambda_svc, s3

from local.aws.flushed import atomic_write
from local.aws.journal import WRITES, item_of, number_of, replay, written_keys
from local.aws.snapshots import Blobs, DamagedError, Snapshots

AsgiApp = Callable[[MutableMapping[str, object], object, object], Awaitable[None]]
Answer = tuple[int, dict[str, str], bytes]
RequestHandler = Callable[[str, str, dict[str, str], bytes, object], Awaitable[Answer]]

STATE = Path(persistence.STATE_DIR)
SNAPSHOTS = STATE / "snapshots"
JOURNALS = "journal-*.jsonl"
INTERVAL_SECONDS = 1.5
# A snapshot costs processor time that the functions need: it takes at most a twentieth.
MAX_SHARE = 20
SETTLED = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "IMPORT_COMPLETE",
    "DELETE_COMPLETE",
    "ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "REVIEW_IN_PROGRESS",
}


def state_survives_a_kill() -> None:
    """Install snapshots, the journal and flushed S3 writes. Do nothing unless state is kept."""
    if not persistence.PERSIST_STATE:
        return
    keeper = Keeper()
    app._load_persisted_state = keeper.load
    app.save_all = lambda _: keeper.save()
    app.app = keeper.notices_requests(app.app)
    dynamodb.handle_request = keeper.journals_writes(dynamodb.handle_request)
    s3._atomic_write = atomic_write
    # Code is kept as the snapshots' own blobs, which are on the disk before they are referred to.
    lambda_svc._externalize_code_zip = lambda *_: None
    lambda_svc._prune_orphan_code_blobs = lambda *_: None
    threading.Thread(target=keeper.run, daemon=True, name="snapshots").start()


class Keeper:
    """Writes and loads the state. One thread takes snapshots; the event loop writes the journal."""

    def __init__(self) -> None:
        objects = Path(s3.DATA_DIR)
        self._snapshots = Snapshots(SNAPSHOTS, Blobs(STATE / "blobs", objects))
        # The highest number in use, and that of the newest whole snapshot.
        self._number = self._newest = 0
        self._loaded = False
        self._dirty = False
        self._saving = threading.Lock()
        self._journal: TextIO | None = None
        self._writing = threading.Lock()

    def run(self) -> None:
        """Take a snapshot whenever something may have changed."""
        while True:
            started = time.monotonic()
            if self._loaded and self._dirty:
                self._dirty = False
                if not self.save():
                    self._dirty = True
            time.sleep(max(INTERVAL_SECONDS, (time.monotonic() - started) * MAX_SHARE))

    def save(self) -> bool:
        """Publish a snapshot; return False if a stack is being changed or state was in motion."""
        with self._saving:
            if not self._loaded or not settled():
                return False
            number = self._number + 1
            self._open_journal(number)
            try:
                self._snapshots.write(number, app._build_persistence_save_dict())
                still = settled()
            except (RuntimeError, KeyError, OSError) as error:
                persistence.logger.warning("No snapshot this time: %s", error)
                still = False
            if not still:
                self._snapshots.discard(number)
                return False
            self._snapshots.publish(number)
            before, self._number, self._newest = self._newest, number, number
            # The one before is kept: it serves if a file of the newest is damaged.
            self._snapshots.keep_only({before, number})
            for journal in SNAPSHOTS.glob(JOURNALS):
                if number_of(journal) < before:
                    journal.unlink(missing_ok=True)
            return True

    def load(self) -> None:
        """Restore the newest whole snapshot and the items that the journals hold beyond it."""
        SNAPSHOTS.mkdir(parents=True, exist_ok=True)
        self._newest, states = self._newest_whole()
        for key, module_name in app._state_map.items():
            if key in states:
                app._get_module(module_name).load_persisted_state(states[key])
        journals = sorted(SNAPSHOTS.glob(JOURNALS), key=number_of)
        for journal in journals:
            if number_of(journal) >= self._newest:
                replay(journal)
        # A new journal: the last line of the one before may be cut off.
        self._number = max([*self._snapshots.numbers(), *map(number_of, journals), 0])
        self._open_journal(self._number + 1)
        self._loaded = True

    def _newest_whole(self) -> tuple[int, dict[str, object]]:
        """Return the newest whole snapshot, or none (0) if there has been none."""
        numbers = self._snapshots.numbers()
        for number in numbers:
            try:
                return number, self._snapshots.read(number)
            except DamagedError as error:
                persistence.logger.warning("A snapshot is damaged: %s", error)
        if numbers:
            sys.exit(
                f"All snapshots in {SNAPSHOTS} are damaged. `make down` removes the deployment "
                "with its data, then `make up` starts a new one."
            )
        return 0, {}

    def notices_requests(self, handle: AsgiApp) -> AsgiApp:
        """Wrap the ASGI application: any request but a health check may change something."""

        async def noticed(
            scope: MutableMapping[str, object], receive: object, send: object
        ) -> None:
            await handle(scope, receive, send)
            if scope["type"] == "http" and not str(scope["path"]).startswith("/_ministack/"):
                self._dirty = True

        return noticed

    def journals_writes(self, handle: RequestHandler) -> RequestHandler:
        """Wrap DynamoDB's entry point: an item is in the journal before its writer is answered."""

        async def journaled(
            method: str, path: str, headers: dict[str, str], body: bytes, query: object
        ) -> Answer:
            result = await handle(method, path, headers, body, query)
            action = headers.get("x-amz-target", "").rpartition(".")[2]
            if action in WRITES and result[0] == 200 and self._journal:
                lines = [
                    json.dumps([get_account_id(), get_region(), table, key, item_of(table, key)])
                    for table, key in written_keys(action, json.loads(body))
                ]
                with self._writing:
                    self._journal.write("".join(f"{line}\n" for line in lines))
                    self._journal.flush()
            return result

        return journaled

    def _open_journal(self, number: int) -> None:
        following = (SNAPSHOTS / f"journal-{number}.jsonl").open("a", encoding="utf-8")
        with self._writing:
            older, self._journal = self._journal, following
        if older:
            older.close()


def settled() -> bool:
    """Whether no stack is being changed, and none is left half changed."""
    stacks = list(cloudformation._stacks._data.values())
    return all(stack.get("StackStatus") in SETTLED for stack in stacks)
