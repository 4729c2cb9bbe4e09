"""Everything that outlives a deployment: photos, events, tokens, keys, secrets, and the topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import CfnOutput, Environment, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from lambdas.storage import keys, object_keys
from stacks.alarm_topic import add_alarm_topic
from stacks.config import StageConfig
from stacks.kit.foundation import Foundation
from stacks.kit.grants import Pattern
from stacks.kit.tables import add_table, text
from stacks.photo_bucket import add_access_logs, add_photo_bucket, allow_cloudfront_reads
from stacks.secrets import add_app_secret, add_cdn_key, add_cursor_secret, add_key, add_log_key

TIMELINE = dynamodb.GlobalSecondaryIndexPropsV2(
    index_name=keys.TIMELINE_INDEX,
    partition_key=text(keys.TIMELINE_PARTITION),
    sort_key=text(keys.TIMELINE_SORT),
)
DUE = dynamodb.GlobalSecondaryIndexPropsV2(
    index_name=keys.DUE_INDEX,
    partition_key=text(keys.DUE_PARTITION),
    sort_key=text(keys.DUE_SORT),
    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
)


class StorageStack(Stack):
    """Whatever holds data has a pinned logical id: a new id would be a new, empty resource.

    `tables` are the features' own, with their indexes. CloudFront may read the objects under
    `served_prefixes`.
    """

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        tables: Mapping[str, Sequence[dynamodb.GlobalSecondaryIndexPropsV2]] | None = None,
        served_prefixes: Sequence[str] = (),
    ) -> None:
        environment = Environment(account=config.account, region=config.region)
        kept = config.keeps_data
        super().__init__(scope, "Storage", env=environment, termination_protection=kept)
        removal = RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY
        self.log_key = add_log_key(self, removal)
        self.table = add_table(self, "Events", keeps_data=kept, indexes=[TIMELINE])
        self.access_logs = add_access_logs(self, removal)
        self.bucket = add_photo_bucket(self, self.access_logs, config.site_origins, removal)
        self.bus = self._add_bus(config)
        self.cursor_secret = add_cursor_secret(self, removal)
        self.tokens = add_table(self, "Tokens", keeps_data=kept, indexes=[DUE])
        self.audit = add_table(self, "Audit", keeps_data=kept)
        self.limits = add_table(self, "Limits", keeps_data=kept)
        # Also those of features that are left out: their data waits for their return.
        self.of_features = {
            name: add_table(self, name, keeps_data=kept, indexes=indexes)
            for name, indexes in (tables or {}).items()
        }
        self.token_key = add_key(self, "TokenKey", "Encrypts access tokens of accounts", removal)
        self.settings_key = add_key(self, "SettingsKey", "Encrypts settings with tokens", removal)
        self.app_secret = add_app_secret(self, removal)
        self.topic_key = add_key(self, "TopicKey", "Encrypts the alarms' notifications", removal)
        self.topic = add_alarm_topic(self, config, self.topic_key, removal)
        cdn_key = add_cdn_key(self, removal)
        shown = [object_keys.SHOWN_PREFIX] if config.cdn else []
        if readable := [*shown, *served_prefixes]:
            allow_cloudfront_reads(self.bucket, readable)
        used_key = cdn_key if config.cdn else None
        self.foundation = Foundation(self.log_key, self.settings_key, self.limits, used_key)
        self._keep_exports(cdn_key)
        CfnOutput(self, "AppSecretArn", value=self.app_secret.secret_arn)
        CfnOutput(self, "TopicArn", value=self.topic.topic_arn)

    def objects_under(self, prefix: str) -> Pattern:
        """Return all objects of the photo bucket under a prefix."""
        exported = self.resolve(self.export_value(self.bucket.bucket_arn))["Fn::ImportValue"]
        return Pattern(
            self.bucket.arn_for_objects(f"{prefix}*"),
            f"{exported}/{prefix}*",
            "Objects are created while guests upload: only their prefix is known.",
        )

    def _add_bus(self, config: StageConfig) -> events.EventBus:
        """Add the bus of domain events; each stage has its own, so that two never mix."""
        description = f"Domain events of daybook {config.stage}"
        bus = events.EventBus(self, "DomainEvents", description=description)
        bus.apply_removal_policy(RemovalPolicy.DESTROY)
        return bus

    def _keep_exports(self, cdn_key: secretsmanager.Secret) -> None:
        """Keep every export that a stack could import.

        This stack is deployed first, and CloudFormation refuses to drop an export that a deployed
        stack still uses: a feature or CDN that is left out from now on, or an earlier release that
        used more, would stop the deployment.
        """
        for table in (self.table, self.tokens, self.audit, self.limits, *self.of_features.values()):
            self.export_value(table.table_name)
            self.export_value(table.table_arn)
        bucket = self.bucket
        domain = bucket.bucket_regional_domain_name
        for name in (bucket.bucket_name, bucket.bucket_arn, domain):
            self.export_value(name)
        for key in (self.log_key, self.token_key, self.settings_key, self.topic_key):
            self.export_value(key.key_arn)
        for secret in (self.cursor_secret, self.app_secret, cdn_key):
            self.export_value(secret.secret_arn)
        self.export_value(self.topic.topic_arn)
        self.export_value(self.bus.event_bus_name)
        self.export_value(self.bus.event_bus_arn)
