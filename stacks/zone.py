"""The site's Route 53 zone."""

from __future__ import annotations

from aws_cdk import aws_route53 as route53
from constructs import Construct

from stacks.config import StageConfig


def zone_of(scope: Construct, config: StageConfig) -> route53.IHostedZone:
    """Return the site's zone, as the stage names it."""
    return route53.HostedZone.from_hosted_zone_attributes(
        scope,
        "Zone",
        hosted_zone_id=config.hosted_zone_id or "",
        zone_name=config.hosted_zone_name or "",
    )
