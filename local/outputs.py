"""What other programs need to know about a local deployment: addresses and physical names."""

from __future__ import annotations

import re

from lambdas.kit.decoded import JsonObject
from local.clients import client
from local.deployment import STAGE, LocalDeployment
from local.release import context

# The CDK appends a hash to logical ids that are not pinned.
HASH = re.compile(r"[0-9A-F]{8}$")

API = "AWS::ApiGatewayV2::Api"
NAMED = {
    "AWS::DynamoDB::GlobalTable": "tables",
    "AWS::S3::Bucket": "buckets",
    "AWS::SQS::Queue": "queues",
    "AWS::CloudWatch::Alarm": "alarms",
    "AWS::CloudWatch::CompositeAlarm": "alarms",
    "AWS::Lambda::Function": "functions",
}


def collect(deployment: LocalDeployment) -> JsonObject:
    """Read the deployed stacks. The user pool's ids are included for signing the operator in."""
    cloudformation = client(deployment, "cloudformation")
    stacks = [
        stack
        for page in cloudformation.get_paginator("describe_stacks").paginate()
        for stack in page["Stacks"]
        if stack["StackName"].startswith(f"{STAGE}-")
    ]
    values = {
        f"{stack['StackName'].removeprefix(f'{STAGE}-')}.{output['OutputKey']}": output[
            "OutputValue"
        ]
        for stack in stacks
        for output in stack.get("Outputs", [])
    }
    api_id = ""
    named: dict[str, dict[str, str]] = {kind: {} for kind in dict.fromkeys(NAMED.values())}
    for stack in stacks:
        name = stack["StackName"].removeprefix(f"{STAGE}-")
        pages = cloudformation.get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=stack["StackName"]):
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceType"] == API:
                    api_id = resource["PhysicalResourceId"]
                if kind := NAMED.get(resource["ResourceType"]):
                    logical_id = HASH.sub("", resource["LogicalResourceId"])
                    named[kind][f"{name}.{logical_id}"] = resource["PhysicalResourceId"]
    # The stack has an output for it, which MiniStack does not update when nothing else changes.
    url = context(deployment)["public_url"].replace("{api_id}", api_id).rstrip("/")
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
