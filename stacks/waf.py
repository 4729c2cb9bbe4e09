"""Certificate and firewall of the CDN, in the one region where a CDN takes them from."""

from __future__ import annotations

from aws_cdk import Environment, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from stacks.config import GLOBAL_REGION, StageConfig
from stacks.secrets import LOG_GROUP, allow_logs
from stacks.zone import zone_of

# Requests of one IP address in five minutes. All guests of a venue share one: five hundred open
# pages each poll 75 times and load their pictures; 50 photos are announced in one request.
UPLOADS_PER_ADDRESS, REQUESTS_PER_ADDRESS = 2_000, 100_000
MANAGED_RULES = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
)
EXAMINE_BODIES = MANAGED_RULES[1:]
# Signed calls of Meta's hold what strangers wrote: a comment that looks like an attack would keep
# the whole call from arriving, however often it is repeated. Nothing of it is read before the
# signature is verified.
SIGNED_PATHS = "/webhooks/"
ONLY_BLOCKED = {
    "DefaultBehavior": "DROP",
    "Filters": [
        {
            "Behavior": "KEEP",
            "Requirement": "MEETS_ANY",
            "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
        }
    ],
}


class WafStack(Stack):
    """Certificate and firewall; `metric_name` is what the firewall's metrics are called after."""

    def __init__(self, scope: Construct, config: StageConfig) -> None:
        environment = Environment(account=config.account, region=GLOBAL_REGION)
        across = config.region != GLOBAL_REGION
        # Sites of one stage in several regions each have a firewall in this one.
        name = f"Waf-{config.region}" if across else "Waf"
        super().__init__(scope, name, env=environment, cross_region_references=across)
        self.metric_name = f"daybook-{config.stage}-{config.region}"
        self.certificate = acm.Certificate(
            self,
            "Certificate",
            domain_name=config.domain_name or "",
            validation=acm.CertificateValidation.from_dns(zone_of(self, config)),
        )
        self.firewall = self._add_firewall()
        self._add_log(config)

    def _add_firewall(self) -> wafv2.CfnWebACL:
        managed = [_managed(index, name) for index, name in enumerate(MANAGED_RULES)]
        return wafv2.CfnWebACL(
            self,
            "Firewall",
            scope="CLOUDFRONT",
            default_action={"allow": {}},
            visibility_config=_visible(self.metric_name),
            rules=[*managed, *_rates(len(MANAGED_RULES))],
        )

    def _add_log(self, config: StageConfig) -> None:
        """Log blocked requests only, without what would let a reader in."""
        # The firewall writes only to log groups with this prefix.
        name = f"aws-waf-logs-{self.metric_name}"
        group_arn = f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{name}"
        group = logs.LogGroup(
            self,
            "FirewallLogs",
            log_group_name=name,
            encryption_key=self._add_log_key(config, group_arn),
            removal_policy=RemovalPolicy.DESTROY,
        )
        days = config.log_retention_days
        group.node.default_child.retention_in_days = days  # type: ignore[union-attr]
        hidden = [{"singleHeader": {"Name": one}} for one in ("authorization", "cookie")]
        wafv2.CfnLoggingConfiguration(
            self,
            "FirewallLogging",
            resource_arn=self.firewall.attr_arn,
            log_destination_configs=[group_arn],
            logging_filter=ONLY_BLOCKED,
            redacted_fields=[*hidden, {"queryString": {}}],
        ).node.add_dependency(group)

    def _add_log_key(self, config: StageConfig, group_arn: str) -> kms.Key:
        key = kms.Key(
            self,
            "FirewallLogKey",
            enable_key_rotation=True,
            description="Encrypts the firewall's log",
            removal_policy=RemovalPolicy.RETAIN if config.keeps_data else RemovalPolicy.DESTROY,
        )
        allow_logs(key, GLOBAL_REGION, {"ArnEquals": {LOG_GROUP: group_arn}})
        return key


def _visible(name: str) -> dict[str, object]:
    return {"cloudWatchMetricsEnabled": True, "metricName": name, "sampledRequestsEnabled": False}


def _managed(priority: int, name: str) -> dict[str, object]:
    group: dict[str, object] = {"vendorName": "AWS", "name": name}
    if name in EXAMINE_BODIES:
        signed = _matching("uriPath", "STARTS_WITH", SIGNED_PATHS)
        group["scopeDownStatement"] = {"notStatement": {"statement": signed}}
    if name == "AWSManagedRulesCommonRuleSet":
        # Fifty announced files exceed the 8 KB that these rules allow of a body, and the ids of a
        # hundred uploads the 2 KB of a query; the API limits both.
        group["ruleActionOverrides"] = [
            {"name": f"SizeRestrictions_{part}", "actionToUse": {"count": {}}}
            for part in ("BODY", "QUERYSTRING")
        ]
    return {
        "name": name,
        "priority": priority,
        "statement": {"managedRuleGroupStatement": group},
        "overrideAction": {"none": {}},
        "visibilityConfig": _visible(name),
    }


def _rates(first: int) -> list[dict[str, object]]:
    # Announcements; the page asks for their state at the same address, by GET.
    uploads = {
        "andStatement": {
            "statements": [
                _matching("method", "EXACTLY", "POST"),
                _matching("uriPath", "ENDS_WITH", "/uploads", "URL_DECODE"),
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


def _matching(part: str, how: str, text: str, read: str = "NONE") -> dict[str, object]:
    """Match a text; `read` is what is done with the part before, as the API does."""
    match = {
        "fieldToMatch": {part: {}},
        "positionalConstraint": how,
        "searchString": text,
        "textTransformations": [{"priority": 0, "type": read}],
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
