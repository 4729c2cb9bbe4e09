"""Objects of the photo bucket behind CloudFront, read by origin access control."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

NEVER = Duration.seconds(0)
# An object that is deleted is gone from CloudFront after this.
SERVED_TTL = Duration.seconds(60)
# The errors that CloudFront caches by itself. Source: "How CloudFront caches errors".
CACHED_ERRORS = (404, 414, 500, 501, 502, 503, 504)
NO_ACCESS_LOG = (
    "A CDN's access log is a list of who looked at what, with IP addresses. The firewall logs what "
    "is blocked, and the API logs what fails; neither keeps addresses of guests who are served."
)


class ObjectDelivery:
    """What a distribution needs to serve objects of a bucket.

    `prefix` is what the names of CloudFront's policies start with: they are unique in the account,
    whatever the region.
    """

    def __init__(self, scope: Construct, bucket: s3.IBucket, prefix: str) -> None:
        self._scope = scope
        self._prefix = prefix
        # By name, so that the bucket's policy stays where it is made.
        named = s3.Bucket.from_bucket_attributes(
            scope,
            "Photos",
            bucket_name=bucket.bucket_name,
            bucket_regional_domain_name=bucket.bucket_regional_domain_name,
        )
        access = cloudfront.S3OriginAccessControl(
            scope, "PhotoAccess", origin_access_control_name=f"{prefix}-photos"
        )
        self.origin = origins.S3BucketOrigin.with_origin_access_control(
            named, origin_access_control=access
        )

    def served(self) -> cloudfront.BehaviorOptions:
        """Serve objects to those who know their names: GET and HEAD, without query or cookies."""
        cache = cloudfront.CachePolicy(
            self._scope,
            "ServedCache",
            comment="A minute, since a deleted object must be gone",
            min_ttl=NEVER,
            default_ttl=SERVED_TTL,
            max_ttl=SERVED_TTL,
        )
        hidden = cloudfront.ResponseCustomHeader(
            header="X-Robots-Tag", value="noindex", override=True
        )
        return cloudfront.BehaviorOptions(
            origin=self.origin,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            # Without a redirect, which not every client follows.
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            cache_policy=cache,
            response_headers_policy=self.headers("ServedHeaders", [hidden]),
        )

    def headers(
        self, name: str, custom: Sequence[cloudfront.ResponseCustomHeader] = ()
    ) -> cloudfront.ResponseHeadersPolicy:
        """Return the security headers of every answer, and further ones."""
        return cloudfront.ResponseHeadersPolicy(
            self._scope,
            name,
            response_headers_policy_name=f"{self._prefix}-{name}",
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=list(custom)
            )
            if custom
            else None,
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365),
                    include_subdomains=False,
                    override=True,
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN,
                    override=False,
                ),
            ),
        )


def uncached_errors() -> list[cloudfront.ErrorResponse]:
    """Return what keeps CloudFront from caching an error for ten seconds.

    Otherwise a guest would get it, or Instagram, though the object exists by then.
    """
    return [cloudfront.ErrorResponse(http_status=status, ttl=NEVER) for status in CACHED_ERRORS]
