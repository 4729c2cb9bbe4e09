"""The photo bucket: grants for posting originals, links to what is shown, and the objects themselves."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from lambdas.kit import aws
from lambdas.storage import keys

WEBP = "image/webp"


@dataclass(frozen=True)
class PostGrant:
    """A form that a browser may post to the bucket: its address and the fields that go before the file."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Original:
    """An original's bytes and the version of the object they were read from (None if the bucket keeps no versions)."""

    body: bytes
    version: str | None


class ObjectTooLarge(Exception):
    """The object is larger than it should ever have become."""


class ObjectStore:
    """The objects of the photo bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    @functools.cached_property
    def origin(self) -> str:
        """The origin (scheme, host, port) under which browsers reach the bucket."""
        parts = urlsplit(self.link("any", timedelta(minutes=1)))
        return f"{parts.scheme}://{parts.netloc}"

    def grant_post(
        self,
        key: str,
        content_type: str,
        sizes: tuple[int, int],
        lifetime: timedelta,
        extra: dict[str, str] | None = None,
    ) -> PostGrant:
        """A grant to post one object: this key, this type, a size within `sizes` (bytes, inclusive), for `lifetime`.

        `extra` are further form fields with the one value they may have. Source: "Creating a POST policy" in the S3 API reference.
        """
        fields = {"Content-Type": content_type, **(extra or {})}
        conditions: list[Any] = [{name: value} for name, value in fields.items()]
        conditions.append(["content-length-range", *sizes])
        post = aws.s3().generate_presigned_post(
            self._bucket,
            key,
            Fields=dict(fields),
            Conditions=conditions,
            ExpiresIn=int(lifetime.total_seconds()),
        )
        return PostGrant(post["url"], post["fields"])

    def link(self, key: str, lifetime: timedelta, **response: str) -> str:
        """A link that reads one object for `lifetime`; `response` overrides headers of the answer."""
        parameters = {"Bucket": self._bucket, "Key": key, **response}
        return aws.s3().generate_presigned_url(
            "get_object", Params=parameters, ExpiresIn=int(lifetime.total_seconds())
        )

    def read(self, key: str, most: int) -> Original | None:
        """An object's bytes, or None if it is gone. Raises ObjectTooLarge over `most` bytes, before reading them."""
        try:
            answer = aws.s3().get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        if answer["ContentLength"] > most:
            raise ObjectTooLarge
        return Original(answer["Body"].read(), answer.get("VersionId"))

    def write_shown(self, event_id: str, picture_id: str, pictures: dict[str, bytes]) -> None:
        """Writes the shown sizes of a picture. They never change, so whoever holds one may keep it."""
        for size, body in pictures.items():
            aws.s3().put_object(
                Bucket=self._bucket,
                Key=keys.shown_object(event_id, picture_id, size),
                Body=body,
                ContentType=WEBP,
                CacheControl="public, max-age=31536000, immutable",
            )

    def delete(self, object_keys: Iterable[str]) -> None:
        """Deletes objects; those that are gone already do not matter. Raises RuntimeError if one could not be deleted."""
        objects: Any = [{"Key": key} for key in object_keys]
        answer = aws.s3().delete_objects(
            Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True}
        )
        if answer.get("Errors"):
            raise RuntimeError(
                f"{len(answer['Errors'])} objects could not be deleted: {answer['Errors'][0].get('Code')}"
            )
