"""The edge: a CDN with a firewall before pages, API and photos, all on one domain. Optional; without it photos come by signed links."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Environment, Fn, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from lambdas.storage import keys
from stacks.api import ApiStack
from stacks.config import GLOBAL_REGION, StageConfig
from stacks.kit.guardrails import acknowledge
from stacks.kit.room import CachedPages
from stacks.storage import StorageStack

# A photo that was deleted is gone from the edge after this.
PHOTO_SECONDS = 300
# However long a page says that it may be kept.
PAGE_SECONDS = 60
# The errors that a CDN keeps by itself, as its documentation has them ("How CloudFront caches errors").
KEPT_ERRORS = (404, 414, 500, 501, 502, 503, 504)
# Requests of one address in five minutes. All guests of a venue come from one: five hundred open pages ask for news 75 times each, and load
# their pictures; a guest who sends 50 photos announces them in one request.
UPLOADS_PER_ADDRESS, REQUESTS_PER_ADDRESS = 2_000, 100_000
PRICE_CLASSES = {
    "100": cloudfront.PriceClass.PRICE_CLASS_100,
    "200": cloudfront.PriceClass.PRICE_CLASS_200,
    "all": cloudfront.PriceClass.PRICE_CLASS_ALL,
}
MANAGED_RULES = ("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet")


class ShieldStack(Stack):
    """Certificate and firewall, in the one region where a CDN takes them from."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        env, elsewhere = Environment(account=config.account, region=GLOBAL_REGION), config.region != GLOBAL_REGION
        # Sites of one stage in several regions each have a shield in this one.
        super().__init__(scope, f"Shield-{config.region}" if elsewhere else "Shield", env=env, cross_region_references=elsewhere)
        self._site = f"daybook-{config.stage}-{config.region}"
        self.certificate = acm.Certificate(
            self,
            "Certificate",
            domain_name=config.domain_name or "",
            validation=acm.CertificateValidation.from_dns(zone_of(self, config)),
        )
        self.firewall = self._add_firewall(config)

    def _add_firewall(self, config: StageConfig) -> wafv2.CfnWebACL:
        firewall = wafv2.CfnWebACL(
            self,
            "Firewall",
            scope="CLOUDFRONT",
            default_action={"allow": {}},
            visibility_config=_visible(self._site),
            rules=[*(_managed(index, name) for index, name in enumerate(MANAGED_RULES)), *_rates(len(MANAGED_RULES))],
        )
        key = kms.Key(
            self,
            "FirewallLogKey",
            enable_key_rotation=True,
            description="Encrypts the firewall's log",
            removal_policy=RemovalPolicy.RETAIN if config.keeps_data else RemovalPolicy.DESTROY,
        )
        key.grant_encrypt_decrypt(iam.ServicePrincipal(f"logs.{GLOBAL_REGION}.amazonaws.com"))
        # The firewall writes to groups of this prefix only.
        group = logs.LogGroup(
            self,
            "FirewallLogs",
            log_group_name=f"aws-waf-logs-{self._site}",
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        group.node.default_child.retention_in_days = config.log_retention_days  # type: ignore[union-attr]
        wafv2.CfnLoggingConfiguration(
            self,
            "FirewallLogging",
            resource_arn=firewall.attr_arn,
            log_destination_configs=[f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{group.log_group_name}"],
            # Blocked requests only, and of those nothing that lets somebody in.
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}]}],
            },
            redacted_fields=[{"singleHeader": {"Name": name}} for name in ("authorization", "cookie")] + [{"queryString": {}}],
        ).node.add_dependency(group)
        return firewall


class EdgeStack(Stack):
    """The CDN, and the domain that leads to it."""

    def __init__(
        self, scope: Construct, config: StageConfig, storage: StorageStack, api: ApiStack, shield: ShieldStack, pages: Sequence[CachedPages]
    ) -> None:
        env = Environment(account=config.account, region=config.region)
        super().__init__(scope, "Edge", env=env, cross_region_references=config.region != GLOBAL_REGION)
        origin = _api_origin(storage, api)
        page_headers = self._headers("PageHeaders")
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"daybook {config.stage}",
            domain_names=[config.domain_name or ""],
            certificate=shield.certificate,
            web_acl_id=shield.firewall.attr_arn,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            price_class=PRICE_CLASSES[config.price_class],
            default_behavior=_passed(origin, page_headers, cloudfront.CachePolicy.CACHING_DISABLED),
            additional_behaviors={
                **{kept.path_pattern: _passed(origin, page_headers, self._page_cache(kept)) for kept in pages},
                "assets/*": self._assets(origin),
                f"{keys.SHOWN_PREFIX}*": self._photos(storage),
            },
            # Without these an error would be handed out for ten seconds, also to somebody whose photo is there by then.
            error_responses=[cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0)) for status in KEPT_ERRORS],
        )
        acknowledge(distribution, "AwsSolutions-CFR1", "Guests may be anywhere: an event's page is for whoever was there.")
        no_log = (
            "An access log of a CDN is a list of who looked at what, with addresses. What is blocked is logged by the firewall, and what "
            "fails by the API's own log, which holds neither."
        )
        for rule in ("AwsSolutions-CFR3", "NIST.800.53.R5-CloudFrontAccessLogging"):
            acknowledge(distribution, rule, no_log)
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
            self, "Photos", bucket_name=storage.bucket.bucket_name, bucket_regional_domain_name=storage.bucket.bucket_regional_domain_name
        )
        seconds = Duration.seconds(PHOTO_SECONDS)
        policy = cloudfront.CachePolicy(self, "PhotoCache", min_ttl=Duration.seconds(0), default_ttl=seconds, max_ttl=seconds)
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
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
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=year, include_subdomains=True, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, override=False
                ),
            ),
        )


def zone_of(scope: Construct, config: StageConfig) -> route53.IHostedZone:
    """The site's zone, as the stage names it."""
    return route53.HostedZone.from_hosted_zone_attributes(
        scope, "Zone", hosted_zone_id=config.hosted_zone_id or "", zone_name=config.hosted_zone_name or ""
    )


def _passed(
    origin: cloudfront.IOrigin, headers: cloudfront.IResponseHeadersPolicy, cache: cloudfront.ICachePolicy
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
    key = storage.foundation.edge_key
    assert key is not None  # noqa: S101  A stage with an edge has one.
    # A dynamic reference: the template names the secret, and only the distribution's configuration holds it.
    headers = {"x-daybook-edge": key.secret_value.unsafe_unwrap()}
    host = Fn.select(2, Fn.split("/", api.api.api_endpoint))
    return origins.HttpOrigin(host, custom_headers=headers, read_timeout=Duration.seconds(30))


def _visible(name: str) -> dict[str, object]:
    return {"cloudWatchMetricsEnabled": True, "metricName": name, "sampledRequestsEnabled": False}


def _managed(priority: int, name: str) -> dict[str, object]:
    group: dict[str, object] = {"vendorName": "AWS", "name": name}
    if name == "AWSManagedRulesCommonRuleSet":
        # Fifty announced files are more than the 8 KB that this rule allows; the API itself limits bodies.
        group["ruleActionOverrides"] = [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}]
    return {
        "name": name,
        "priority": priority,
        "statement": {"managedRuleGroupStatement": group},
        "overrideAction": {"none": {}},
        "visibilityConfig": _visible(name),
    }


def _rates(first: int) -> list[dict[str, object]]:
    # Announcements. The page asks at the same address, by GET, what became of them.
    uploads = {"andStatement": {"statements": [_matching("method", "EXACTLY", "POST"), _matching("uriPath", "ENDS_WITH", "/uploads")]}}
    return [
        _rate(first, "Uploads", {"limit": UPLOADS_PER_ADDRESS, "aggregateKeyType": "IP", "scopeDownStatement": uploads}),
        _rate(first + 1, "Everything", {"limit": REQUESTS_PER_ADDRESS, "aggregateKeyType": "IP"}),
    ]


def _matching(part: str, how: str, text: str) -> dict[str, object]:
    plain = [{"priority": 0, "type": "NONE"}]
    match = {"fieldToMatch": {part: {}}, "positionalConstraint": how, "searchString": text, "textTransformations": plain}
    return {"byteMatchStatement": match}


def _rate(priority: int, name: str, statement: dict[str, object]) -> dict[str, object]:
    return {
        "name": name,
        "priority": priority,
        "statement": {"rateBasedStatement": statement},
        "action": {"block": {}},
        "visibilityConfig": _visible(name),
    }
