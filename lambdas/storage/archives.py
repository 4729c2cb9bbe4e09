"""Zip files in the bucket, and what they are made of: read in ranges, written in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, ObjectIdentifierTypeDef

ZIP, JSON = "application/zip", "application/json"
MISSING = ("NoSuchKey", "NoSuchVersion", "404")
# The SDK repeats requests, but not the reading of a body that breaks off.
MAX_TRIES = 3

Result = TypeVar("Result")


@dataclass(frozen=True)
class Stored:
    """An object that is there: its size in bytes, and its entity tag."""

    size: int
    etag: str


@dataclass(frozen=True, kw_only=True)
class MultipartUpload:
    """An object that is written part by part: it appears when `complete` is called, or never."""

    client: S3Client
    bucket: str
    key: str
    upload_id: str
    parts: list[CompletedPartTypeDef] = field(default_factory=list)

    def write(self, body: bytes) -> None:
        """Send the next part: at least 5 MiB, except for the last one."""
        number = len(self.parts) + 1
        sent = self.client.upload_part(
            Bucket=self.bucket,
            Key=self.key,
            UploadId=self.upload_id,
            PartNumber=number,
            Body=body,
        )
        self.parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    def complete(self) -> None:
        """Make the object."""
        self.client.complete_multipart_upload(
            Bucket=self.bucket,
            Key=self.key,
            UploadId=self.upload_id,
            MultipartUpload={"Parts": self.parts},
        )

    def abort(self) -> None:
        """Drop all parts that were sent."""
        self.client.abort_multipart_upload(
            Bucket=self.bucket, Key=self.key, UploadId=self.upload_id
        )


@dataclass(frozen=True)
class ArchiveStore:
    """The objects of downloads in the photo bucket."""

    client: S3Client
    bucket: str

    def begin(self, key: str) -> MultipartUpload:
        """Begin to write a zip file."""
        made = self.client.create_multipart_upload(
            Bucket=self.bucket, Key=key, ContentType=ZIP, CacheControl="private, no-store"
        )
        return MultipartUpload(
            client=self.client, bucket=self.bucket, key=key, upload_id=made["UploadId"]
        )

    def made_at(self, key: str) -> datetime | None:
        """Return when an object was made, in whole seconds, or None if there is none."""
        try:
            answer = self.client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise
        return answer["LastModified"].astimezone(UTC).replace(microsecond=0)

    def chunks(self, key: str, version: str | None, size: int, step: int) -> Iterator[bytes | None]:
        """Return an object's bytes, `step` at a time; None, and nothing more, if it is gone."""
        for start in range(0, size, step):
            end = min(start + step, size) - 1
            body = _repeated(lambda first=start, last=end: self._range(key, version, first, last))  # type: ignore[misc]
            yield body
            if body is None:
                return

    def write_json(self, key: str, body: bytes) -> None:
        """Write what only functions read."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=JSON)

    def read(self, key: str) -> bytes | None:
        """Return an object's bytes, or None if it is gone."""
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise

    def under(self, prefix: str) -> dict[str, Stored]:
        """Return the objects under a prefix, by key."""
        pages = self.client.get_paginator("list_objects_v2")
        return {
            entry["Key"]: Stored(entry["Size"], entry["ETag"].strip('"'))
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix)
            for entry in page.get("Contents", [])
        }

    def delete(self, object_keys: list[str]) -> None:
        """Delete objects; missing ones are ignored. Raises RuntimeError if one stays."""
        for start in range(0, len(object_keys), 1000):
            objects: list[ObjectIdentifierTypeDef] = [
                {"Key": key} for key in object_keys[start : start + 1000]
            ]
            answer = self.client.delete_objects(
                Bucket=self.bucket, Delete={"Objects": objects, "Quiet": True}
            )
            if errors := answer.get("Errors"):
                code = errors[0].get("Code")
                raise RuntimeError(f"{len(errors)} objects could not be deleted: {code}")

    def _range(self, key: str, version: str | None, first: int, last: int) -> bytes | None:
        span = f"bytes={first}-{last}"
        try:
            if version:
                answer = self.client.get_object(
                    Bucket=self.bucket, Key=key, Range=span, VersionId=version
                )
            else:
                answer = self.client.get_object(Bucket=self.bucket, Key=key, Range=span)
        except ClientError as error:
            # Of an object that became smaller, no range may be left.
            if error.response["Error"]["Code"] in (*MISSING, "InvalidRange"):
                return None
            raise
        return answer["Body"].read()


def _repeated(read: Callable[[], Result]) -> Result:
    for _ in range(MAX_TRIES - 1):
        try:
            return read()
        except BotoCoreError:
            continue
    return read()
