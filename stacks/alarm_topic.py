"""The topic that notifies people of alarms."""

from __future__ import annotations

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from stacks.config import StageConfig
from stacks.kit.guardrails import acknowledge
from stacks.kit.pinned import pin


def add_alarm_topic(
    scope: Stack, config: StageConfig, key: kms.Key, removal: RemovalPolicy
) -> sns.Topic:
    """Add the topic, to which CloudWatch may publish this stage's alarms."""
    # CloudWatch cannot use the AWS-managed key of SNS.
    cloudwatch = iam.ServicePrincipal("cloudwatch.amazonaws.com")
    this_account = {"StringEquals": {"aws:SourceAccount": scope.account}}
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[cloudwatch],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
            conditions=this_account,
        )
    )
    topic = sns.Topic(
        scope, "Alarms", display_name="daybook alarms", master_key=key, enforce_ssl=True
    )
    # People have confirmed their subscriptions to it.
    topic.apply_removal_policy(removal)
    # The policy that enforces TLS replaces the default one of SNS, which allows the account.
    alarms = (
        f"arn:{scope.partition}:cloudwatch:{scope.region}:{scope.account}"
        f":alarm:daybook-{config.stage}-*"
    )
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[cloudwatch],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"ArnLike": {"aws:SourceArn": alarms}, **this_account},
        )
    )
    pin(topic, "AlarmsTopic")
    if config.alarm_email:
        email = topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))
        acknowledge(
            email,
            "Serverless-SNSRedrivePolicy",
            "A mail cannot be redriven; the alarm itself stays on until its cause is gone.",
        )
    return topic
