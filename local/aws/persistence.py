"""Durable state for the embedded AWS: MiniStack writes its state on a graceful stop only.

Three files of one idea, all below MiniStack's `STATE_DIR`:

- `snapshots/<number>/`: the state of all services. A snapshot is taken every few seconds while
  requests arrive, is published by an atomic rename of `current`, and is never taken while a stack
  is being changed. A process that is killed therefore starts again with whole stacks.
- `snapshots/journal-<number>.jsonl`: the DynamoDB items that were written since that snapshot.
- `blobs/<sha256>`: code and layers, too large to be written again with every snapshot.

S3 objects are files already; they are flushed to the disk before they replace an older file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import TextIO

from ministack import app
from ministack.core import persistence
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudformation, dynamodb, lambda_svc, s3

from lambdas.kit.decoded import JsonObject
from local.aws.flushed import atomic_write, flush_directory, write_flushed
from local.aws.journal import WRITES, item_of, number_of, replay, written_keys

AsgiApp = Callable[[MutableMapping[str, object], object, object], Awaitable[None]]
Answer = tuple[int, dict[str, str], bytes]
RequestHandler = Callable[[str, str, dict[str, str], bytes, object], Awaitable[Answer]]

STATE = Path(persistence.STATE_DIR)
SNAPSHOTS = STATE / "snapshots"
CURRENT = SNAPSHOTS / "current"
BLOBS = STATE / "blobs"
INTERVAL_SECONDS = 1.5
# A snapshot costs processor time that the functions need: it takes at most a twentieth.
MAX_SHARE = 20
MIN_BLOB_BYTES = 16 * 1024
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
        self._number = 0
        self._loaded = False
        self._dirty = False
        self._saving = threading.Lock()
        self._journal: TextIO | None = None
        self._writing = threading.Lock()
        # Keeps each large value alive, so that its identity stays a valid key.
        self._digests: dict[int, tuple[bytes, str]] = {}

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
            target = SNAPSHOTS / f"{number}.new"
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            try:
                self._write_services(target)
                still = settled()
            except (RuntimeError, KeyError, OSError) as error:
                persistence.logger.warning("No snapshot this time: %s", error)
                still = False
            if not still:
                shutil.rmtree(target, ignore_errors=True)
                return False
            target.rename(SNAPSHOTS / str(number))
            atomic_write(str(CURRENT), str(number), text=True)
            self._number = number
            self._remove_older(number)
            return True

    def load(self) -> None:
        """Restore the newest snapshot and the items that the journal holds beyond it."""
        SNAPSHOTS.mkdir(parents=True, exist_ok=True)
        self._number = int(CURRENT.read_text()) if CURRENT.exists() else 0
        folder = SNAPSHOTS / str(self._number)
        for key, module_name in app._state_map.items():
            file = folder / f"{key}.json"
            if not file.exists():
                continue
            data = json.loads(file.read_text(), object_hook=_decode)["payload"]
            app._get_module(module_name).load_persisted_state(data)
        journals = sorted(SNAPSHOTS.glob("journal-*.jsonl"), key=number_of)
        for journal in journals:
            if number_of(journal) >= self._number:
                replay(journal)
        # Journals in numbers above the snapshot's are kept until the next one is published.
        self._number = max([self._number, *map(number_of, journals)])
        self._open_journal(self._number)
        self._loaded = True

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

    def _write_services(self, target: Path) -> None:
        used: set[int] = set()

        def encode(value: object) -> object:
            if isinstance(value, bytes) and len(value) >= MIN_BLOB_BYTES:
                used.add(id(value))
                return {"__blob__": self._blob(value)}
            encoded: object = persistence._json_default(value)
            return encoded

        for key, get_state in app._build_persistence_save_dict().items():
            state = get_state()
            if state is not None:
                text = json.dumps({"payload": state}, default=encode)
                write_flushed(target / f"{key}.json", text)
        self._digests = {key: kept for key, kept in self._digests.items() if key in used}
        flush_directory(target)

    def _blob(self, value: bytes) -> str:
        if id(value) not in self._digests:
            digest = hashlib.sha256(value).hexdigest()
            BLOBS.mkdir(parents=True, exist_ok=True)
            if not (BLOBS / digest).exists():
                atomic_write(str(BLOBS / digest), value)
            self._digests[id(value)] = (value, digest)
        return self._digests[id(value)][1]

    def _open_journal(self, number: int) -> None:
        following = (SNAPSHOTS / f"journal-{number}.jsonl").open("a", encoding="utf-8")
        with self._writing:
            older, self._journal = self._journal, following
        if older:
            older.close()

    def _remove_older(self, number: int) -> None:
        """Remove what the published snapshot replaces, and code that no function refers to."""
        for path in SNAPSHOTS.iterdir():
            if path.suffix == ".jsonl" and number_of(path) < number:
                path.unlink(missing_ok=True)
            elif path.is_dir() and path.name != str(number):
                shutil.rmtree(path, ignore_errors=True)
        kept = {digest for _, digest in self._digests.values()}
        for blob in BLOBS.iterdir() if BLOBS.exists() else ():
            if blob.name not in kept:
                blob.unlink(missing_ok=True)


def settled() -> bool:
    """Whether no stack is being changed, and none is left half changed."""
    stacks = list(cloudformation._stacks._data.values())
    return all(stack.get("StackStatus") in SETTLED for stack in stacks)


def _decode(value: JsonObject) -> object:
    if "__blob__" in value:
        return (BLOBS / value["__blob__"]).read_bytes()
    decoded: object = persistence._json_object_hook(value)
    return decoded
