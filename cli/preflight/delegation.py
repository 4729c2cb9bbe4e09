"""Whether public resolvers reach the hosted zone: its parent must name its name servers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from cli.aws import ClientOf
from cli.preflight.finding import Finding
from stacks.config import StageConfig

# A public resolver that answers over HTTPS in JSON.
RESOLVER = "https://dns.google/resolve"
NS, NO_ERROR, NO_SUCH_DOMAIN = 2, 0, 3
TIMEOUT_SECONDS = 5


def zone_delegation(
    config: StageConfig,
    client_of: ClientOf,
    name_servers_of: Callable[[str], frozenset[str] | None],
) -> Iterator[Finding]:
    """Compare the zone's name servers with those that its parent names."""
    if not config.hosted_zone_id or not config.hosted_zone_name:
        return
    route53, zone = client_of("route53"), config.hosted_zone_name
    try:
        answer = route53.get_hosted_zone(Id=config.hosted_zone_id)
    except route53.exceptions.NoSuchHostedZone:
        return
    own = frozenset(_plain(name) for name in answer.get("DelegationSet", {}).get("NameServers", ()))
    named = name_servers_of(zone)
    named = _named_by_parent_zone(route53, zone) if named is None else named
    if not own or named is None:
        yield Finding("Delegation", f"the name servers of {zone} could not be looked up")
    elif not named:
        advice = f"At the registrar or in the parent zone, add NS records: {', '.join(sorted(own))}"
        yield Finding("Delegation", f"{zone} is not delegated", advice)
    elif not named & own:
        observed = f"{zone} is delegated to {', '.join(sorted(named))}, not to this zone"
        advice = f"Use the zone behind those, or delegate to {', '.join(sorted(own))}."
        yield Finding("Delegation", observed, advice)
    else:
        yield Finding("Delegation", f"{zone} is delegated to this zone")


def name_servers(zone: str) -> frozenset[str] | None:
    """Return the name servers of a zone in public DNS, an empty set if it has none.

    None if they cannot be looked up: no network, or the zone is one of an emulated AWS.
    """
    import requests

    if os.environ.get("AWS_ENDPOINT_URL"):
        return None
    try:
        query = {"name": zone, "type": "NS"}
        response = requests.get(RESOLVER, params=query, timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
        return parse_answer(response.json(), zone)
    except (requests.RequestException, ValueError):
        return None


def parse_answer(answer: object, zone: str) -> frozenset[str] | None:
    """Return the name servers of a zone in a resolver's JSON answer.

    None for a failure of the resolver, or of what is in its place. SERVFAIL is what resolvers say
    of a delegation to servers that do not know the zone; it also has other causes, and so decides
    nothing. Where the name is an alias, the servers of what it leads to are in the answer as well.
    """
    if not isinstance(answer, dict) or answer.get("Status") not in (NO_ERROR, NO_SUCH_DOMAIN):
        return None
    records = answer.get("Answer") or ()
    return frozenset(
        _plain(str(one.get("data", "")))
        for one in records
        if isinstance(one, dict) and one.get("type") == NS and _plain(str(one.get("name"))) == zone
    )


def _named_by_parent_zone(route53: Any, zone: str) -> frozenset[str] | None:
    """Return what a parent zone in the same account names; None if there is none."""
    zones = {
        _plain(one["Name"]): one["Id"]
        for page in route53.get_paginator("list_hosted_zones").paginate()
        for one in page["HostedZones"]
        if not one.get("Config", {}).get("PrivateZone")
    }
    parents = [name for name in zones if zone.endswith(f".{name}")]
    if not parents:
        return None
    answer = route53.list_resource_record_sets(
        HostedZoneId=zones[max(parents, key=len)],
        StartRecordName=f"{zone}.",
        StartRecordType="NS",
        MaxItems="1",
    )
    return frozenset(
        _plain(one["Value"])
        for record in answer["ResourceRecordSets"]
        if record["Type"] == "NS" and _plain(record["Name"]) == zone
        for one in record["ResourceRecords"]
    )


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
