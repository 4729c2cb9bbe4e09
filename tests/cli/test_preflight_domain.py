"""What the preflight says about the site's domain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import boto3
import pytest

from cli.aws import client_in, clients_of
from cli.preflight.delegation import parse_answer, zone_delegation
from cli.preflight.domain import (
    certificate_authority,
    delegated_names,
    hosted_zone,
    records_in_the_way,
    taken_names,
)
from cli.preflight.finding import Finding
from stacks.config import StageConfig
from tests.cli.conftest import create_stack, stage
from tests.json_types import JsonObject

pytestmark = pytest.mark.usefixtures("moto_aws")
DOMAIN = "photos.example.com"


def make_zone(name: str = "example.com", *, private: bool = False) -> str:
    vpc: JsonObject = {"VPC": {"VPCRegion": "us-east-1", "VPCId": "vpc-1"}} if private else {}
    config = {"HostedZoneConfig": {"PrivateZone": private, "Comment": ""}}
    route53 = boto3.client("route53")
    while True:
        zone = route53.create_hosted_zone(Name=name, CallerReference=name, **config, **vpc)
        zone_id = str(zone["HostedZone"]["Id"].rpartition("/")[2])
        # Ids of AWS begin with a Z, those of moto with any letter or digit.
        if zone_id.startswith("Z"):
            return zone_id
        route53.delete_hosted_zone(Id=zone_id)


def site(zone_id: str, zone_name: str = "example.com", **settings: str) -> StageConfig:
    zone = {"hosted_zone_id": zone_id, "hosted_zone_name": zone_name}
    return stage(domain_name=DOMAIN, **zone, **settings)


def add_record(zone_id: str, name: str, kind: str, *values: str) -> None:
    record = {"Name": name, "Type": kind, "TTL": 60}
    record |= {"ResourceRecords": [{"Value": value} for value in values]}
    change: JsonObject = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    boto3.client("route53").change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=change)


def findings(
    check: Callable[..., Iterable[Finding]], config: StageConfig, **more: object
) -> list[Finding]:
    return list(check(config, clients_of(config), **more))


def test_a_matching_public_zone_passes() -> None:
    [finding] = findings(hosted_zone, site(make_zone()))

    assert finding.missing is None


def test_a_private_zone_is_refused() -> None:
    [finding] = findings(hosted_zone, site(make_zone(private=True)))

    assert "is private" in finding.observed
    assert "public zone" in str(finding.missing)


def test_another_zones_name_is_named() -> None:
    zone_id = make_zone("example.org")

    [finding] = findings(hosted_zone, site(zone_id))

    assert "set it to example.org" in str(finding.missing)


def test_a_zone_elsewhere_is_named() -> None:
    [finding] = findings(hosted_zone, site("Z123"))

    assert "Z123" in finding.observed
    assert finding.missing


@pytest.mark.parametrize(
    ("kind", "value"),
    [("A", "192.0.2.1"), ("AAAA", "2001:db8::1"), ("CNAME", "old.example.net")],
)
def test_records_of_others_are_named(kind: str, value: str) -> None:
    zone_id = make_zone()
    add_record(zone_id, DOMAIN, kind, value)

    [finding] = findings(records_in_the_way, site(zone_id))

    assert kind in finding.observed
    assert finding.missing


@pytest.mark.parametrize("name", ["other.example.com", "x.photos.example.com", "example.com"])
def test_other_names_are_no_obstacle(name: str) -> None:
    zone_id = make_zone()
    add_record(zone_id, name, "A", "192.0.2.1")

    assert findings(records_in_the_way, site(zone_id)) == []


def test_own_records_are_no_obstacle() -> None:
    zone_id = make_zone()
    properties = {
        "HostedZoneId": zone_id,
        "Name": DOMAIN,
        "Type": "A",
        "TTL": "60",
        "ResourceRecords": ["192.0.2.1"],
    }
    record = {"Type": "AWS::Route53::RecordSet", "Properties": properties}
    create_stack("daybook-dev-Front", {"Record": record})

    assert findings(records_in_the_way, site(zone_id)) == []


@pytest.mark.parametrize(
    ("name", "authority", "count"),
    [
        ("example.com", "letsencrypt.org", 1),
        ("example.com", "amazon.com", 0),
        (DOMAIN, "letsencrypt.org", 1),
        ("other.example.com", "letsencrypt.org", 0),
    ],
)
def test_caa_must_allow_amazon(name: str, authority: str, count: int) -> None:
    zone_id = make_zone()
    add_record(zone_id, name, "CAA", f'0 issue "{authority}"')

    assert len(findings(certificate_authority, site(zone_id))) == count


def test_the_nearest_caa_decides() -> None:
    zone_id = make_zone()
    add_record(zone_id, "example.com", "CAA", '0 issue "letsencrypt.org"')
    add_record(zone_id, DOMAIN, "CAA", '0 issue "amazon.com"')

    assert findings(certificate_authority, site(zone_id)) == []


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ('0 issue ";"', 1),
        ('0 issue "notamazon.com"', 1),
        ('0 issuewild "letsencrypt.org"', 0),
        ('0 iodef "mailto:a@example.com"', 0),
        ('128 ISSUE "Amazon.com; policy=ev"', 0),
        ("0 issue amazontrust.com", 0),
    ],
)
def test_caa_is_read_as_certificate_authorities_do(value: str, count: int) -> None:
    """Only the nearest set of records counts, and of it only whom it lets issue."""
    zone_id = make_zone()
    add_record(zone_id, "example.com", "CAA", '0 issue "letsencrypt.org"')
    add_record(zone_id, DOMAIN, "CAA", value)

    assert len(findings(certificate_authority, site(zone_id))) == count


@pytest.mark.parametrize("name", [f"a.{DOMAIN}", DOMAIN, "example.com"])
def test_a_name_that_is_delegated_elsewhere_is_named(name: str) -> None:
    """What this zone says of it is found by no one: the certificate would wait for days."""
    zone_id = make_zone()
    below = replace(site(zone_id), domain_name=f"a.{DOMAIN}")
    if name != "example.com":
        add_record(zone_id, name, "NS", "ns1.example.net")

    found = findings(delegated_names, below)

    assert len(found) == (name != "example.com")
    assert all("ns1.example.net" in finding.observed and finding.missing for finding in found)
    assert findings(delegated_names, stage()) == []


def own_servers(zone_id: str) -> frozenset[str]:
    zone = boto3.client("route53").get_hosted_zone(Id=zone_id)
    return frozenset(zone["DelegationSet"]["NameServers"])


def delegation(zone_id: str, named: frozenset[str] | None) -> Finding:
    [finding] = findings(zone_delegation, site(zone_id), name_servers_of=lambda _: named)
    return finding


def test_a_delegated_zone_passes() -> None:
    zone_id = make_zone()

    assert delegation(zone_id, own_servers(zone_id)).missing is None


def test_a_missing_delegation_is_named() -> None:
    zone_id = make_zone()

    missing = str(delegation(zone_id, frozenset()).missing)

    assert all(server in missing for server in own_servers(zone_id))


def test_another_delegation_is_named() -> None:
    finding = delegation(make_zone(), frozenset({"ns1.example.net"}))

    assert "ns1.example.net" in finding.observed
    assert finding.missing


def test_an_unknown_delegation_blocks_nothing() -> None:
    assert delegation(make_zone(), None).missing is None


def test_a_parent_zone_is_read() -> None:
    parent, child = make_zone(), make_zone("photos.example.com")
    config = site(child, "photos.example.com")

    [missing] = findings(zone_delegation, config, name_servers_of=lambda _: None)
    add_record(parent, "photos.example.com", "NS", *own_servers(child))
    [there] = findings(zone_delegation, config, name_servers_of=lambda _: None)

    assert missing.missing
    assert there.missing is None


OWN = {"type": 2, "name": "Example.com."}


@pytest.mark.parametrize(
    ("answer", "servers"),
    [
        ({"Status": 0, "Answer": [{**OWN, "data": "NS1.Example.net."}]}, {"ns1.example.net"}),
        ({"Status": 0, "Answer": [{**OWN, "type": 5, "data": "a.example.net."}]}, set()),
        # Of an alias, these are the servers of another zone.
        ({"Status": 0, "Answer": [{**OWN, "name": "a.example.net.", "data": "ns."}]}, set()),
        ({"Status": 0, "Answer": None}, set()),
        ([], None),
        (None, None),
        ({"Status": 0}, set()),
        ({"Status": 3}, set()),
        ({"Status": 2}, None),
        ({}, None),
    ],
)
def test_resolver_answers(answer: object, servers: set[str] | None) -> None:
    assert parse_answer(answer, "example.com") == servers


def distribution(alias: str) -> str:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    origin = {"Id": "o", "DomainName": "o.example.net", "CustomOriginConfig": custom}
    config: JsonObject = {
        "CallerReference": alias,
        "Comment": "",
        "Enabled": True,
        "Aliases": {"Quantity": 1, "Items": [alias]},
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
    }
    made = boto3.client("cloudfront").create_distribution(DistributionConfig=config)
    return str(made["Distribution"]["Id"])


@pytest.mark.parametrize(("alias", "count"), [(DOMAIN, 1), ("other.example.com", 0)])
def test_an_alias_in_use_is_named(alias: str, count: int) -> None:
    made = distribution(alias)

    found = findings(taken_names, site(make_zone(), cdn="true"))

    assert len(found) == count
    assert all(made in finding.observed for finding in found)


class OwnDistribution:
    """CloudFront and CloudFormation of a site with a CDN, whose domain another account holds too.

    Moto has neither conflicting aliases nor distributions in stacks.
    """

    def __init__(self, conflicting: str) -> None:
        self._conflicting = conflicting
        self._pages: list[object] = []

    def client_of(self, service: str, region: str = "us-east-1") -> object:
        """Return these answers for two services, and moto's client otherwise."""
        if service in ("cloudfront", "cloudformation"):
            return self
        return client_in(service, region)

    def get_paginator(self, name: str) -> OwnDistribution:
        """Return the paginator of a call."""
        one = {"ResourceType": "AWS::CloudFront::Distribution", "ResourceStatus": "CREATE_COMPLETE"}
        resource = one | {"LogicalResourceId": "D", "PhysicalResourceId": "EOWN"}
        stack = {"StackName": "daybook-dev-Cdn", "StackStatus": "CREATE_COMPLETE"}
        own = {"Id": "EOWN", "Aliases": {"Items": [DOMAIN]}}
        pages: dict[str, list[object]] = {
            "describe_stacks": [{"Stacks": [stack]}],
            "list_stack_resources": [{"StackResourceSummaries": [resource]}],
            "list_distributions": [{"DistributionList": {"Items": [own]}}],
        }
        self._pages = pages[name]
        return self

    def paginate(self, **_: str) -> list[object]:
        """Return the pages."""
        return self._pages

    def list_conflicting_aliases(self, **asked: str) -> JsonObject:
        """Return who else holds the alias."""
        assert asked == {"DistributionId": "EOWN", "Alias": DOMAIN}
        items = [{"DistributionId": self._conflicting}] if self._conflicting else []
        return {"ConflictingAliasesList": {"Items": items}}


@pytest.mark.parametrize(("conflicting", "count"), [("*******EOTHER", 1), ("", 0)])
def test_aliases_of_other_accounts_count(conflicting: str, count: int) -> None:
    client_of = OwnDistribution(conflicting).client_of

    found = list(taken_names(site("Z123", cdn="true"), client_of))

    assert len(found) == count


def test_a_taken_api_domain_is_named() -> None:
    config = site(make_zone())
    api = boto3.client("apigatewayv2")

    assert findings(taken_names, config) == []
    api.create_domain_name(DomainName=DOMAIN, DomainNameConfigurations=[{}])

    assert len(findings(taken_names, config)) == 1
