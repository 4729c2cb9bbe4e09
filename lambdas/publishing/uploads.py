"""Operators' own files: announced, granted, posted to the bucket, examined."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from boto3.dynamodb.conditions import Attr, Key

from lambdas.kit.clock import Clock
from lambdas.kit.errors import ConflictError, LimitReached
from lambdas.publishing import keys
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.upload_announcement import AnnouncedMedia
from lambdas.publishing.upload_record import FileFacts, FileProblem, Upload, UploadStatus
from lambdas.storage.conditional import put_if
from lambdas.storage.keys import EXPIRES, PARTITION
from lambdas.storage.object_keys import MEDIA_UPLOADS_PREFIX
from lambdas.storage.objects import ObjectStore, PostGrant
from lambdas.storage.packing import packed, unpacked
from lambdas.storage.rows import query_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

GRANT_LIFETIME = timedelta(minutes=30)
# For one operator. They hold back a mistake, not an attack: two announcements at the same moment
# may pass together.
MAX_WAITING = 50
MAX_BYTES_PER_DAY = 10 * 1024**3
DAY = timedelta(days=1)
MAX_TRIES = 5


def upload_object(upload_id: str) -> str:
    """Return the key of an upload's object."""
    return MEDIA_UPLOADS_PREFIX + upload_id


def parse_upload_object(key: str) -> str:
    """Return the upload id of an object's key. Raises ValueError for any other key."""
    upload_id = key.removeprefix(MEDIA_UPLOADS_PREFIX)
    if not key.startswith(MEDIA_UPLOADS_PREFIX) or not upload_id or "/" in upload_id:
        raise ValueError("not the key of an upload")
    return upload_id


@dataclass(frozen=True)
class Granted:
    """A new upload, and the form that its bytes are posted with."""

    upload: Upload
    post: PostGrant
    expires_at: datetime


@dataclass(frozen=True)
class Uploads:
    """The files of a tenant's operators."""

    table: Table
    tenant: str
    objects: ObjectStore
    clock: Clock
    rng: random.Random

    def announce(self, file: AnnouncedMedia, by: str) -> Granted:
        """Store an announced file, and grant posting it. Raises LimitReached."""
        now = self.clock.now().replace(microsecond=0)
        self._check_limits(file, by, now)
        upload = Upload(
            id=f"{self.rng.getrandbits(128):032x}",
            name=file.name,
            size=file.size,
            type=file.type,
            sha256=file.sha256,
            by=by,
            created_at=now,
        )
        self._put(upload, None)
        sizes = (file.size, file.size)
        post = self.objects.grant_post(upload_object(upload.id), file.type, sizes, GRANT_LIFETIME)
        return Granted(upload, post, now + GRANT_LIFETIME)

    def read(self, upload_id: str) -> Upload | None:
        """Return a file, or None."""
        key = keys.upload_key(self.tenant, upload_id)
        row = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return unpacked(Upload, row[keys.BODY]) if row else None

    def type_of(self, upload_id: str) -> str | None:
        """Return the content type of a file that has arrived, as far as is known; else None."""
        upload = self.read(upload_id)
        if upload is None or upload.status is UploadStatus.WAITING:
            return None
        return upload.facts.content_type if upload.facts else upload.type

    def start_examining(self, upload_id: str) -> Upload | None:
        """Record that a file has arrived and is examined now; return None for an unknown one."""
        return self._change(upload_id, status=UploadStatus.EXAMINING)

    def record_facts(
        self,
        upload_id: str,
        facts: FileFacts | None,
        problems: Mapping[Kind, Sequence[FileProblem]],
    ) -> Upload | None:
        """Record what the examination found; return None for an unknown file.

        `facts` are None for a file that cannot be read. A kind that is not in `problems` has
        none. The file is unsuitable if every kind has problems.
        """
        known = {kind: tuple(problems.get(kind, ())) for kind in Kind}
        is_ready = facts is not None and not all(known.values())
        return self._change(
            upload_id,
            status=UploadStatus.READY if is_ready else UploadStatus.UNSUITABLE,
            examined_at=self.clock.now().replace(microsecond=0),
            facts=facts,
            problems=known,
        )

    def _change(self, upload_id: str, **changes: object) -> Upload | None:
        for _ in range(MAX_TRIES):
            upload = self.read(upload_id)
            if upload is None:
                return None
            changed = msgspec.structs.replace(upload, **changes)
            if self._put(changed, upload):
                return changed
        raise ConflictError

    def _put(self, upload: Upload, old: Upload | None) -> bool:
        row = {
            **keys.upload_key(self.tenant, upload.id),
            keys.BODY: packed(upload),
            keys.STATE: upload.status.value,
            EXPIRES: int(upload.kept_until.timestamp()),
        }
        same = Attr(keys.BODY).eq(packed(old)) if old else Attr(PARTITION).not_exists()
        return put_if(self.table, row, same)

    def _check_limits(self, file: AnnouncedMedia, by: str, now: datetime) -> None:
        mine = [one for one in self._all() if one.by == by and one.created_at > now - DAY]
        waiting = [
            one
            for one in mine
            if one.status is UploadStatus.WAITING and one.created_at > now - GRANT_LIFETIME
        ]
        if len(waiting) >= MAX_WAITING:
            raise LimitReached(
                f"{len(waiting)} announced files have not been sent yet. Send them first.",
                code="too_many_uploads",
                retry_after=int(GRANT_LIFETIME.total_seconds()),
            )
        if sum(one.size for one in mine) + file.size > MAX_BYTES_PER_DAY:
            raise LimitReached(
                f"At most {MAX_BYTES_PER_DAY // 1024**3} GB can be uploaded in 24 hours.",
                code="too_many_bytes",
                retry_after=3600,
            )

    def _all(self) -> Iterator[Upload]:
        partition = keys.upload_key(self.tenant, "")[PARTITION]
        rows = query_all(
            self.table, KeyConditionExpression=Key(PARTITION).eq(partition), ConsistentRead=True
        )
        return (unpacked(Upload, row[keys.BODY]) for row in rows)
