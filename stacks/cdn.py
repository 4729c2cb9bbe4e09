"""The CDN with its firewall in front of pages, API and photos, all on one domain. Optional."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration, Environment, Fn, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from lambdas.api.routing import CachedPages
from lambdas.storage import object_keys
from stacks.config import GLOBAL_REGION
from stacks.kit.delivery import NEVER, NO_ACCESS_LOG, ObjectDelivery, uncached_errors
from stacks.kit.guardrails import acknowledge
from stacks.site import Site
from stacks.waf import WafStack

# A deleted photo is gone from the CDN after this.
PHOTO_TTL = Duration.seconds(300)
# The most that a page may be kept, whatever it says itself.
MAX_PAGE_TTL = Duration.seconds(60)
PRICE_CLASSES = {
    "100": cloudfront.PriceClass.PRICE_CLASS_100,
    "200": cloudfront.PriceClass.PRICE_CLASS_200,
    "all": cloudfront.PriceClass.PRICE_CLASS_ALL,
}


class CdnStack(Stack):
    """The CDN. The domain's records, which lead to it, are the front's.

    `firewall_name` is what the metrics of its firewall are called after. Objects under `prefixes`
    are served to anyone who knows their names.
    """

    def __init__(
        self,
        scope: Construct,
        site: Site,
        waf: WafStack,
        pages: Sequence[CachedPages],
        prefixes: Sequence[str],
    ) -> None:
        config = site.config
        environment = Environment(account=config.account, region=config.region)
        across = config.region != GLOBAL_REGION
        super().__init__(scope, "Cdn", env=environment, cross_region_references=across)
        self._site = site
        self._origin = self._api_origin()
        name = f"daybook-{config.stage}-{config.region}"
        self._objects = ObjectDelivery(self, site.storage.bucket, name)
        self._page_headers = self._objects.headers("PageHeaders")
        self.config, self.firewall_name = config, waf.metric_name
        self.distribution = self._add_distribution(waf, pages, prefixes)
        CfnOutput(self, "Domain", value=config.domain_name or "")

    def _add_distribution(
        self, waf: WafStack, pages: Sequence[CachedPages], prefixes: Sequence[str]
    ) -> cloudfront.Distribution:
        config = self._site.config
        served = self._objects.served() if prefixes else None
        cached = {kept.path_pattern: self._passed(self._page_cache(kept)) for kept in pages}
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
            default_behavior=self._passed(cloudfront.CachePolicy.CACHING_DISABLED),
            additional_behaviors={
                **cached,
                "assets/*": self._assets(),
                f"{object_keys.SHOWN_PREFIX}*": self._photos(),
                **({f"{prefix}*": served for prefix in prefixes} if served else {}),
            },
            error_responses=uncached_errors(),
        )
        anywhere = "Guests may be anywhere in the world."
        acknowledge(distribution, "AwsSolutions-CFR1", anywhere)
        for rule in ("AwsSolutions-CFR3", "NIST.800.53.R5-CloudFrontAccessLogging"):
            acknowledge(distribution, rule, NO_ACCESS_LOG)
        return distribution

    def _passed(self, cache: cloudfront.ICachePolicy) -> cloudfront.BehaviorOptions:
        """Pass everything of a request on to the API, and cache its answer as `cache` says."""
        return cloudfront.BehaviorOptions(
            origin=self._origin,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cache,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=self._page_headers,
        )

    def _page_cache(self, pages: CachedPages) -> cloudfront.CachePolicy:
        """Keep pages for as long as they say: seconds for shared ones, never for a guest's own."""
        return cloudfront.CachePolicy(
            self,
            f"PageCache{pages.path_pattern.partition('/')[0].capitalize()}",
            comment="As long as the answer says; apart for each device and query",
            min_ttl=NEVER,
            default_ttl=NEVER,
            max_ttl=MAX_PAGE_TTL,
            cookie_behavior=cloudfront.CacheCookieBehavior.allow_list(*pages.cookies),
            # Whole, as it was sent: the API decodes names, so that `%6cimit` is a `limit`, which a
            # list of names would leave out of the key. Anyone could replace what all others see.
            query_string_behavior=cloudfront.CacheQueryStringBehavior.all(),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )

    def _assets(self) -> cloudfront.BehaviorOptions:
        """Keep files whose names contain the hash of their content."""
        return cloudfront.BehaviorOptions(
            origin=self._origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            response_headers_policy=self._objects.headers("AssetHeaders"),
        )

    def _photos(self) -> cloudfront.BehaviorOptions:
        """Serve shown pictures: browsers keep them for a day, the CDN for a minute."""
        cache = cloudfront.CachePolicy(
            self, "PhotoCache", min_ttl=NEVER, default_ttl=PHOTO_TTL, max_ttl=PHOTO_TTL
        )
        return cloudfront.BehaviorOptions(
            origin=self._objects.origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cache,
            response_headers_policy=self._objects.headers("PhotoHeaders"),
        )

    def _api_origin(self) -> cloudfront.IOrigin:
        key = self._site.storage.foundation.cdn_key
        if key is None:
            raise ValueError("a site with a CDN has a key for it")
        # A dynamic reference: the template names the secret, and only the distribution holds it.
        headers = {"x-daybook-edge": key.secret_value.unsafe_unwrap()}
        host = Fn.select(2, Fn.split("/", self._site.api.api.api_endpoint))
        return origins.HttpOrigin(host, custom_headers=headers, read_timeout=Duration.seconds(30))
