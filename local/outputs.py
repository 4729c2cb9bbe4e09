"""What a local deployment tells other programs: addresses, and the physical names of what was deployed."""

from __future__ import annotations

import re
from typing import Any

from local.clients import client
from local.deployment import STAGE, LocalDeployment

# What the CDK appends to the logical ids that are not pinned.
HASH = re.compile(r"[0-9A-F]{8}$")

NAMED = {
    "AWS::DynamoDB::GlobalTable": "tables",
    "AWS::S3::Bucket": "buckets",
    "AWS::SQS::Queue": "queues",
    "AWS::CloudWatch::Alarm": "alarms",
    "AWS::CloudWatch::CompositeAlarm": "alarms",
    "AWS::Lambda::Function": "functions",
}


def collect(deployment: LocalDeployment) -> dict[str, Any]:
    """Reads the deployed stacks. The user pool's ids are among it for whoever signs the operator in."""
    cloudformation = client(deployment, "cloudformation")
    stacks = [
        s
        for s in cloudformation.describe_stacks()["Stacks"]
        if s["StackName"].startswith(f"{STAGE}-")
    ]
    values = {
        f"{s['StackName'].removeprefix(STAGE + '-')}.{o['OutputKey']}": o["OutputValue"]
        for s in stacks
        for o in s.get("Outputs", [])
    }
    url = values["Api.Url"]
    named: dict[str, dict[str, str]] = {kind: {} for kind in dict.fromkeys(NAMED.values())}
    for stack in stacks:
        feature = stack["StackName"].removeprefix(f"{STAGE}-")
        for page in cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=stack["StackName"]
        ):
            for resource in page["StackResourceSummaries"]:
                if kind := NAMED.get(resource["ResourceType"]):
                    named[kind][f"{feature}.{HASH.sub('', resource['LogicalResourceId'])}"] = (
                        resource["PhysicalResourceId"]
                    )
    return {
        "guest_url": url,
        "api_url": url,
        "graph_url": deployment.graph_url,
        "aws_endpoint_url": deployment.aws_url,
        "bucket": named["buckets"]["Storage.PhotosBucket"],
        "topic": values["Storage.TopicArn"],
        "app_secret": values["Storage.AppSecretArn"],
        **named,
        "user_pool_id": values["Api.UserPoolId"],
        "user_pool_client_id": values["Api.UserPoolClientId"],
    }
