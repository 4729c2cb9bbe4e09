"""The photo bucket: grants to post originals, links to shown pictures, and the objects."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from lambdas.storage.object_keys import pending_object, shown_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

WEBP = "image/webp"
CHUNK_BYTES = 1024 * 1024
# A size never changes, but a photo can be hidden or deleted: the CDN asks again after a minute.
CACHE_CONTROL = "public, max-age=86400, s-maxage=60"


@dataclass(frozen=True)
class PostGrant:
    """A form that a browser may post to the bucket: its URL, and the fields before the file."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True)
class FormFields:
    """Further fields of a form: `fixed` with their only allowed value, `chosen` by the person.

    A form must send all of them, before the file; `chosen` with any value.
    """

    fixed: Mapping[str, str]
    chosen: Sequence[str] = ()


@dataclass(frozen=True)
class Original:
    """An original's bytes, its version (None without versioning), and its own metadata."""

    body: bytes
    version: str | None
    metadata: Mapping[str, str]


class ObjectTooLarge(Exception):
    """The object is larger than it should ever have become."""


class ObjectStore:
    """The objects of the photo bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @functools.cached_property
    def origin(self) -> str:
        """Return the origin (scheme, host, port) under which browsers reach the bucket."""
        parts = urlsplit(self.link("any", timedelta(minutes=1)))
        return f"{parts.scheme}://{parts.netloc}"

    def grant_post(
        self,
        key: str,
        content_type: str,
        sizes: tuple[int, int],
        lifetime: timedelta,
        extra: FormFields | None = None,
    ) -> PostGrant:
        """Grant posting one object: this key, this type, a size within `sizes`, for `lifetime`.

        Sizes are bytes, inclusive.
        Source: "Creating a POST policy" in the S3 API reference.
        """
        extra = extra or FormFields({})
        fields = {"Content-Type": content_type, **extra.fixed}
        conditions: list[dict[str, str] | list[str | int]] = [
            {name: value} for name, value in fields.items()
        ]
        conditions += [["starts-with", f"${name}", ""] for name in extra.chosen]
        conditions.append(["content-length-range", *sizes])
        post = self._client.generate_presigned_post(
            self._bucket,
            key,
            Fields=dict(fields),
            Conditions=conditions,
            ExpiresIn=int(lifetime.total_seconds()),
        )
        return PostGrant(post["url"], post["fields"])

    def link(self, key: str, lifetime: timedelta, **response: str) -> str:
        """Return a link that reads one object for `lifetime`; `response` overrides headers."""
        parameters = {"Bucket": self._bucket, "Key": key, **response}
        seconds = int(lifetime.total_seconds())
        return self._client.generate_presigned_url(
            "get_object", Params=parameters, ExpiresIn=seconds
        )

    def metadata(self, key: str, version: str | None = None) -> Mapping[str, str] | None:
        """Return the metadata that an object was posted with, or None if it is gone."""
        try:
            answer = self._client.head_object(Bucket=self._bucket, Key=key, **_version(version))
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        return answer["Metadata"]

    def read(self, key: str, max_bytes: int, version: str | None = None) -> Original | None:
        """Return an object's bytes, or None if it is gone.

        Raises ObjectTooLarge over `max_bytes`, before reading them.
        """
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, **_version(version))
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        if answer["ContentLength"] > max_bytes:
            raise ObjectTooLarge
        return Original(answer["Body"].read(), answer.get("VersionId"), answer["Metadata"])

    def download(self, key: str, path: Path, max_bytes: int, version: str | None = None) -> bool:
        """Write an object into a file; return False if it is gone.

        Raises ObjectTooLarge over `max_bytes`, before reading it.
        """
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, **_version(version))
        except ClientError as error:
            if _is_missing(error):
                return False
            raise
        if answer["ContentLength"] > max_bytes:
            raise ObjectTooLarge
        with path.open("wb") as file:
            for part in answer["Body"].iter_chunks(CHUNK_BYTES):
                file.write(part)
        return True

    def upload(self, key: str, path: Path, content_type: str) -> None:
        """Write a file into the bucket, for everyone who knows its name."""
        with path.open("rb") as body:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=content_type,
                CacheControl="no-store",
            )

    def write(self, key: str, body: bytes, content_type: str) -> None:
        """Write bytes that only functions read."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def read_part(self, key: str, offset: int, size: int) -> bytes | None:
        """Return at most `size` bytes from `offset` on, or None if the object is gone."""
        span = f"bytes={offset}-{offset + size - 1}"
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=span)
        except ClientError as error:
            if _is_missing(error):
                return None
            raise
        return answer["Body"].read()

    def write_shown(self, event_id: str, picture_id: str, pictures: Mapping[str, bytes]) -> None:
        """Write the sizes of a picture that everyone may see."""
        self._write({shown_object(event_id, picture_id, s): b for s, b in pictures.items()})

    def write_pending(self, event_id: str, picture_id: str, pictures: Mapping[str, bytes]) -> None:
        """Write the sizes of a picture that guests may not see."""
        self._write({pending_object(event_id, picture_id, s): b for s, b in pictures.items()})

    def write_export(
        self, key: str, body: IO[bytes], content_type: str, content_disposition: str
    ) -> None:
        """Write a file that a browser downloads under the name in `content_disposition`."""
        self._client.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=body,
            ContentType=content_type,
            ContentDisposition=content_disposition,
            CacheControl="private, no-store",
        )

    def copy(self, source: str, target: str) -> bool:
        """Copy an object with its headers; return False if there is none to copy."""
        try:
            self._client.copy_object(
                Bucket=self._bucket, Key=target, CopySource={"Bucket": self._bucket, "Key": source}
            )
        except ClientError as error:
            if _is_missing(error):
                return False
            raise
        return True

    def delete_version(self, key: str, version: str | None) -> None:
        """Delete one version of an object for good; without a version, the object."""
        self._client.delete_object(Bucket=self._bucket, Key=key, **_version(version))

    def _write(self, bodies: Mapping[str, bytes]) -> None:
        for key, body in bodies.items():
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=WEBP,
                CacheControl=CACHE_CONTROL,
            )

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; missing ones are ignored. Raises RuntimeError if one stays."""
        objects: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in keys]
        answer = self._client.delete_objects(
            Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True}
        )
        if errors := answer.get("Errors"):
            code = errors[0].get("Code")
            raise RuntimeError(f"{len(errors)} objects could not be deleted: {code}")


class _Version(TypedDict, total=False):
    VersionId: str


def _version(version: str | None) -> _Version:
    return {"VersionId": version} if version else {}


def _is_missing(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchVersion", "404")
