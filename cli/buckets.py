"""The buckets of a stack that is being deleted: CloudFormation deletes empty ones only."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cli.aws import ClientOf
from cli.deployed import Deployed, resources_of


def buckets_of(stack: Deployed, client_of: ClientOf) -> list[str]:
    """Return the names of a stack's buckets in the order in which to empty them."""
    found = [name for _, name in resources_of(stack, "AWS::S3::Bucket", client_of)]
    # The bucket of the access logs comes last, since deletions in the others are logged there.
    return sorted(found, key=lambda bucket: "accesslogs" in bucket)


def empty(s3: Any, bucket: str) -> None:
    """Delete every version of every object. Raises ClientError for the first that is refused."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        objects = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if objects:
            batch = {"Objects": objects, "Quiet": True}
            refused = s3.delete_objects(Bucket=bucket, Delete=batch).get("Errors")
            if refused:
                raise ClientError({"Error": refused[0]}, "DeleteObjects")
