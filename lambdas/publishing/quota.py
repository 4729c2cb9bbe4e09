"""The publishing quota of an account: shares are reserved, so that parallel posts cannot exceed it.

The total is read from the API, because its documents disagree. The API counts posts once they are
published; what is reserved and not published yet is counted here. Containers, of which an account
may create 400 in 24 hours, are counted here alone: the API does not tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import msgspec
from boto3.dynamodb.conditions import Attr

from lambdas.graph.container import PublishingLimit
from lambdas.publishing import keys
from lambdas.storage.conditional import put_if
from lambdas.storage.keys import EXPIRES
from lambdas.storage.packing import Packed, packed, unpacked

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

WINDOW = timedelta(hours=24)
MAX_CONTAINERS = 400
# How many posts of one account are worked on at once; the others wait their turn.
MAX_ACTIVE = 10
LIMIT_AGE = timedelta(minutes=1)
TURN_PAUSE = timedelta(minutes=1)
QUOTA_PAUSE = timedelta(hours=1)
# An execution renews its share at least hourly: an older one belongs to a post that has ended.
SHARE_LIFETIME = timedelta(hours=26)
MAX_TRIES = 20
TURN = "waiting_for_turn"


class Quota(Packed, frozen=True, kw_only=True):
    """What is known of an account's quota.

    `used` and `total` are the API's at `read_at`; `reserved` are posts with the times they
    reserved; `published` and `containers` the times of what was done in the last 24 hours.
    """

    version: int = 0
    used: int | None = None
    total: int | None = None
    window_seconds: int | None = None
    read_at: datetime | None = None
    reserved: dict[str, datetime] = msgspec.field(default_factory=dict)
    published: tuple[datetime, ...] = ()
    containers: tuple[datetime, ...] = ()


class QuotaStore(Protocol):
    """Stores quotas by account."""

    def read(self, account_id: str) -> Quota:
        """Return what is known of a quota."""

    def replace(self, account_id: str, old: Quota, new: Quota, now: datetime) -> bool:
        """Store a quota unless it was changed since `old` was read; return whether it was."""


class LimitReader(Protocol):
    """Reads the limit from the API."""

    def limit(self) -> PublishingLimit:
        """Return how much of the publishing quota is used."""


@dataclass(frozen=True)
class Refusal:
    """There is no share for now: why (a code of the table of failures), and until when at most."""

    code: str
    until: datetime


@dataclass(frozen=True)
class QuotaBook:
    """Reserves and returns shares of the quotas of all accounts."""

    store: QuotaStore

    def reserve(
        self, account_id: str, post_id: str, containers: int, api: LimitReader, now: datetime
    ) -> Refusal | None:
        """Reserve a share for a post that needs so many containers; return why not.

        Reserving twice is reserving once. Raises errors of the Graph client.
        """
        for _ in range(MAX_TRIES):
            old = self.store.read(account_id)
            known = _current(old, now)
            if post_id not in known.reserved and _is_old(known, now):
                known = _with_limit(known, api.limit(), now)
            if post_id not in known.reserved and (refusal := _refusal(known, containers, now)):
                self.store.replace(account_id, old, known, now)
                return refusal
            reserved = known.reserved | {post_id: now}
            new = msgspec.structs.replace(known, reserved=reserved)
            if self.store.replace(account_id, old, new, now):
                return None
        return Refusal(TURN, now + TURN_PAUSE)

    def release(self, account_id: str, post_id: str, now: datetime, *, published: bool) -> None:
        """Return a share; a published post counts until the API counts it. Can be repeated."""
        for _ in range(MAX_TRIES):
            old = self.store.read(account_id)
            if post_id not in old.reserved:
                return
            known = _current(old, now)
            reserved = {one: at for one, at in known.reserved.items() if one != post_id}
            times = (*known.published, now) if published else known.published
            new = msgspec.structs.replace(known, reserved=reserved, published=times)
            if self.store.replace(account_id, old, new, now):
                return
        raise RuntimeError("the quota's row keeps changing")

    def count_container(self, account_id: str, now: datetime) -> Refusal | None:
        """Count a container that is about to be created; return why none may be."""
        for _ in range(MAX_TRIES):
            old = self.store.read(account_id)
            known = _current(old, now)
            if refusal := _no_containers(known, 1):
                return refusal
            new = msgspec.structs.replace(known, containers=(*known.containers, now))
            if self.store.replace(account_id, old, new, now):
                return None
        return Refusal(TURN, now + TURN_PAUSE)

    def reserved(self, account_id: str, now: datetime) -> int:
        """Return how many posts hold a share."""
        return len(_current(self.store.read(account_id), now).reserved)


def _current(quota: Quota, now: datetime) -> Quota:
    """Return a quota without what no longer counts."""
    return msgspec.structs.replace(
        quota,
        reserved={one: at for one, at in quota.reserved.items() if at > now - SHARE_LIFETIME},
        published=tuple(at for at in quota.published if at > now - WINDOW),
        containers=tuple(at for at in quota.containers if at > now - WINDOW),
    )


def _is_old(quota: Quota, now: datetime) -> bool:
    return quota.read_at is None or not timedelta() <= now - quota.read_at < LIMIT_AGE


def _with_limit(quota: Quota, limit: PublishingLimit, now: datetime) -> Quota:
    window = int(limit.window.total_seconds()) if limit.window else None
    return msgspec.structs.replace(
        quota, used=limit.used, total=limit.total, window_seconds=window, read_at=now
    )


def _refusal(quota: Quota, containers: int, now: datetime) -> Refusal | None:
    if len(quota.reserved) >= MAX_ACTIVE:
        return Refusal(TURN, now + TURN_PAUSE)
    if refusal := _no_containers(quota, containers):
        return refusal
    if quota.total is None:
        # Instagram itself refuses what is too much, and counts nothing for it.
        return None
    since = [at for at in quota.published if quota.read_at and at >= quota.read_at]
    used = (quota.used or 0) + len(since)
    if used + len(quota.reserved) < quota.total:
        return None
    until = min(quota.published, default=now) + WINDOW if quota.published else now + QUOTA_PAUSE
    return Refusal("quota", max(until, now + TURN_PAUSE))


def _no_containers(quota: Quota, needed: int) -> Refusal | None:
    if len(quota.containers) + needed <= MAX_CONTAINERS:
        return None
    return Refusal("container_quota", min(quota.containers) + WINDOW)


@dataclass(frozen=True)
class DynamoQuotaStore:
    """Quotas in the posts table."""

    table: Table
    tenant: str

    def read(self, account_id: str) -> Quota:
        """Return what is known of a quota."""
        key = keys.account_key(self.tenant, account_id, keys.QUOTA)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return unpacked(Quota, row[keys.BODY]) if row else Quota()

    def replace(self, account_id: str, old: Quota, new: Quota, now: datetime) -> bool:
        """Store a quota unless it was changed since `old` was read; return whether it was."""
        version = old.version + 1
        row = {
            **keys.account_key(self.tenant, account_id, keys.QUOTA),
            keys.BODY: packed(msgspec.structs.replace(new, version=version)),
            keys.VERSION: version,
            EXPIRES: int((now + 2 * SHARE_LIFETIME).timestamp()),
        }
        known = Attr(keys.VERSION).eq(old.version)
        return put_if(self.table, row, known if old.version else Attr(keys.VERSION).not_exists())
