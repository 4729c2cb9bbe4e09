"""Deliver webhooks as Meta does: in the background, signed, and again when they are not accepted.

The rules make them late, doubled, reordered or wrong, as the knob `webhooks` says.
"""

from __future__ import annotations

import json
import queue
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from local.graph.webhook import post, signed

WORKERS = 4
FIRST_PAUSE = 0.2


class Shape(StrEnum):
    """How a body is built around the updates."""

    CHANGES = "changes"
    FLAT = "flat"
    """An entry with `field` and `value` instead of `changes`, as documented for comments."""
    ARRAY = "array"
    """An array around the envelope."""


@dataclass(frozen=True)
class WebhookRules:
    """How webhooks are delivered; see the knob."""

    off: bool = False
    delay_seconds: float = 0.0
    times: int = 1
    shuffle: bool = False
    batch: int = 1
    shape: Shape = Shape.CHANGES
    secret: str | None = None
    retry: int = 3

    def __post_init__(self) -> None:
        """Raise ValueError for values without a meaning."""
        if self.batch < 1 or self.times < 1 or self.retry < 0 or self.delay_seconds < 0:
            raise ValueError("batch and times are at least 1, retry and delay_seconds at least 0")

    @property
    def held(self) -> int:
        """Return how many updates are held until they are sent."""
        return max(self.batch, 2) if self.shuffle else self.batch


@dataclass(frozen=True)
class Update:
    """A change or a messaging event, with the id and the time of its entry."""

    field: str
    entry: Mapping[str, object]
    change: Mapping[str, object] | None = None
    event: Mapping[str, object] | None = None

    def shown(self, shape: Shape) -> dict[str, object]:
        """Return the entry."""
        if self.change is None:
            return {**self.entry, "messaging": [self.event]}
        if shape is Shape.FLAT:
            return {**self.entry, **self.change}
        return {**self.entry, "changes": [self.change]}


@dataclass(frozen=True)
class Target:
    """An app's address and secret."""

    url: str
    app_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Job:
    """A body to post; `row` is how it is listed."""

    target: Target
    raw: bytes
    row: dict[str, object]
    rules: WebhookRules


class Deliveries:
    """The webhooks of all apps, waiting and done."""

    def __init__(self) -> None:
        self.rules = WebhookRules()
        self.rows: list[dict[str, object]] = []
        self._held: dict[Target, list[Update]] = {}
        self._jobs: queue.Queue[Job] = queue.Queue()
        self._workers: list[threading.Thread] = []
        self._lock = threading.RLock()
        self._rng = random.Random(1)

    def add(self, url: str, app_id: str, secret: str, update: Update) -> None:
        """Send an update, or hold it until there are enough."""
        with self._lock:
            target = Target(url, app_id, secret)
            held = self._held.setdefault(target, [])
            held.append(update)
            if len(held) >= self.rules.held or self.rules.off:
                self._send(target, self._held.pop(target))

    def change(self, rules: WebhookRules) -> None:
        """Send what is held, then deliver by other rules."""
        with self._lock:
            for target in tuple(self._held):
                self._send(target, self._held.pop(target))
            self.rules = rules

    def clear(self) -> None:
        """Forget everything that is not under way."""
        with self._lock:
            self.rules, self.rows = WebhookRules(), []
            self._held.clear()

    def wait(self) -> None:
        """Wait until all that was sent has been answered, or given up."""
        self._jobs.join()

    def _send(self, target: Target, updates: list[Update]) -> None:
        rules = self.rules
        if rules.shuffle:
            updates = list(reversed(updates))
        bodies = [updates[at : at + rules.batch] for at in range(0, len(updates), rules.batch)]
        bodies = [body for body in bodies for _ in range(rules.times)]
        if rules.shuffle:
            self._rng.shuffle(bodies)
        for body in bodies:
            self._post(target, body)

    def _post(self, target: Target, updates: list[Update]) -> None:
        rules = self.rules
        entries = [one.shown(rules.shape) for one in updates]
        envelope: object = {"object": "instagram", "entry": entries}
        envelope = [envelope] if rules.shape is Shape.ARRAY else envelope
        row: dict[str, object] = {
            "at": [one.entry["time"] for one in updates],
            "account": [one.entry["id"] for one in updates],
            "field": ",".join(sorted({one.field for one in updates})),
            "updates": len(updates),
            "app": target.app_id,
            "url": target.url,
            "status": "dropped" if rules.off else None,
            "attempts": 0,
        }
        self.rows.append(row)
        if rules.off:
            return
        self._jobs.put(Job(target, json.dumps(envelope, ensure_ascii=True).encode(), row, rules))
        if len(self._workers) < WORKERS:
            worker = threading.Thread(target=self._work, daemon=True)
            self._workers.append(worker)
            worker.start()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                _deliver(job)
            finally:
                self._jobs.task_done()


def _deliver(job: Job) -> None:
    rules = job.rules
    time.sleep(rules.delay_seconds)
    secret = job.target.secret if rules.secret in (None, "wrong") else str(rules.secret)
    headers = signed(job.raw, secret, broken=rules.secret == "wrong")  # noqa: S105
    for attempt in range(rules.retry + 1):
        job.row["attempts"] = attempt + 1
        job.row["status"] = post(job.target.url, job.raw, headers)
        if job.row["status"] == 200:
            return
        if attempt < rules.retry:
            time.sleep(FIRST_PAUSE * 2**attempt)
