"""A new key for CDN and API."""

from __future__ import annotations

import boto3
import pytest

from cli.aws import client_in, clients_of
from cli.cdn_key import rotate_cdn_key
from cli.errors import CommandError
from stacks.config import StageConfig
from tests.cli.conftest import QUEUE, create_stack, stage
from tests.json_types import JsonObject

pytestmark = pytest.mark.usefixtures("moto_aws")
OLD = "o" * 48
SITE: StageConfig = stage(
    cdn="true", domain_name="a.example.com", hosted_zone_id="Z1", hosted_zone_name="example.com"
)


def make_distribution(sent: str) -> str:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    header = {"HeaderName": "X-Daybook-Edge", "HeaderValue": sent}
    api = {
        "Id": "api",
        "DomainName": "api.example.net",
        "CustomOriginConfig": custom,
        "CustomHeaders": {"Quantity": 1, "Items": [header]},
    }
    photos = {"Id": "photos", "DomainName": "b.example.net", "CustomOriginConfig": custom}
    config: JsonObject = {
        "CallerReference": "1",
        "Comment": "kept",
        "Enabled": True,
        "Origins": {"Quantity": 2, "Items": [api, photos]},
        "DefaultCacheBehavior": {"TargetOriginId": "api", "ViewerProtocolPolicy": "https-only"},
    }
    made = boto3.client("cloudfront").create_distribution(DistributionConfig=config)
    return str(made["Distribution"]["Id"])


class Site:
    """A site with a CDN. Moto has neither secrets nor distributions in stacks."""

    def __init__(self, sent: str = OLD) -> None:
        secret = boto3.client("secretsmanager").create_secret(Name="key", SecretString=OLD)
        self.distribution = make_distribution(sent)
        self._resources = {
            "daybook-dev-Storage": ("AWS::SecretsManager::Secret", "EdgeKey", secret["ARN"]),
            "daybook-dev-Cdn": ("AWS::CloudFront::Distribution", "D1", self.distribution),
        }
        for name in self._resources:
            create_stack(name, {"One": QUEUE})
        self.said: list[str] = []

    def client_of(self, service: str, region: str = "us-east-1") -> object:
        """Return CloudFormation with these resources, and moto's client otherwise."""
        return self if service == "cloudformation" else client_in(service, region)

    def get_paginator(self, name: str) -> object:
        """Return moto's paginator of stacks, or this one of their resources."""
        stacks = name == "describe_stacks"
        return boto3.client("cloudformation").get_paginator("describe_stacks") if stacks else self

    def paginate(self, **asked: str) -> list[JsonObject]:
        """Return a stack's resource."""
        kind, logical_id, physical_id = self._resources[asked["StackName"]]
        one = {"ResourceType": kind, "ResourceStatus": "CREATE_COMPLETE"}
        one |= {"LogicalResourceId": logical_id, "PhysicalResourceId": physical_id}
        return [{"StackResourceSummaries": [one]}]

    def rotate(self) -> None:
        """Run the command."""
        rotate_cdn_key(SITE, self.client_of, self.said.append)

    @property
    def sent(self) -> str:
        """The key that the CDN sends along."""
        config = boto3.client("cloudfront").get_distribution_config(Id=self.distribution)
        [api, photos] = config["DistributionConfig"]["Origins"]["Items"]
        assert config["DistributionConfig"]["Comment"] == "kept"
        assert not photos.get("CustomHeaders", {}).get("Items")
        return str(api["CustomHeaders"]["Items"][0]["HeaderValue"])


def accepted(version: str) -> str:
    secrets = boto3.client("secretsmanager")
    answer = secrets.get_secret_value(SecretId="key", VersionStage=version)
    return str(answer["SecretString"])


def test_both_get_a_new_key() -> None:
    site = Site()

    site.rotate()

    assert site.sent == accepted("AWSCURRENT") != OLD
    assert len(site.sent) == 48


def test_the_old_key_ends() -> None:
    Site().rotate()

    assert accepted("AWSPREVIOUS") == accepted("AWSCURRENT") != OLD


def test_a_cdn_that_differs_gets_the_apis_key() -> None:
    """After an interruption, or a change of the secret by hand: a new key would lock it out."""
    site = Site(sent="other")

    site.rotate()

    assert site.sent == accepted("AWSCURRENT") == OLD


def test_no_key_is_said() -> None:
    site = Site()

    site.rotate()

    assert site.sent not in "".join(site.said)


def test_a_site_without_a_cdn_is_named() -> None:
    create_stack("daybook-dev-Storage", {"One": QUEUE})

    with pytest.raises(CommandError, match="Cdn of dev is not deployed"):
        rotate_cdn_key(SITE, clients_of(SITE), print)
