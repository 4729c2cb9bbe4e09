"""All that outlives a redeploy: photos, events, tokens and their key, secrets, and the topic that people have subscribed to."""

from __future__ import annotations

import json

from aws_cdk import CfnOutput, Environment, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from lambdas.storage import keys
from stacks.config import StageConfig
from stacks.kit.feature import Pattern
from stacks.kit.foundation import Foundation
from stacks.kit.guardrails import acknowledge
from stacks.kit.pinned import pin
from stacks.photo_bucket import add_access_logs, add_photo_bucket, allow_cdn_read


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
        self.log_key = self._add_log_key()
        self.table = self._add_table(config)
        self.access_logs = add_access_logs(self, self._removal)
        self.bucket = add_photo_bucket(self, self.access_logs, config.site_origins, self._removal)
        self.bus = self._add_bus(config)
        self.cursor_secret = self._add_cursor_secret()
        self.tokens = self._add_tokens_table(config)
        self.audit = self._add_audit_table(config)
        self.token_key = self._add_key(
            "TokenKey", "Encrypts the access tokens of connected accounts"
        )
        self.settings_key = self._add_key(
            "SettingsKey", "Encrypts the settings of functions that may hold a token"
        )
        self.app_secret = self._add_app_secret()
        self.topic = self._add_topic(config)
        cdn_key = self._add_cdn_key()
        if config.edge:
            allow_cdn_read(self.bucket)
        self.foundation = Foundation(
            self.log_key, self.settings_key, cdn_key if config.edge else None
        )
        self._keep_exports(cdn_key)

    @property
    def timeline_index_arn(self) -> str:
        """The index that pages are read from."""
        return f"{self.table.table_arn}/index/{keys.TIMELINE_INDEX}"

    @property
    def due_index_arn(self) -> str:
        """The index of accounts that are to be refreshed."""
        return f"{self.tokens.table_arn}/index/{keys.DUE_INDEX}"

    def _keep_exports(self, cdn_key: secretsmanager.Secret) -> None:
        """All that a stack could ever import stays exported.

        This stack is deployed before the others, and CloudFormation refuses to drop an export that a deployed stack still uses: a feature or
        an edge that is left out from now on, or a release before that used more, would stop the deployment.
        """
        for table in (self.table, self.tokens, self.audit):
            self.export_value(table.table_name)
            self.export_value(table.table_arn)
        for bucket_value in (
            self.bucket.bucket_name,
            self.bucket.bucket_arn,
            self.bucket.bucket_regional_domain_name,
        ):
            self.export_value(bucket_value)
        for key in (self.log_key, self.token_key, self.settings_key, self.topic_key):
            self.export_value(key.key_arn)
        for secret in (self.cursor_secret, self.app_secret, cdn_key):
            self.export_value(secret.secret_arn)
        self.export_value(self.topic.topic_arn)
        self.export_value(self.bus.event_bus_name)
        self.export_value(self.bus.event_bus_arn)

    def objects_under(self, prefix: str) -> Pattern:
        """All objects of the photo bucket under a prefix."""
        arn = self.bucket.arn_for_objects(f"{prefix}*")
        exported = self.resolve(self.export_value(self.bucket.bucket_arn))["Fn::ImportValue"]
        return Pattern(
            arn,
            f"{exported}/{prefix}*",
            "The objects' keys are made while guests upload; the prefix is all that is known.",
        )

    def _add_bus(self, config: StageConfig) -> events.EventBus:
        """What the features tell one another. A bus of the stage's own: two stages in one account must not hear each other."""
        bus = events.EventBus(
            self,
            "Facts",
            description=f"What the features of daybook {config.stage} tell one another",
        )
        bus.apply_removal_policy(RemovalPolicy.DESTROY)
        return bus

    def _add_table(self, config: StageConfig) -> dynamodb.TableV2:
        timeline = dynamodb.GlobalSecondaryIndexPropsV2(
            index_name=keys.TIMELINE_INDEX,
            partition_key=_text(keys.TIMELINE_PARTITION),
            sort_key=_text(keys.TIMELINE_SORT),
        )
        return self._table("Events", config, timeline)

    def _add_tokens_table(self, config: StageConfig) -> dynamodb.TableV2:
        due = dynamodb.GlobalSecondaryIndexPropsV2(
            index_name=keys.DUE_INDEX,
            partition_key=_text(keys.DUE_PARTITION),
            sort_key=_text(keys.DUE_SORT),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        return self._table("Tokens", config, due)

    def _add_audit_table(self, config: StageConfig) -> dynamodb.TableV2:
        return self._table("Audit", config)

    def _table(
        self, name: str, config: StageConfig, *indexes: dynamodb.GlobalSecondaryIndexPropsV2
    ) -> dynamodb.TableV2:
        table = dynamodb.TableV2(
            self,
            name,
            partition_key=_text(keys.PARTITION),
            sort_key=_text(keys.SORT),
            global_secondary_indexes=list(indexes) or None,
            billing=dynamodb.Billing.on_demand(),
            time_to_live_attribute=keys.EXPIRES,
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=config.keeps_data,
            removal_policy=self._removal,
        )
        pin(table, f"{name}Table")
        return table

    def _add_log_key(self) -> kms.Key:
        key = self._add_key("LogKey", "Encrypts all logs")
        groups = f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:*"
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com")],
                actions=[
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey*",
                    "kms:ReEncrypt*",
                ],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            )
        )
        return key

    def _add_cdn_key(self) -> secretsmanager.Secret:
        secret = secretsmanager.Secret(
            self,
            "EdgeKey",
            description="What the edge sends along, so that the API answers nobody else",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=48, exclude_punctuation=True
            ),
            removal_policy=self._removal,
        )
        pin(secret, "EdgeKey")
        reason = "The edge's configuration holds a copy, so that both change together: by a deployment that replaces it, not by a schedule."
        _acknowledge_secret(secret, reason)
        return secret

    def _add_key(self, name: str, description: str) -> kms.Key:
        key = kms.Key(
            self,
            name,
            description=description,
            enable_key_rotation=True,
            removal_policy=self._removal,
        )
        pin(key, name)
        return key

    def _add_app_secret(self) -> secretsmanager.Secret:
        # Empty until whoever runs the site fills it in; the verify token of webhooks needs nobody to make it up.
        empty = dict.fromkeys(
            ("instagram_app_id", "instagram_app_secret", "meta_app_id", "meta_app_secret"), ""
        )
        secret = secretsmanager.Secret(
            self,
            "AppSecret",
            description="Ids and secrets of the apps that call Meta",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps(empty),
                generate_string_key="webhook_verify_token",
                exclude_punctuation=True,
            ),
            removal_policy=self._removal,
        )
        pin(secret, "AppSecret")
        reason = "The app secrets are made by Meta, and its dashboard alone can rotate them; functions take a changed one up in five minutes."
        _acknowledge_secret(secret, reason)
        CfnOutput(self, "AppSecretArn", value=secret.secret_arn)
        return secret

    def _add_topic(self, config: StageConfig) -> sns.Topic:
        # CloudWatch cannot use the AWS-managed key of SNS, so the topic has a key of its own.
        key = self._add_key("TopicKey", "Encrypts the alarms' notifications")
        key.grant(
            iam.ServicePrincipal("cloudwatch.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*"
        )
        self.topic_key = key
        topic = sns.Topic(
            self, "Alarms", display_name="daybook alarms", master_key=key, enforce_ssl=True
        )
        # People have confirmed their subscriptions to it.
        topic.apply_removal_policy(self._removal)
        # A topic with a policy has no other: what SNS allows by default is gone with the one that asks for TLS.
        alarms = f"arn:{self.partition}:cloudwatch:{self.region}:{self.account}:alarm:daybook-{config.stage}-*"
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={
                    "ArnLike": {"aws:SourceArn": alarms},
                    "StringEquals": {"aws:SourceAccount": self.account},
                },
            )
        )
        pin(topic, "AlarmsTopic")
        if config.alarm_email:
            subscription = topic.add_subscription(
                subscriptions.EmailSubscription(config.alarm_email)
            )
            acknowledge(
                subscription,
                "Serverless-SNSRedrivePolicy",
                "Nobody could redrive a mail; the alarm itself stays on for all to see.",
            )
        CfnOutput(self, "TopicArn", value=topic.topic_arn)
        return topic

    def _add_cursor_secret(self) -> secretsmanager.Secret:
        secret = secretsmanager.Secret(
            self,
            "CursorSecret",
            description="Signs the cursors of event pages",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
            removal_policy=self._removal,
        )
        pin(secret, "CursorSecret")
        reason = "It protects nothing but the shape of page cursors. Rotating it while pages are open would break their 'Older photos' link."
        _acknowledge_secret(secret, reason)
        return secret


def _acknowledge_secret(secret: secretsmanager.Secret, no_rotation: str) -> None:
    for rule in ("AwsSolutions-SMG4", "NIST.800.53.R5-SecretsManagerRotationEnabled"):
        acknowledge(secret, rule, no_rotation)
    acknowledge(
        secret,
        "NIST.800.53.R5-SecretsManagerUsingKMSKey",
        "It is encrypted with the account's key for secrets. With a key of our own whoever may read it would get one more grant, on a key "
        "that guards nothing else.",
    )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
