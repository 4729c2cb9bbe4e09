"""The photo bucket: grants to post originals, links to shown pictures, and the objects."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from lambdas.storage import keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEBP = "image/webp"


@dataclass(frozen=True)
class PostGrant:
    """A form that a browser may post to the bucket: its URL, and the fields before the file."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Original:
    """An original's bytes and the object version they were read from (None without versioning)."""

    body: bytes
    version: str | None


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
        extra: Mapping[str, str] | None = None,
    ) -> PostGrant:
        """Grant posting one object: this key, this type, a size within `sizes`, for `lifetime`.

        Sizes are bytes, inclusive; `extra` are further form fields with their only allowed value.
        Source: "Creating a POST policy" in the S3 API reference.
        """
        fields = {"Content-Type": content_type, **(extra or {})}
        conditions: list[Any] = [{name: value} for name, value in fields.items()]
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

    def read(self, key: str, max_bytes: int) -> Original | None:
        """Return an object's bytes, or None if it is gone.

        Raises ObjectTooLarge over `max_bytes`, before reading them.
        """
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        if answer["ContentLength"] > max_bytes:
            raise ObjectTooLarge
        return Original(answer["Body"].read(), answer.get("VersionId"))

    def write_shown(self, event_id: str, picture_id: str, pictures: Mapping[str, bytes]) -> None:
        """Write the shown sizes of a picture; they never change, so caches may keep them."""
        for size, body in pictures.items():
            self._client.put_object(
                Bucket=self._bucket,
                Key=keys.shown_object(event_id, picture_id, size),
                Body=body,
                ContentType=WEBP,
                CacheControl="public, max-age=31536000, immutable",
            )

    def delete(self, object_keys: Iterable[str]) -> None:
        """Delete objects; missing ones are ignored. Raises RuntimeError if one stays."""
        objects: Any = [{"Key": key} for key in object_keys]
        answer = self._client.delete_objects(
            Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True}
        )
        if errors := answer.get("Errors"):
            code = errors[0].get("Code")
            raise RuntimeError(f"{len(errors)} objects could not be deleted: {code}")
