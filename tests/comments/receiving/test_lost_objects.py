"""Updates whose stored values are gone."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from lambdas.comments.handlers import take_updates
from lambdas.comments.receiving.incoming import IncomingQueue
from lambdas.storage.objects import ObjectStore, Original
from tests.comments.receiving.site import Site, comment, entry, envelope


class Refusing(ObjectStore):
    """A bucket that refuses to read."""

    def __init__(self, code: str) -> None:
        self.code = code

    def read(self, key: str, max_bytes: int, version: str | None = None) -> Original | None:
        """Refuse."""
        raise ClientError({"Error": {"Code": self.code}}, f"GetObject {key} {max_bytes} {version}")


def queue(code: str) -> IncomingQueue:
    return IncomingQueue(cast("Any", None), "", Refusing(code))


def test_forbidden_object_is_gone() -> None:
    assert queue("AccessDenied").load("webhooks/1") is None
    with pytest.raises(ClientError):
        queue("SlowDown").load("webhooks/1")


def test_lost_update_is_reported_and_stops_no_other() -> None:
    site = Site()
    taken: list[object] = []
    site.send(envelope(entry(comment(text="x" * 250_000), comment(2))))
    counts, logged = Counter[str](), list[object]()
    dependencies = SimpleNamespace(
        incoming=queue("AccessDenied"),
        taker=SimpleNamespace(take=taken.append),
        metrics=SimpleNamespace(count=lambda name: counts.update([name])),
        logger=SimpleNamespace(warning=lambda text, extra: logged.append((text, extra))),
    )
    for body in site.queue.messages:
        record = SimpleNamespace(body=body, json_body={})
        take_updates(cast("Any", dependencies), cast("Any", record))

    assert len(taken) == 2
    assert counts == {"WebhookUnreadable": 1}
    assert logged == [("a stored update is gone", {"object": next(iter(site.bucket.kept))})]
