"""What the preflight says about stacks of former deployments."""

from __future__ import annotations

import boto3
import pytest

from cli.aws import clients_of
from cli.preflight.account import cloudfront_account, pager_of_cdn
from cli.preflight.leftovers import half_made_stacks, left_over_stacks, other_domain
from tests.cli.conftest import QUEUE, create_stack, stage
from tests.json_types import JsonObject

pytestmark = pytest.mark.usefixtures("moto_aws")
ZONE = {
    "domain_name": "photos.example.com",
    "hosted_zone_id": "Z123",
    "hosted_zone_name": "example.com",
}
CDN = {"cdn": "true", **ZONE}


def create(*parts: str) -> None:
    for part in parts:
        create_stack(f"daybook-dev-{part}", {"One": QUEUE})


class FailedFirst:
    """CloudFormation in an account in which every first deployment failed."""

    def __init__(self, reason: str = "") -> None:
        self._real, self._reason = boto3.client("cloudformation"), reason

    def get_paginator(self, name: str) -> FailedFirst:
        """Return the paginator of `describe_stacks`."""
        assert name == "describe_stacks"
        return self

    def paginate(self) -> list[JsonObject]:
        """Return all stacks as failed and protected ones."""
        state = {"StackStatus": "ROLLBACK_COMPLETE", "EnableTerminationProtection": True}
        pages = self._real.get_paginator("describe_stacks").paginate()
        return [{"Stacks": [{**one, **state} for one in page["Stacks"]]} for page in pages]

    def describe_stack_events(self, **_: str) -> JsonObject:
        """Return why it failed."""
        return {"StackEvents": [{"ResourceStatusReason": self._reason}]}


def test_a_removed_cdn_goes_after_the_deployment() -> None:
    """Until then the domain leads to it."""
    create("Storage", "Tokens", "Cdn", "Waf", "Waf-eu-central-1")
    config = stage(features="guests")

    [finding] = left_over_stacks(config, clients_of(config))

    assert finding.missing is None
    assert (
        'after this deployment: make destroy STAGE=dev PARTS="Cdn Waf Tokens"' in finding.observed
    )


def test_a_removed_feature_blocks_nothing() -> None:
    create("Storage", "Tokens", "Cdn", "Waf")
    config = stage(features="guests", **CDN)

    [finding] = left_over_stacks(config, clients_of(config))

    assert finding.missing is None
    assert 'PARTS="Tokens" CONFIRM=dev' in finding.observed


def test_a_cdn_of_another_domain_is_named() -> None:
    create_stack("daybook-dev-Cdn", {"One": QUEUE}, {"Domain": "old.example.com"})
    config = stage(**CDN)

    [finding] = other_domain(config, clients_of(config))

    assert "old.example.com" in finding.observed
    assert "cdn=false" in str(finding.missing)
    assert 'PARTS="Cdn Waf"' in str(finding.missing)


def test_its_alarms_abroad_go_first() -> None:
    """They use the distribution's id, so the CDN cannot be deleted before them."""
    create_stack("daybook-dev-CdnAlarms-eu-central-1", {"One": QUEUE})
    config = stage(**CDN | {"region": "eu-central-1"})
    create_stack(
        "daybook-dev-Cdn", {"One": QUEUE}, {"Domain": "old.example.com"}, region="eu-central-1"
    )

    [finding] = other_domain(config, clients_of(config))

    assert 'PARTS="CdnAlarms Cdn Waf"' in str(finding.missing)


def test_a_failed_first_deployment_is_named() -> None:
    create("Storage")

    [finding] = half_made_stacks(stage(), lambda *_: FailedFirst())

    assert 'PARTS="Storage"' in str(finding.missing)


@pytest.mark.parametrize(
    ("reason", "count"),
    [("Your account must be verified before you can add resources", 1), ("Rate exceeded", 0)],
)
def test_an_unverified_account_is_named(reason: str, count: int) -> None:
    create("Cdn")

    findings = list(cloudfront_account(stage(**CDN), lambda *_: FailedFirst(reason)))

    assert len(findings) == count
    assert all("AWS Support" in str(finding.missing) for finding in findings)


def test_a_pager_abroad_is_advised() -> None:
    """An alarm notifies topics of its own region only."""
    pager = {"page_topic_arn": "arn:aws:sns:eu-central-1:123456789012:on-call"}
    config = stage(**CDN, **pager, region="eu-central-1")

    [finding] = pager_of_cdn(config, clients_of(config))

    assert "cdn_page_topic_arn" in str(finding.missing)
    assert not finding.required
    here = {"page_topic_arn": "arn:aws:sns:us-east-1:123456789012:on-call"}
    assert not list(pager_of_cdn(stage(**CDN, **here), clients_of(config)))
