"""The buckets of a stack that is being deleted: CloudFormation deletes empty ones only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cli.aws import ClientOf
from cli.deployed import Deployed, resources_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


def buckets_of(stack: Deployed, client_of: ClientOf) -> list[str]:
    """Return the names of a stack's buckets in the order in which to empty them."""
    found = [name for _, name in resources_of(stack, "AWS::S3::Bucket", client_of)]
    # The bucket of the access logs comes last, since deletions in the others are logged there.
    return sorted(found, key=lambda bucket: "accesslogs" in bucket)


def empty(s3: S3Client, bucket: str) -> None:
    """Delete every version of every object. Raises ClientError for the first that is refused."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        objects: list[ObjectIdentifierTypeDef] = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if objects:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            refused = answer.get("Errors")
            if refused:
                raise ClientError({"Error": refused[0]}, "DeleteObjects")
