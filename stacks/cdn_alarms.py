"""Alarms on what only the CDN and its firewall see. Their metrics exist in the global region alone.

CloudWatch has no alarms on metrics of another region, and an alarm notifies topics of its own
region only. A site elsewhere therefore has a second topic, beside these alarms.
"""

from __future__ import annotations

from aws_cdk import Environment, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.alarm_topic import add_alarm_topic
from stacks.cdn import CdnStack
from stacks.config import GLOBAL_REGION, StageConfig
from stacks.kit.alarms import FIVE_MINUTES, Alarms, AlarmSpec, Severity
from stacks.secrets import add_key

# In percent of all requests of five minutes.
MAX_ERROR_RATE = 5
# In five minutes. A scanner that gives up after fewer is nothing to look at.
MAX_BLOCKED = 200


class CdnAlarmsStack(Stack):
    """The CDN's alarms and their topic, for a site outside the global region."""

    def __init__(self, scope: Construct, config: StageConfig, cdn: CdnStack) -> None:
        environment = Environment(account=config.account, region=GLOBAL_REGION)
        # Sites of one stage in several regions each have their alarms in this one.
        super().__init__(
            scope, f"CdnAlarms-{config.region}", env=environment, cross_region_references=True
        )
        removal = RemovalPolicy.RETAIN if config.keeps_data else RemovalPolicy.DESTROY
        key = add_key(self, "TopicKey", "Encrypts the notifications of the CDN's alarms", removal)
        topic = add_alarm_topic(self, config, key, removal)
        prefix = f"daybook-{config.stage}-{config.region}"
        add_cdn_alarms(cdn, Alarms(self, prefix, topic, config.runbook_url))


def add_cdn_alarms(cdn: CdnStack, alarms: Alarms) -> None:
    """Add the alarms and notify the pager of the critical one: no other rolls it up."""
    alarms.add(_errors(cdn.distribution.distribution_id))
    alarms.add(_blocks(cdn.firewall_name))
    config = cdn.config
    here = config.region == GLOBAL_REGION
    pager = config.page_topic_arn if here else config.cdn_page_topic_arn
    if pager:
        alarms.page(sns.Topic.from_topic_arn(alarms.scope, "CdnPageTopic", pager))


def _errors(distribution_id: str) -> AlarmSpec:
    return AlarmSpec(
        name="cdn-errors",
        advice="Guests get errors from the CDN: see whether the API or the bucket fails",
        metric=cloudwatch.Metric(
            namespace="AWS/CloudFront",
            metric_name="5xxErrorRate",
            dimensions_map={"DistributionId": distribution_id, "Region": "Global"},
            statistic="Average",
            period=FIVE_MINUTES,
        ),
        threshold=MAX_ERROR_RATE,
        severity=Severity.CRITICAL,
        # One failed request of a quiet site is a high rate, but not for two periods.
        periods=3,
        breaching=2,
    )


def _blocks(firewall_name: str) -> AlarmSpec:
    return AlarmSpec(
        name="firewall-blocks",
        advice="Find the rule that blocks, and whether guests are among the blocked",
        metric=cloudwatch.Metric(
            namespace="AWS/WAFV2",
            metric_name="BlockedRequests",
            dimensions_map={"WebACL": firewall_name, "Rule": "ALL"},
            statistic="Sum",
            period=FIVE_MINUTES,
        ),
        threshold=MAX_BLOCKED,
        periods=3,
        breaching=2,
    )
