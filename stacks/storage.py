"""All that outlives a redeploy: the photo bucket, the table of events, the secret that signs cursors."""

from __future__ import annotations

from aws_cdk import Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct, IConstruct

from lambdas.storage import keys
from stacks.config import StageConfig
from stacks.kit.guardrails import acknowledge
from stacks.kit.room import Pattern


class StorageStack(Stack):
    """Everything here has a pinned logical id: a new one would be a new, empty resource."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        super().__init__(
            scope,
            "Storage",
            env=Environment(account=config.account, region=config.region),
            termination_protection=config.keeps_data,
        )
        self._removal = RemovalPolicy.RETAIN if config.keeps_data else RemovalPolicy.DESTROY
        self.table = self._add_table(config)
        self.access_logs = self._add_access_logs()
        self.bucket = self._add_bucket(config.site_origins)
        self.cursor_secret = self._add_cursor_secret()

    @property
    def timeline_index_arn(self) -> str:
        """The index that pages are read from."""
        return f"{self.table.table_arn}/index/{keys.TIMELINE_INDEX}"

    def objects_under(self, prefix: str) -> Pattern:
        """All objects of the photo bucket under a prefix."""
        arn = self.bucket.arn_for_objects(f"{prefix}*")
        exported = self.resolve(self.export_value(self.bucket.bucket_arn))["Fn::ImportValue"]
        return Pattern(arn, f"{exported}/{prefix}*", "The objects' keys are made while guests upload; the prefix is all that is known.")

    def _add_table(self, config: StageConfig) -> dynamodb.TableV2:
        def text(name: str) -> dynamodb.Attribute:
            return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)

        table = dynamodb.TableV2(
            self,
            "Events",
            partition_key=text(keys.PARTITION),
            sort_key=text(keys.SORT),
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=keys.TIMELINE_INDEX, partition_key=text(keys.TIMELINE_PARTITION), sort_key=text(keys.TIMELINE_SORT)
                )
            ],
            billing=dynamodb.Billing.on_demand(),
            time_to_live_attribute=keys.EXPIRES,
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True),
            deletion_protection=config.keeps_data,
            removal_policy=self._removal,
        )
        _pin(table, "EventsTable")
        return table

    def _add_access_logs(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
            removal_policy=self._removal,
        )
        _pin(bucket, "AccessLogsBucket")
        acknowledge(bucket, "AwsSolutions-S1", "This is the bucket that the access logs go to; logging it into itself would never end.")
        return bucket

    def _add_bucket(self, site_origins: list[str]) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Photos",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="photos/",
            lifecycle_rules=[
                # A deleted photo is gone for good after this; until then an operator can bring it back.
                s3.LifecycleRule(noncurrent_version_expiration=Duration.days(30), expired_object_delete_marker=True),
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
            removal_policy=self._removal,
        )
        # The bucket's own property, where CDK's switch would deploy a function to call an API.
        bucket.node.default_child.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(  # type: ignore[union-attr]
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        )
        _pin(bucket, "PhotosBucket")
        return bucket

    def _add_cursor_secret(self) -> secretsmanager.Secret:
        secret = secretsmanager.Secret(
            self,
            "CursorSecret",
            description="Signs the cursors of event pages",
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=self._removal,
        )
        _pin(secret, "CursorSecret")
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            "It protects nothing but the shape of page cursors. Rotating it while pages are open would break their 'Older photos' link.",
        )
        return secret


def _pin(construct: IConstruct, logical_id: str) -> None:
    construct.node.default_child.override_logical_id(logical_id)  # type: ignore[union-attr]
