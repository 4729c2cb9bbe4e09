"""The bucket of photos, and the one that logs who reached it."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from lambdas.storage import keys
from stacks.kit.guardrails import acknowledge
from stacks.kit.pinned import pin

NO_REPLICATION = (
    "Old versions of each object are kept for 30 days. A second copy in another region doubles the price of what guests have on their "
    "phones anyway; a site that needs it adds it to this bucket."
)


def add_access_logs(scope: Stack, removal: RemovalPolicy) -> s3.Bucket:
    """The bucket that the other one's accesses are logged in."""
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=Duration.days(90), noncurrent_version_expiration=Duration.days(30)
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
    scope: Stack, access_logs: s3.Bucket, site_origins: list[str], removal: RemovalPolicy
) -> s3.Bucket:
    """The photos: originals as they were sent, and what is shown of them. Browsers of `site_origins` may post to it, with a grant."""
    bucket = s3.Bucket(
        scope,
        "Photos",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        server_access_logs_bucket=access_logs,
        server_access_logs_prefix="photos/",
        lifecycle_rules=[
            # A deleted photo is gone for good after this; until then an operator can bring it back.
            s3.LifecycleRule(
                noncurrent_version_expiration=Duration.days(30), expired_object_delete_marker=True
            ),
            s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
        ],
        cors=[
            s3.CorsRule(
                allowed_methods=[s3.HttpMethods.POST, s3.HttpMethods.GET],
                allowed_origins=site_origins,
                allowed_headers=["*"],
                max_age=3600,
            )
        ],
        removal_policy=removal,
    )
    # The bucket's own property, where CDK's switch would deploy a function to call an API.
    bucket.node.default_child.notification_configuration = (  # type: ignore[union-attr]
        s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )
    )
    pin(bucket, "PhotosBucket")
    acknowledge(
        bucket,
        "NIST.800.53.R5-S3DefaultEncryptionKMS",
        "Guests' browsers post straight to the bucket and load pictures from it by the thousand; a key of our own would be a paid call "
        "for each, and would guard nothing that the bucket's policy does not.",
    )
    acknowledge(bucket, "NIST.800.53.R5-S3BucketReplicationEnabled", NO_REPLICATION)
    return bucket


def allow_cdn_read(bucket: s3.Bucket) -> None:
    """The CDN of this account, and shown pictures only. The distribution itself is made later, so that it cannot be named."""
    stack = Stack.of(bucket)
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
            actions=["s3:GetObject"],
            resources=[bucket.arn_for_objects(f"{keys.SHOWN_PREFIX}*")],
            conditions={
                "ArnLike": {
                    "AWS:SourceArn": f"arn:{stack.partition}:cloudfront::{stack.account}:distribution/*"
                }
            },
        )
    )
