"""The site's domain: its zone, and what is in the way of its records, certificate and CDN."""

from __future__ import annotations

import re
from collections.abc import Iterator

from botocore.exceptions import ClientError

from cli.aws import ClientOf
from cli.deployed import CDN, FRONT, deployed_stacks, resources_of
from cli.preflight.finding import Finding
from lambdas.kit.decoded import JsonObject
from stacks.config import StageConfig

ADDRESS_RECORDS = ("A", "AAAA", "CNAME")
# Whom a CAA record must allow. Source: "CAA record setup" in the Certificate Manager guide.
AMAZON_AUTHORITIES = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
# Flags, tag and value; of the value, the authority's name before its parameters (RFC 8659).
ISSUE = re.compile(r'\d+\s+issue\s+"?\s*([^\s;"]*)', re.IGNORECASE)


def hosted_zone(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Check that the zone is in this account, public, and the one that the settings name."""
    if not config.domain_name or not config.hosted_zone_id:
        return
    route53 = client_of("route53")
    try:
        zone = route53.get_hosted_zone(Id=config.hosted_zone_id)["HostedZone"]
    except route53.exceptions.NoSuchHostedZone:
        observed = f"{config.hosted_zone_id} is not in this account"
        yield Finding("Hosted zone", observed, "Give the id of the zone that holds the domain.")
        return
    name = zone["Name"].rstrip(".")
    if zone.get("Config", {}).get("PrivateZone"):
        advice = (
            "Guests and the certificate's validation need a public zone: give the id of that one."
        )
        yield Finding("Hosted zone", f"{name} ({config.hosted_zone_id}) is private", advice)
    elif name != config.hosted_zone_name:
        advice = f"hosted_zone_name is {config.hosted_zone_name}: set it to {name}."
        yield Finding("Hosted zone", name, advice)
    else:
        yield Finding("Hosted zone", name)


def records_in_the_way(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Name address records of the domain that are not this stage's own."""
    if not config.domain_name:
        return
    found = [
        record["Type"]
        for record in _records(config, client_of, config.domain_name)
        if record["Type"] in ADDRESS_RECORDS
    ]
    if not found or config.domain_name in _own_records(config, client_of):
        return
    yield Finding(
        "Domain records",
        f"{config.domain_name} has {', '.join(found)} already",
        "CloudFormation does not replace records of others: delete them, or use another domain.",
    )


def certificate_authority(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Check that no CAA record of the domain or above it forbids Amazon's certificates."""
    for name in _up_to_the_zone(config):
        values = [
            one["Value"]
            for record in _records(config, client_of, name)
            if record["Type"] == "CAA"
            for one in record["ResourceRecords"]
        ]
        allowed = {found[1].lower() for value in values if (found := ISSUE.match(value))}
        if allowed and allowed.isdisjoint(AMAZON_AUTHORITIES):
            advice = f'Add the record `{name} CAA 0 issue "amazon.com"`.'
            yield Finding("Certificate", f"CAA of {name} forbids Amazon", advice)
        if values:
            # The records nearest to the domain decide, also if they restrict nothing.
            return


def delegated_names(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Name the domain, or what is between it and its zone, if the zone delegates it elsewhere.

    Records that this zone has below are then found by no one, not even for the certificate.
    """
    for name in _up_to_the_zone(config):
        if name == config.hosted_zone_name:
            return
        records = [one for one in _records(config, client_of, name) if one["Type"] == "NS"]
        if records:
            servers = ", ".join(one["Value"] for one in records[0]["ResourceRecords"])
            yield Finding(
                "Delegated name",
                f"{config.hosted_zone_name} delegates {name} to {servers}",
                f"Give the id of the zone of {name} there, or delete the NS record.",
            )


def taken_names(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    """Name CDN distributions and API domains that hold the domain already."""
    if not config.domain_name:
        return
    if config.cdn:
        yield from _taken_aliases(config, client_of)
        return
    try:
        client_of("apigatewayv2").get_domain_name(DomainName=config.domain_name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NotFoundException":
            raise
        return
    if config.domain_name not in _own(config, client_of, FRONT, "AWS::ApiGatewayV2::DomainName"):
        observed = f"{config.domain_name} is a custom domain name of another API"
        yield Finding("API domain", observed, "Delete it in API Gateway, or use another domain.")


def _taken_aliases(config: StageConfig, client_of: ClientOf) -> Iterator[Finding]:
    cloudfront, domain = client_of("cloudfront"), config.domain_name
    own = _own(config, client_of, CDN, "AWS::CloudFront::Distribution")
    taken = [
        distribution["Id"]
        for page in cloudfront.get_paginator("list_distributions").paginate()
        for distribution in page["DistributionList"].get("Items", ())
        if domain in distribution.get("Aliases", {}).get("Items", ())
    ]
    for distribution in own:
        # CloudFront shows the aliases of other accounts for a distribution of our own only.
        answer = cloudfront.list_conflicting_aliases(DistributionId=distribution, Alias=domain)
        conflicts = answer["ConflictingAliasesList"].get("Items", ())
        taken += [one["DistributionId"] for one in conflicts]
    others = sorted(set(taken) - own)
    if others:
        advice = "Take the alias off that distribution (or have its owner do so), then deploy."
        yield Finding("CDN alias", f"{domain} belongs to {', '.join(others)}", advice)


def _up_to_the_zone(config: StageConfig) -> Iterator[str]:
    """Yield the domain and the names above it, the zone's last."""
    name, zone = config.domain_name or "", config.hosted_zone_name or ""
    while name and zone and f".{name}".endswith(f".{zone}"):
        yield name
        name = name.partition(".")[2]


def _records(config: StageConfig, client_of: ClientOf, name: str) -> Iterator[JsonObject]:
    """Yield the zone's records of exactly this name."""
    route53, wanted = client_of("route53"), f"{name}."
    try:
        answer = route53.list_resource_record_sets(
            HostedZoneId=config.hosted_zone_id, StartRecordName=wanted, MaxItems="100"
        )
    except route53.exceptions.NoSuchHostedZone:
        return
    yield from (one for one in answer["ResourceRecordSets"] if one["Name"].lower() == wanted)


def _own_records(config: StageConfig, client_of: ClientOf) -> set[str]:
    kind = "AWS::Route53::RecordSet"
    return _own(config, client_of, FRONT, kind) | _own(config, client_of, CDN, kind)


def _own(config: StageConfig, client_of: ClientOf, part: str, kind: str) -> set[str]:
    """Return the physical ids of resources that one of the stage's stacks holds already."""
    return {
        physical_id.rstrip(".")
        for stack in deployed_stacks(config, client_of)
        if stack.part == part
        for _, physical_id in resources_of(stack, kind, client_of)
    }
