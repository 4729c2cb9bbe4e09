"""The optional CDN with its firewall, in any region of the site."""

from __future__ import annotations

import json

import pytest

from local.deployment import ROOT
from tests.json_types import JsonObject
from tests.stacks.conftest import PROD, Synthesised, synthesise


@pytest.fixture(scope="module", params=["us-east-1", "eu-central-1"])
def site(request: pytest.FixtureRequest) -> Synthesised:
    return synthesise("prod", *PROD, ("cdn", "true"), ("region", request.param))


def distribution(site: Synthesised) -> JsonObject:
    [found] = site.resources("AWS::CloudFront::Distribution").values()
    config: JsonObject = found["Properties"]["DistributionConfig"]
    return config


def test_packs_find_nothing(site: Synthesised) -> None:
    assert site.findings == []


def test_certificate_lies_in_global_region(site: Synthesised) -> None:
    [waf] = [name.removesuffix(".Firewall") for name in site.resources("AWS::WAFv2::WebACL")]

    assert waf.split("-")[0] == "Waf"
    assert [
        name.split(".")[0] for name in site.resources("AWS::CertificateManager::Certificate")
    ] == [waf]
    assert site.resources("AWS::ApiGatewayV2::DomainName") == {}


def test_protocols_are_modern(site: Synthesised) -> None:
    config = distribution(site)

    assert config["Aliases"] == ["photos.example.com"]
    assert (config["HttpVersion"], config["PriceClass"]) == ("http2and3", "PriceClass_100")
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["WebACLId"]


def test_photos_come_from_bucket(site: Synthesised) -> None:
    behaviors = {one["PathPattern"]: one for one in distribution(site)["CacheBehaviors"]}
    [control] = site.resources("AWS::CloudFront::OriginAccessControl").values()
    policies = json.dumps(site.resources("AWS::S3::BucketPolicy"))
    headers = json.dumps(site.resources("AWS::CloudFront::ResponseHeadersPolicy"))

    assert set(behaviors) == {"g/*", "assets/*", "shown/*", "posting/*"}
    assert control["Properties"]["OriginAccessControlConfig"]["SigningBehavior"] == "always"
    assert "cloudfront.amazonaws.com" in policies
    assert "AWS:SourceArn" in policies
    assert "originals" not in policies
    assert "Strict" in headers or "StrictTransportSecurity" in headers


def test_pages_vary_by_device(site: Synthesised) -> None:
    [pages] = [one for one in distribution(site)["CacheBehaviors"] if one["PathPattern"] == "g/*"]
    policies = site.resources("AWS::CloudFront::CachePolicy")
    cache = policies[f"Cdn.{pages['CachePolicyId']['Ref']}"]["Properties"]["CachePolicyConfig"]
    key = cache["ParametersInCacheKeyAndForwardedToOrigin"]

    assert (cache["MinTTL"], cache["DefaultTTL"], cache["MaxTTL"]) == (0, 0, 60)
    cookies = ["daybook_device", "daybook_pin"]
    assert key["CookiesConfig"] == {"CookieBehavior": "whitelist", "Cookies": cookies}
    # Not by name: the API decodes `%6cimit` to `limit`, which no list of names matches.
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert "DELETE" in pages["AllowedMethods"]


def test_errors_are_not_cached(site: Synthesised) -> None:
    errors = {
        error["ErrorCode"]: error["ErrorCachingMinTTL"]
        for error in distribution(site)["CustomErrorResponses"]
    }

    assert errors == dict.fromkeys((404, 414, 500, 501, 502, 503, 504), 0)


def test_functions_know_cdn_key(site: Synthesised) -> None:
    origins = json.dumps(distribution(site)["Origins"])
    behind = [
        name
        for name, function in site.resources("AWS::Lambda::Function").items()
        if function["Properties"].get("Environment", {}).get("Variables", {}).get("CDN_KEY_ARN")
    ]

    assert "x-daybook-edge" in origins
    assert "resolve:secretsmanager" in origins
    assert len(behind) == 11, behind


def test_requests_per_address_are_limited(site: Synthesised) -> None:
    [firewall] = site.resources("AWS::WAFv2::WebACL").values()
    rules = {rule["Name"]: rule for rule in firewall["Properties"]["Rules"]}
    common = rules["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]

    uploads = rules["Uploads"]["Statement"]["RateBasedStatement"]
    # Five hundred guests of a venue come from one address, and keep their pages open.
    assert (uploads["Limit"], rules["Everything"]["Statement"]["RateBasedStatement"]["Limit"]) == (
        2_000,
        100_000,
    )
    assert '"POST"' in json.dumps(uploads["ScopeDownStatement"])
    # The API decodes paths: `upload%73` is the same route.
    assert '"URL_DECODE"' in json.dumps(uploads["ScopeDownStatement"])
    assert '"URL_DECODE"' not in json.dumps(rules["AWSManagedRulesCommonRuleSet"])
    assert {
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesAmazonIpReputationList",
    } <= rules.keys()
    assert [rule["Name"] for rule in common["RuleActionOverrides"]] == [
        "SizeRestrictions_BODY",
        # The ids of 100 uploads take 2,699 bytes, and AWS's rule blocks more than 2,048.
        "SizeRestrictions_QUERYSTRING",
    ]


def test_comments_pass_the_firewall(site: Synthesised) -> None:
    [firewall] = site.resources("AWS::WAFv2::WebACL").values()
    left_out = {
        rule["Name"]
        for rule in firewall["Properties"]["Rules"]
        if '"NotStatement"' in json.dumps(rule) and "/webhooks/" in json.dumps(rule)
    }

    # Their texts may look like attacks; where calls come from is checked all the same.
    assert left_out == {"AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"}


def test_pages_link_photos_by_cdn(site: Synthesised) -> None:
    views = [
        function
        for name, function in site.resources("AWS::Lambda::Function").items()
        if name.startswith("Guests.View")
    ]

    assert (
        views[0]["Properties"]["Environment"]["Variables"]["PHOTOS_URL"]
        == "https://photos.example.com"
    )


def test_two_regions_share_no_name() -> None:
    here, there = (
        synthesise("prod", *PROD, ("cdn", "true"), ("region", region))
        for region in ("us-east-1", "eu-central-1")
    )

    def names(site: Synthesised) -> set[str]:
        groups = {
            group["Properties"].get("LogGroupName")
            for group in site.resources("AWS::Logs::LogGroup").values()
        }
        boards = {
            board["Properties"]["DashboardName"]
            for board in site.resources("AWS::CloudWatch::Dashboard").values()
        }
        # Those of the CDN's policies are the whole account's.
        configs = [
            value["Name"]
            for kind in ("ResponseHeadersPolicy", "OriginAccessControl", "CachePolicy")
            for policy in site.resources(f"AWS::CloudFront::{kind}").values()
            for value in policy["Properties"].values()
        ]
        return {
            *filter(None, groups),
            *boards,
            *configs,
            *(name for name in site.templates if name.startswith("Waf")),
        }

    assert len(names(here)) == len(names(there)) == 5 + 4 + 1 + 3
    assert not names(here) & names(there)


def test_cdk_functions_cross_regions_only() -> None:
    """They pass the ARNs of certificate and firewall across regions; their code is the CDK's."""
    here, there = (
        synthesise("prod", *PROD, ("cdn", "true"), ("region", region))
        for region in ("us-east-1", "eu-central-1")
    )
    ours = set(here.resources("AWS::Lambda::Function"))

    others = {
        name.partition("CustomResourceProvider")[0]
        for name in set(there.resources("AWS::Lambda::Function")) - ours
    }
    assert others == {
        "Waf-eu-central-1.CustomCrossRegionExportWriter",
        "Cdn.CustomCrossRegionExportReader",
        # The distribution's id.
        "Cdn.CustomCrossRegionExportWriter",
        "CdnAlarms-eu-central-1.CustomCrossRegionExportReader",
    }


def cdn_alarms(site: Synthesised) -> dict[str, JsonObject]:
    """Return the alarms on metrics of CDN and firewall, by metric, each with its stack."""
    return {
        alarm["Properties"]["MetricName"]: alarm["Properties"] | {"stack": name.split(".")[0]}
        for name, alarm in site.resources("AWS::CloudWatch::Alarm").items()
        if alarm["Properties"].get("Namespace") in ("AWS/CloudFront", "AWS/WAFV2")
    }


def test_errors_and_blocks_alarm_where_their_metrics_are(site: Synthesised) -> None:
    [waf] = [name.removesuffix(".Firewall") for name in site.resources("AWS::WAFv2::WebACL")]
    [firewall] = site.resources("AWS::WAFv2::WebACL").values()
    alarms = cdn_alarms(site)

    assert set(alarms) == {"5xxErrorRate", "BlockedRequests"}
    # The only stacks in the global region, whatever the site's.
    assert {alarm["stack"] for alarm in alarms.values()} == {
        "Cdn" if waf == "Waf" else "CdnAlarms-eu-central-1"
    }
    dimensions = {one["Name"]: one["Value"] for one in alarms["BlockedRequests"]["Dimensions"]}
    name = firewall["Properties"]["VisibilityConfig"]["MetricName"]
    assert dimensions == {"WebACL": name, "Rule": "ALL"}
    assert {"Name": "Region", "Value": "Global"} in alarms["5xxErrorRate"]["Dimensions"]


def test_alarms_of_the_cdn_notify_the_responder(site: Synthesised) -> None:
    subscriptions = site.resources("AWS::SNS::Subscription")
    for alarm in cdn_alarms(site).values():
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert "AlarmsTopic" in json.dumps(alarm["AlarmActions"])

    assert {one["Properties"]["Endpoint"] for one in subscriptions.values()} == {
        "oncall@example.com"
    }
    # CloudWatch notifies topics of the alarm's own region only.
    assert len(subscriptions) == len(site.resources("AWS::SNS::Topic"))


def test_alarms_of_the_cdn_are_in_the_runbook(site: Synthesised) -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text()
    for alarm in cdn_alarms(site).values():
        section = alarm["AlarmName"].split("-", 2)[2].removeprefix("eu-central-1-")

        assert f"\n## {section}\n" in runbook
        assert f"see {section} in docs/operations.md" in alarm["AlarmDescription"]


def test_the_topic_abroad_allows_its_alarms() -> None:
    site = synthesise("prod", *PROD, ("cdn", "true"), ("region", "eu-central-1"))
    template = json.dumps(site.templates["CdnAlarms-eu-central-1"])

    assert ":us-east-1:" in template
    assert ":alarm:daybook-prod-*" in template
    assert template.count("cloudwatch.amazonaws.com") == 2, "the topic's policy and its key's"


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_the_pager_hears_of_the_cdns_errors(region: str) -> None:
    here, there = (f"arn:aws:sns:{one}:123456789012:on-call" for one in (region, "us-east-1"))
    site = synthesise(
        "prod", *PROD, ("cdn", "true"), ("region", region),
        ("page_topic_arn", here), ("cdn_page_topic_arn", there),
    )  # fmt: skip
    alarms = cdn_alarms(site)

    assert there in alarms["5xxErrorRate"]["AlarmActions"]
    assert there not in alarms["BlockedRequests"]["AlarmActions"]
    assert site.findings == []


def test_the_site_is_checked_when_it_can_be_reached(site: Synthesised) -> None:
    rules = [name for name in site.resources("AWS::Events::Rule") if "ProbeSite" in name]
    stacks = list(site.templates)

    assert [name.split(".")[0] for name in rules] == ["Monitoring"]
    assert stacks.index("Monitoring") > stacks.index("Front") > stacks.index("Cdn")


def test_the_distribution_exists_before_anything_leads_to_it() -> None:
    site = synthesise("prod", *PROD, ("cdn", "true"))

    assert "Front" in site.after("Cdn"), "the domain's records"
    # A function that demands the CDN's key would refuse those who come by the API's own domain.
    assert {"Guests", "Feed", "Tokens", "Comments", "Monitoring"} <= site.after("Front")


def test_records_stay_where_they_are() -> None:
    plain, with_cdn = synthesise("prod", *PROD), synthesise("prod", *PROD, ("cdn", "true"))

    def records(site: Synthesised) -> dict[str, tuple[str, str]]:
        return {
            name: (record["Properties"]["Name"], record["Properties"]["Type"])
            for name, record in site.resources("AWS::Route53::RecordSet").items()
        }

    assert records(plain) == records(with_cdn), "in another stack they would have to go first"
    assert len(records(plain)) == 2
