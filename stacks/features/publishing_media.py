"""How Instagram fetches the media of posts, on a site without a CDN."""

from __future__ import annotations

from aws_cdk import aws_cloudfront as cloudfront

from stacks.kit.delivery import NO_ACCESS_LOG, ObjectDelivery, uncached_errors
from stacks.kit.feature import FeatureStack
from stacks.kit.guardrails import acknowledge
from stacks.storage import StorageStack

ANYWHERE = "Instagram fetches media from wherever its servers are."
NO_FIREWALL = (
    "It serves files by names of 128 random bits, for at most a day, and nothing else: there are "
    "no forms, no logins and no queries that a firewall could protect."
)
OWN_DOMAIN_NEEDED = (
    "CloudFront lets only a domain of one's own forbid old TLS, and this site has none for media. "
    "Plain HTTP is refused, and Instagram's servers choose the newest TLS that both know."
)


def add_media_distribution(stack: FeatureStack, storage: StorageStack) -> cloudfront.Distribution:
    """Add a distribution that serves what CloudFront may read of the bucket: media of posts."""
    name = f"{stack.metrics_namespace}-{stack.region}-media"
    objects = ObjectDelivery(stack, storage.bucket, name)
    distribution = cloudfront.Distribution(
        stack,
        "Media",
        comment=f"Media of posts, {stack.metrics_namespace}",
        default_behavior=objects.served(),
        http_version=cloudfront.HttpVersion.HTTP2_AND_3,
        price_class=cloudfront.PriceClass.PRICE_CLASS_100,
        error_responses=uncached_errors(),
    )
    acknowledge(distribution, "AwsSolutions-CFR1", ANYWHERE)
    acknowledge(distribution, "AwsSolutions-CFR2", NO_FIREWALL)
    acknowledge(distribution, "AwsSolutions-CFR3", NO_ACCESS_LOG)
    acknowledge(distribution, "AwsSolutions-CFR4", OWN_DOMAIN_NEEDED)
    return distribution
