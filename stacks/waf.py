"""What stands before the edge, in the one region where a CDN takes it from: the domain's certificate, and the firewall."""

from __future__ import annotations

from aws_cdk import Environment, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from stacks.config import StageConfig
from stacks.validation import GLOBAL_REGION

# Requests of one address in five minutes. All guests of a venue come from one: five hundred open pages ask for news 75 times each, and load
# their pictures; a guest who sends 50 photos announces them in one request.
UPLOADS_PER_ADDRESS, REQUESTS_PER_ADDRESS = 2_000, 100_000
MANAGED_RULES = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
)


class WafStack(Stack):
    """Certificate and firewall, in the one region where a CDN takes them from."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        env, elsewhere = (
            Environment(account=config.account, region=GLOBAL_REGION),
            config.region != GLOBAL_REGION,
        )
        # Sites of one stage in several regions each have a shield in this one.
        super().__init__(
            scope,
            f"Shield-{config.region}" if elsewhere else "Shield",
            env=env,
            cross_region_references=elsewhere,
        )
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
            rules=[
                *(_managed(index, name) for index, name in enumerate(MANAGED_RULES)),
                *_rates(len(MANAGED_RULES)),
            ],
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
            log_destination_configs=[
                f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{group.log_group_name}"
            ],
            # Blocked requests only, and of those nothing that lets somebody in.
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
                    }
                ],
            },
            redacted_fields=[
                {"singleHeader": {"Name": name}} for name in ("authorization", "cookie")
            ]
            + [{"queryString": {}}],
        ).node.add_dependency(group)
        return firewall


def zone_of(scope: Construct, config: StageConfig) -> route53.IHostedZone:
    """The site's zone, as the stage names it."""
    return route53.HostedZone.from_hosted_zone_attributes(
        scope,
        "Zone",
        hosted_zone_id=config.hosted_zone_id or "",
        zone_name=config.hosted_zone_name or "",
    )


def _visible(name: str) -> dict[str, object]:
    return {"cloudWatchMetricsEnabled": True, "metricName": name, "sampledRequestsEnabled": False}


def _managed(priority: int, name: str) -> dict[str, object]:
    group: dict[str, object] = {"vendorName": "AWS", "name": name}
    if name == "AWSManagedRulesCommonRuleSet":
        # Fifty announced files are more than the 8 KB that this rule allows; the API itself limits bodies.
        group["ruleActionOverrides"] = [
            {"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}
        ]
    return {
        "name": name,
        "priority": priority,
        "statement": {"managedRuleGroupStatement": group},
        "overrideAction": {"none": {}},
        "visibilityConfig": _visible(name),
    }


def _rates(first: int) -> list[dict[str, object]]:
    # Announcements. The page asks at the same address, by GET, what became of them.
    uploads = {
        "andStatement": {
            "statements": [
                _matching("method", "EXACTLY", "POST"),
                _matching("uriPath", "ENDS_WITH", "/uploads"),
            ]
        }
    }
    return [
        _rate(
            first,
            "Uploads",
            {"limit": UPLOADS_PER_ADDRESS, "aggregateKeyType": "IP", "scopeDownStatement": uploads},
        ),
        _rate(first + 1, "Everything", {"limit": REQUESTS_PER_ADDRESS, "aggregateKeyType": "IP"}),
    ]


def _matching(part: str, how: str, text: str) -> dict[str, object]:
    plain = [{"priority": 0, "type": "NONE"}]
    match = {
        "fieldToMatch": {part: {}},
        "positionalConstraint": how,
        "searchString": text,
        "textTransformations": plain,
    }
    return {"byteMatchStatement": match}


def _rate(priority: int, name: str, statement: dict[str, object]) -> dict[str, object]:
    return {
        "name": name,
        "priority": priority,
        "statement": {"rateBasedStatement": statement},
        "action": {"block": {}},
        "visibilityConfig": _visible(name),
    }
