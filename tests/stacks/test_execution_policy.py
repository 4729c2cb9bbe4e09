"""The documented policy of the role that CloudFormation deploys with."""

from __future__ import annotations

import re

from local.deployment import ROOT
from tests.stacks.conftest import PROD, synthesise

# What the documents call the services of CloudFormation's types, and the ones that are custom.
SERVICES = {
    "ApiGatewayV2": "API Gateway",
    "Budgets": "AWS Budgets",
    "CertificateManager": "Certificate Manager",
    "CloudFront": "CloudFront",
    "CloudWatch": "CloudWatch",
    "Cognito": "Cognito",
    "DynamoDB": "DynamoDB",
    "Events": "EventBridge",
    "IAM": "IAM roles",
    "KMS": "KMS keys",
    "Lambda": "Lambda",
    "Logs": "logs",
    "Route53": "Route 53",
    "S3": "S3",
    "SNS": "SNS",
    "SQS": "SQS",
    "Scheduler": "schedules",
    "SecretsManager": "Secrets Manager",
    "StepFunctions": "Step Functions",
    "WAFv2": "WAF",
}


def test_every_service_of_the_templates_is_in_the_execution_policy() -> None:
    site = synthesise(
        "prod", *PROD, ("cdn", "true"), ("region", "eu-central-1"), ("monthly_budget_usd", "9")
    )
    kinds = {
        resource["Type"]
        for template in site.templates.values()
        for resource in template["Resources"].values()
    }
    services = {kind.split("::")[1] for kind in kinds if kind.startswith("AWS::")}
    text = (ROOT / "docs" / "deployment.md").read_text()
    found = re.search(r"The policy must allow managing (.*?)\. Limit", text, re.DOTALL)

    assert found
    named = " ".join(found[1].split())
    assert [one for one in sorted(services) if SERVICES[one] not in named] == []
