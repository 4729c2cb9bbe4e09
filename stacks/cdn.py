"""The edge: a CDN with a firewall before pages, API and photos, all on one domain. Optional; without it photos come by signed links."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration, Environment, Fn, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from aws_cdk import aws_s3 as s3
from constructs import Construct

from lambdas.storage import keys
from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.kit.feature import CachedPages
from stacks.kit.guardrails import acknowledge
from stacks.storage import StorageStack
from stacks.validation import GLOBAL_REGION
from stacks.waf import WafStack, zone_of

# A photo that was deleted is gone from the edge after this.
PHOTO_SECONDS = 300
# However long a page says that it may be kept.
PAGE_SECONDS = 60
# The errors that a CDN keeps by itself, as its documentation has them ("How CloudFront caches errors").
KEPT_ERRORS = (404, 414, 500, 501, 502, 503, 504)
PRICE_CLASSES = {
    "100": cloudfront.PriceClass.PRICE_CLASS_100,
    "200": cloudfront.PriceClass.PRICE_CLASS_200,
    "all": cloudfront.PriceClass.PRICE_CLASS_ALL,
}


class CdnStack(Stack):
    """The CDN, and the domain that leads to it."""

    def __init__(
        self,
        scope: Construct,
        config: StageConfig,
        storage: StorageStack,
        api: ApiStack,
        waf: WafStack,
        pages: Sequence[CachedPages],
    ) -> None:
        env = Environment(account=config.account, region=config.region)
        super().__init__(
            scope, "Edge", env=env, cross_region_references=config.region != GLOBAL_REGION
        )
        self._site = f"daybook-{config.stage}-{config.region}"
        origin = _api_origin(storage, api)
        page_headers = self._headers("PageHeaders")
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"daybook {config.stage}",
            domain_names=[config.domain_name or ""],
            certificate=waf.certificate,
            web_acl_id=waf.firewall.attr_arn,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            price_class=PRICE_CLASSES[config.price_class],
            default_behavior=_passed(origin, page_headers, cloudfront.CachePolicy.CACHING_DISABLED),
            additional_behaviors={
                **{
                    kept.path_pattern: _passed(origin, page_headers, self._page_cache(kept))
                    for kept in pages
                },
                "assets/*": self._assets(origin),
                f"{keys.SHOWN_PREFIX}*": self._photos(storage),
            },
            # Without these an error would be handed out for ten seconds, also to somebody whose photo is there by then.
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0))
                for status in KEPT_ERRORS
            ],
        )
        acknowledge(
            distribution,
            "AwsSolutions-CFR1",
            "Guests may be anywhere: an event's page is for whoever was there.",
        )
        no_log = (
            "An access log of a CDN is a list of who looked at what, with addresses. What is blocked is logged by the firewall, and what "
            "fails by the API's own log, which holds neither."
        )
        for rule in ("AwsSolutions-CFR3", "NIST.800.53.R5-CloudFrontAccessLogging"):
            acknowledge(distribution, rule, no_log)
        CfnOutput(self, "Domain", value=config.domain_name or "")
        target = route53.RecordTarget.from_alias(route53_targets.CloudFrontTarget(distribution))
        zone = zone_of(self, config)
        for kind in (route53.ARecord, route53.AaaaRecord):
            kind(self, kind.__name__, zone=zone, record_name=config.domain_name, target=target)

    def _page_cache(self, pages: CachedPages) -> cloudfront.CachePolicy:
        """Pages are kept for as long as they say themselves: seconds for what everybody sees, not at all for what is one guest's."""
        return cloudfront.CachePolicy(
            self,
            f"PageCache{pages.path_pattern.partition('/')[0].capitalize()}",
            comment="As long as the answer says; apart for each device and each page of the list",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(0),
            max_ttl=Duration.seconds(PAGE_SECONDS),
            cookie_behavior=cloudfront.CacheCookieBehavior.allow_list(*pages.cookies),
            query_string_behavior=cloudfront.CacheQueryStringBehavior.allow_list(*pages.query),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )

    def _assets(self, origin: cloudfront.IOrigin) -> cloudfront.BehaviorOptions:
        """Files whose names hold their content's hash."""
        return cloudfront.BehaviorOptions(
            origin=origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=self._headers("AssetHeaders"),
        )

    def _photos(self, storage: StorageStack) -> cloudfront.BehaviorOptions:
        """Shown pictures: the browser keeps them for good, the edge for minutes, so that what was deleted is gone soon."""
        # As it is known by name, so that its policy stays where it is made.
        bucket = s3.Bucket.from_bucket_attributes(
            self,
            "Photos",
            bucket_name=storage.bucket.bucket_name,
            bucket_regional_domain_name=storage.bucket.bucket_regional_domain_name,
        )
        access = cloudfront.S3OriginAccessControl(
            self, "PhotoAccess", origin_access_control_name=f"{self._site}-photos"
        )
        seconds = Duration.seconds(PHOTO_SECONDS)
        policy = cloudfront.CachePolicy(
            self, "PhotoCache", min_ttl=Duration.seconds(0), default_ttl=seconds, max_ttl=seconds
        )
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(
                bucket, origin_access_control=access
            ),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=policy,
            response_headers_policy=self._headers("PhotoHeaders"),
        )

    def _headers(self, name: str) -> cloudfront.ResponseHeadersPolicy:
        """What every answer says. The content security policy comes from the pages themselves."""
        year = Duration.days(365)
        return cloudfront.ResponseHeadersPolicy(
            self,
            name,
            # The names of a CDN's policies are the whole account's, whatever the region.
            response_headers_policy_name=f"{self._site}-{name}",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=year, include_subdomains=False, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
                    override=False,
                ),
            ),
        )


def _passed(
    origin: cloudfront.IOrigin,
    headers: cloudfront.IResponseHeadersPolicy,
    cache: cloudfront.ICachePolicy,
) -> cloudfront.BehaviorOptions:
    """Everything of a request reaches the API; what it answers is kept as `cache` has it."""
    return cloudfront.BehaviorOptions(
        origin=origin,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cache_policy=cache,
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        response_headers_policy=headers,
    )


def _api_origin(storage: StorageStack, api: ApiStack) -> cloudfront.IOrigin:
    key = storage.foundation.cdn_key
    assert key is not None
    # A dynamic reference: the template names the secret, and only the distribution's configuration holds it.
    headers = {"x-daybook-edge": key.secret_value.unsafe_unwrap()}
    host = Fn.select(2, Fn.split("/", api.api.api_endpoint))
    return origins.HttpOrigin(host, custom_headers=headers, read_timeout=Duration.seconds(30))
