"""The bucket of photos, and the bucket of its access logs."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from lambdas.storage import object_keys
from stacks.kit.guardrails import acknowledge
from stacks.kit.pinned import pin

NO_REPLICATION = (
    "A second copy in another region doubles the price of photos that guests still have on their "
    "phones; a site that needs it adds it to this bucket."
)
NO_OWN_KEY = (
    "Guests' browsers post straight to the bucket and load pictures from it by the thousand. A KMS "
    "key would be a paid call for each, and protect nothing that the bucket's policy does not."
)
# The logs contain IP addresses, so they are kept for as long as an investigation needs.
ACCESS_LOG_RETENTION = Duration.days(14)
# An original may be posted again while its grant lasts; its row knows which version it means.
OLD_ORIGINALS_RETENTION = Duration.days(1)
DELETED_RETENTION = Duration.days(7)
EXPORT_RETENTION = Duration.days(1)
RETENTION = {
    # A day longer than downloads are valid: the sweep removes them, and this what it missed.
    object_keys.DOWNLOADS_PREFIX: Duration.days(8),
    object_keys.POSTING_PREFIX: Duration.days(2),
    object_keys.MEDIA_UPLOADS_PREFIX: Duration.days(400),
    # Messages in queues are older than two weeks only if an operator kept them.
    object_keys.WEBHOOKS_PREFIX: Duration.days(30),
}


def add_access_logs(scope: Stack, removal: RemovalPolicy) -> s3.Bucket:
    """Add the bucket that accesses to the photos are logged in."""
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=ACCESS_LOG_RETENTION, noncurrent_version_expiration=Duration.days(1)
            )
        ],
        removal_policy=removal,
    )
    pin(bucket, "AccessLogsBucket")
    acknowledge(
        bucket,
        "NIST.800.53.R5-S3DefaultEncryptionKMS",
        "S3 writes access logs only to buckets that it encrypts with its own key.",
    )
    acknowledge(bucket, "NIST.800.53.R5-S3BucketReplicationEnabled", NO_REPLICATION)
    return bucket


def add_photo_bucket(
    scope: Stack, access_logs: s3.Bucket, site_origins: Sequence[str], removal: RemovalPolicy
) -> s3.Bucket:
    """Add the bucket of originals and shown pictures.

    Browsers of `site_origins` may post to it with a grant.
    """
    bucket = s3.Bucket(
        scope,
        "Photos",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        server_access_logs_bucket=access_logs,
        server_access_logs_prefix="photos/",
        lifecycle_rules=_lifecycle(),
        cors=[
            s3.CorsRule(
                allowed_methods=[s3.HttpMethods.POST, s3.HttpMethods.GET],
                allowed_origins=list(site_origins),
                allowed_headers=["*"],
                max_age=3600,
            )
        ],
        removal_policy=removal,
    )
    _send_events(bucket)
    pin(bucket, "PhotosBucket")
    acknowledge(bucket, "NIST.800.53.R5-S3DefaultEncryptionKMS", NO_OWN_KEY)
    acknowledge(bucket, "NIST.800.53.R5-S3BucketReplicationEnabled", NO_REPLICATION)
    return bucket


def allow_cloudfront_reads(bucket: s3.Bucket, prefixes: Sequence[str]) -> None:
    """Allow this account's distributions to read the objects under prefixes.

    A distribution is created later than the bucket, so it cannot be named.
    """
    stack = Stack.of(bucket)
    distributions = f"arn:{stack.partition}:cloudfront::{stack.account}:distribution/*"
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
            actions=["s3:GetObject"],
            resources=[bucket.arn_for_objects(f"{prefix}*") for prefix in prefixes],
            conditions={"ArnLike": {"AWS:SourceArn": distributions}},
        )
    )


def _lifecycle() -> list[s3.LifecycleRule]:
    return [
        s3.LifecycleRule(
            prefix=object_keys.ORIGINALS_PREFIX,
            noncurrent_version_expiration=OLD_ORIGINALS_RETENTION,
        ),
        s3.LifecycleRule(
            noncurrent_version_expiration=DELETED_RETENTION, expired_object_delete_marker=True
        ),
        # Links to exports are valid for minutes; an old version is a deleted export.
        s3.LifecycleRule(
            prefix=object_keys.EXPORTS_PREFIX,
            expiration=EXPORT_RETENTION,
            noncurrent_version_expiration=EXPORT_RETENTION,
        ),
        # Media of posts is deleted when its post is done, and operators' files are not needed for
        # longer than a post is planned ahead. Webhooks hold what strangers wrote.
        *(
            s3.LifecycleRule(
                prefix=prefix, expiration=age, noncurrent_version_expiration=Duration.days(1)
            )
            for prefix, age in RETENTION.items()
        ),
        s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
    ]


def _send_events(bucket: s3.Bucket) -> None:
    """Send events to EventBridge by the bucket's own property.

    CDK's switch would deploy a function that calls an API.
    """
    resource: s3.CfnBucket = bucket.node.default_child  # type: ignore[assignment]
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
            event_bridge_enabled=True
        )
    )
