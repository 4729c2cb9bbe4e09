"""What would be deployed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.feature_classes import reserved_concurrency
from stacks.kit.guardrails import without_acknowledgements
from stacks.registry import FEATURES
from tests.json_types import JsonObject
from tests.stacks.conftest import PROD, Synthesised, synthesise

# A change of one of these is a new, empty resource in production.
PINNED = {
    "Storage.AnalyticsTable": "AWS::DynamoDB::GlobalTable",
    "Storage.EventsTable": "AWS::DynamoDB::GlobalTable",
    "Storage.InboxTable": "AWS::DynamoDB::GlobalTable",
    "Storage.PhotosBucket": "AWS::S3::Bucket",
    "Storage.PostsTable": "AWS::DynamoDB::GlobalTable",
    "Storage.AccessLogsBucket": "AWS::S3::Bucket",
    "Storage.CursorSecret": "AWS::SecretsManager::Secret",
    "Storage.TokensTable": "AWS::DynamoDB::GlobalTable",
    "Storage.AuditTable": "AWS::DynamoDB::GlobalTable",
    "Storage.LimitsTable": "AWS::DynamoDB::GlobalTable",
    "Storage.AppSecret": "AWS::SecretsManager::Secret",
    "Storage.EdgeKey": "AWS::SecretsManager::Secret",
    "Storage.TokenKey": "AWS::KMS::Key",
    "Storage.SettingsKey": "AWS::KMS::Key",
    "Storage.LogKey": "AWS::KMS::Key",
    "Storage.TopicKey": "AWS::KMS::Key",
    "Storage.AlarmsTopic": "AWS::SNS::Topic",
    "Api.OperatorsPool": "AWS::Cognito::UserPool",
}
HOLDS_DATA = set(PINNED.values())


def test_packs_find_nothing(prod: Synthesised, local: Synthesised) -> None:
    assert prod.findings == []
    assert local.findings == []
    assert synthesise("dev").findings == []


@pytest.mark.parametrize("stage", ["prod", "local"])
def test_acknowledgements_match_a_finding(stage: str) -> None:
    with without_acknowledgements() as acknowledged:
        found = synthesise.__wrapped__(stage, *PROD if stage == "prod" else ()).findings

    assert len(acknowledged) > 20
    for one in acknowledged:
        assert len(one.reason.split()) >= 8, one
        rule = re.sub(r"\[.*", "", one.rule)
        assert any(finding.startswith(rule) and f": {one.path}" in finding for finding in found), (
            f"{one.rule} on {one.path} is for nothing"
        )


def test_cfn_lint_finds_nothing(prod: Synthesised, tmp_path: Path) -> None:
    for name, template in prod.templates.items():
        (tmp_path / f"{name}.template.json").write_text(json.dumps(template))
    linter = Path(sys.executable).with_name("cfn-lint")

    done = subprocess.run(
        [linter, *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True, check=False
    )

    assert done.stdout + done.stderr == ""


def test_data_keeps_logical_ids(prod: Synthesised) -> None:
    found = {name: kind for kind in HOLDS_DATA for name in prod.resources(kind)}

    assert found == PINNED


def test_production_retains_data(prod: Synthesised, local: Synthesised) -> None:
    for kind in HOLDS_DATA:
        for name, resource in prod.resources(kind).items():
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == (
                "Retain",
                "Retain",
            ), name
        for name, resource in local.resources(kind).items():
            assert resource["DeletionPolicy"] == "Delete", name


def test_tables_are_protected(prod: Synthesised) -> None:
    for name, table in prod.resources("AWS::DynamoDB::GlobalTable").items():
        properties = table["Properties"]
        replica = properties["Replicas"][0]
        assert properties["SSESpecification"]["SSEEnabled"], name
        assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name
        assert replica["DeletionProtectionEnabled"], name


def test_buckets_are_private(prod: Synthesised) -> None:
    policies = json.dumps(prod.resources("AWS::S3::BucketPolicy"))
    for name, bucket in prod.resources("AWS::S3::Bucket").items():
        properties = bucket["Properties"]
        assert properties["BucketEncryption"], name
        assert all(properties["PublicAccessBlockConfiguration"].values()), name
        assert name.split(".")[1] in policies
    assert policies.count("aws:SecureTransport") == len(prod.resources("AWS::S3::Bucket"))


def test_only_own_origin_may_post(prod: Synthesised) -> None:
    [rule] = prod.resources("AWS::S3::Bucket")["Storage.PhotosBucket"]["Properties"][
        "CorsConfiguration"
    ]["CorsRules"]

    assert rule["AllowedOrigins"] == ["https://photos.example.com"]
    assert sorted(rule["AllowedMethods"]) == ["GET", "POST"]


def functions(templates: Synthesised) -> dict[str, JsonObject]:
    return {
        name: resource["Properties"]
        for name, resource in templates.resources("AWS::Lambda::Function").items()
    }


def test_functions_have_own_role_and_log(prod: Synthesised) -> None:
    found = functions(prod)
    roles = [
        (name.split(".")[0], json.dumps(properties["Role"])) for name, properties in found.items()
    ]
    groups = [
        (name.split(".")[0], json.dumps(properties["LoggingConfig"]["LogGroup"]))
        for name, properties in found.items()
    ]

    assert len(set(roles)) == len(set(groups)) == len(found) > 0
    for name, group in prod.resources("AWS::Logs::LogGroup").items():
        assert group["Properties"]["RetentionInDays"] == 90, name


def test_functions_run_on_arm_with_tracing(prod: Synthesised) -> None:
    for name, properties in functions(prod).items():
        assert (properties["Architectures"], properties["TracingConfig"]["Mode"]) == (
            ["arm64"],
            "Active",
        ), name


def test_functions_have_error_alarms(prod: Synthesised) -> None:
    watched = {
        json.dumps(alarm["Properties"]["Dimensions"])
        for alarm in prod.resources("AWS::CloudWatch::Alarm").values()
        if alarm["Properties"].get("MetricName") == "Errors"
        and alarm["Properties"]["EvaluationPeriods"] == 1
    }

    assert len(watched) == len(functions(prod))


def test_alarms_name_runbook_sections(prod: Synthesised) -> None:
    runbook = Path("docs/operations.md").read_text()
    alarms = prod.resources("AWS::CloudWatch::Alarm") | prod.resources(
        "AWS::CloudWatch::CompositeAlarm"
    )
    for alarm in alarms.values():
        description = alarm["Properties"]["AlarmDescription"]
        section = description.split("see ")[1].split(" in docs/operations.md")[0]
        assert f"\n## {section}\n" in runbook
        assert alarm["Properties"]["AlarmName"].startswith(f"daybook-prod-{section}")


def test_runbook_sections_have_alarms() -> None:
    runbook = Path("docs/operations.md").read_text()
    site = synthesise("prod", *PROD, ("cdn", "true"))
    described = json.dumps(
        list(
            (
                site.resources("AWS::CloudWatch::Alarm")
                | site.resources("AWS::CloudWatch::CompositeAlarm")
            ).values()
        )
    )
    sections = [line.removeprefix("## ") for line in runbook.splitlines() if line.startswith("## ")]

    assert sections
    for section in sections:
        assert f"see {section} in docs/operations.md" in described


# Resources by a pattern; everything else names its resource.
ALLOWED_PATTERNS = {
    "*": {"xray:PutTelemetryRecords", "xray:PutTraceSegments"},
    "/originals/*": {
        "s3:PutObject",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
    },
    "/exports/*": {"s3:PutObject", "s3:GetObject"},
    "/downloads/*": {
        "s3:PutObject",
        "s3:GetObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
    },
    "/media-uploads/*": {"s3:PutObject", "s3:GetObject"},
    "/posting/*": {"s3:PutObject", "s3:GetObject", "s3:DeleteObject"},
    "/webhooks/*": {"s3:PutObject", "s3:GetObject"},
    # Schedules of one group, executions of one state machine.
    ":schedule/": {
        "scheduler:CreateSchedule",
        "scheduler:UpdateSchedule",
        "scheduler:DeleteSchedule",
    },
    ":execution:": {"states:DescribeExecution"},
    "/pending/*": {"s3:PutObject", "s3:GetObject", "s3:DeleteObject"},
    "/shown/*": {"s3:PutObject", "s3:GetObject", "s3:DeleteObject"},
}


# What a state machine needs to log and to be traced: none of it supports resources.
OF_STATE_MACHINES = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
}


def test_roles_use_named_patterns_only(prod: Synthesised) -> None:
    for name, policy in prod.resources("AWS::IAM::Policy").items():
        of_machine = OF_STATE_MACHINES if "WorkflowRole" in name else set()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            actions = (
                {statement["Action"]}
                if isinstance(statement["Action"], str)
                else set(statement["Action"])
            )
            resources = (
                statement["Resource"]
                if isinstance(statement["Resource"], list)
                else [statement["Resource"]]
            )
            assert not any("*" in action for action in actions), name
            for resource in resources:
                text = resource if isinstance(resource, str) else json.dumps(resource)
                if "*" in text:
                    # The bare asterisk stands in every pattern and is tried last.
                    longest = sorted(ALLOWED_PATTERNS, key=len, reverse=True)
                    pattern = next(pattern for pattern in longest if pattern in text)
                    assert actions - of_machine <= ALLOWED_PATTERNS[pattern], name


def test_queues_are_protected(prod: Synthesised) -> None:
    queues = prod.resources("AWS::SQS::Queue")
    live = {name: queue for name, queue in queues.items() if "DeadLetters" not in name}

    assert len(queues) == 2 * len(live) > 0
    assert all(queue["Properties"]["RedrivePolicy"] for queue in live.values())
    assert all(queue["Properties"]["SqsManagedSseEnabled"] for queue in queues.values())
    assert len(prod.resources("AWS::SQS::QueuePolicy")) == len(queues)


def test_operator_routes_have_authorizer(prod: Synthesised) -> None:
    protected = {
        resource["Properties"]["RouteKey"]: resource["Properties"]["AuthorizationType"]
        for resource in prod.resources("AWS::ApiGatewayV2::Route").values()
    }

    assert {route for route, kind in protected.items() if kind == "JWT"} == {
        "GET /events",
        "POST /events",
        "GET /events/{event_id}",
        "PATCH /events/{event_id}",
        "DELETE /events/{event_id}",
        "POST /events/{event_id}/downloads",
        "GET /events/{event_id}/downloads",
        "GET /events/{event_id}/downloads/{download_id}",
        "GET /events/{event_id}/downloads/{download_id}/parts/{number}",
        "GET /events/{event_id}/photos",
        "PUT /events/dates/pin",
        "PATCH /events/{event_id}/photos/{photo_id}",
        "PATCH /events/{event_id}/photos",
        "GET /events/{event_id}/audit",
        "GET /events/{event_id}/posts",
        "PATCH /events/{event_id}/posts/{post_id}",
        "GET /events/{event_id}/host-links",
        "POST /events/{event_id}/host-links",
        "POST /events/{event_id}/host-links/{link_id}/rotate",
        "DELETE /events/{event_id}/host-links/{link_id}",
        "GET /instagram/analytics",
        "PATCH /instagram/analytics/account",
        "GET /instagram/analytics/audience",
        "GET /instagram/analytics/best-times",
        "POST /instagram/analytics/collect",
        "GET /instagram/analytics/compare",
        "GET /instagram/analytics/export",
        "GET /instagram/analytics/followers",
        "GET /instagram/analytics/hashtags",
        "GET /instagram/analytics/posts",
        "GET /instagram/analytics/posts/{media_id}",
        "GET /instagram/analytics/stories",
        "POST /instagram/posts",
        "POST /instagram/posts/check",
        "GET /instagram/posts",
        "GET /instagram/posts/limit",
        "POST /instagram/posts/resume",
        "GET /instagram/posts/{post_id}",
        "PATCH /instagram/posts/{post_id}",
        "DELETE /instagram/posts/{post_id}",
        "POST /instagram/posts/{post_id}/retry",
        "POST /instagram/posts/{post_id}/publish-now",
        "POST /instagram/posts/{post_id}/duplicate",
        "POST /instagram/media-uploads",
        "GET /instagram/media-uploads/{upload_id}",
        "GET /instagram/posts/plan",
        "PUT /instagram/posts/plan",
        "POST /instagram/posts/import",
        "GET /instagram/posts/import/template.csv",
        "GET /instagram/hashtags/suggestions",
        "POST /instagram/posts/{post_id}/approval",
        "GET /instagram/inbox",
        "GET /instagram/inbox/{item_id}",
        "PATCH /instagram/inbox/{item_id}",
        "POST /instagram/inbox/{item_id}/undo",
        "DELETE /instagram/inbox/authors/{author_id}",
        "POST /instagram/comments/{comment_id}/replies",
        "POST /instagram/comments/{comment_id}/private-reply",
        "PATCH /instagram/comments/{comment_id}",
        "DELETE /instagram/comments/{comment_id}",
        "POST /instagram/mentions/{item_id}/replies",
        "PATCH /instagram/media/{media_id}",
        "POST /instagram/messages/{thread}",
        "GET /instagram/rules",
        "PUT /instagram/rules",
        "GET /instagram/rules/sets",
        "POST /instagram/rules/check",
        "POST /instagram/rules/resume",
        "POST /instagram/rules/undo",
        "GET /instagram/subscriptions",
        "POST /instagram/subscriptions/renew",
        "GET /instagram/discovery/accounts/{username}",
        "GET /instagram/discovery/hashtags/{tag}",
        "GET /instagram/connect",
        "GET /instagram/accounts",
        "DELETE /instagram/accounts/{account_id}",
        "GET /instagram/accounts/{account_id}/audit",
        "GET /instagram/accounts/{account_id}/check",
        "GET /instagram/token/status",
        "POST /instagram/token/refresh",
    }
    assert {route for route, kind in protected.items() if kind == "NONE"} == {
        "$default",
        "GET /",
        "GET /health",
        "GET /health/deep",
        "GET /assets/{name}",
        "GET /g/{event_id}",
        "GET /g/{event_id}/tiles",
        "GET /g/{event_id}/qr.svg",
        "GET /g/{event_id}/poster",
        "GET /g/{event_id}/wall",
        "GET /g/{event_id}/wall/items",
        "GET /g/{event_id}/photos",
        "GET /g/{event_id}/uploads",
        "POST /g/{event_id}/uploads",
        "GET /g/{event_id}/upload",
        "DELETE /g/{event_id}/photos/{photo_id}",
        "GET /approve/{secret}",
        "POST /approve/{secret}",
        "GET /instagram/callback",
        "GET /instagram/logins/{login}",
        "POST /instagram/logins/{login}",
        "GET /instagram/reconnect/{ticket}",
        "GET /instagram/data-deletion/{code}",
        "GET /webhooks/instagram",
        "POST /webhooks/instagram",
        "POST /webhooks/instagram/deauthorize",
        "POST /webhooks/instagram/data-deletion",
        "POST /g/{event_id}/photos/{photo_id}/reports",
        "GET /h/{event_id}",
        "POST /h/{event_id}/session",
        "DELETE /h/{event_id}/session",
        "GET /h/{event_id}/event",
        "PATCH /h/{event_id}/event",
        "DELETE /h/{event_id}/event",
        "POST /h/{event_id}/events",
        "GET /h/{event_id}/photos",
        "PATCH /h/{event_id}/photos",
        "PATCH /h/{event_id}/photos/{photo_id}",
        "GET /h/{event_id}/audit",
        "GET /h/{event_id}/posts",
        "PATCH /h/{event_id}/posts/{post_id}",
        "GET /h/{event_id}/host-links",
        "POST /h/{event_id}/host-links",
        "POST /h/{event_id}/host-links/{link_id}/rotate",
        "DELETE /h/{event_id}/host-links/{link_id}",
        "POST /h/{event_id}/downloads",
        "GET /h/{event_id}/downloads",
        "GET /h/{event_id}/downloads/{download_id}",
        "GET /h/{event_id}/downloads/{download_id}/parts/{number}",
        "POST /g/{event_id}/pin",
        "POST /g/{event_id}/downloads",
        "GET /g/{event_id}/downloads/{download_id}",
        "GET /g/{event_id}/downloads/{download_id}/parts/{number}",
    }


def test_templates_hold_no_secret(prod: Synthesised, local: Synthesised) -> None:
    for templates in (prod, local):
        for feature in ("Analytics", "Comments", "Feed", "Publishing", "Tokens"):
            parameter = templates.templates[feature]["Parameters"]["BootstrapToken"]
            assert (parameter["NoEcho"], parameter["Default"]) == (True, "")


def test_domain_uses_modern_tls(prod: Synthesised) -> None:
    [domain] = prod.resources("AWS::ApiGatewayV2::DomainName").values()

    assert domain["Properties"]["DomainNameConfigurations"][0]["SecurityPolicy"] == "TLS_1_2"
    assert len(prod.resources("AWS::Route53::RecordSet")) == 2


def test_the_certificate_is_valid_before_an_address_closes(prod: Synthesised) -> None:
    api = prod.templates["Api"]["Resources"]
    [closed] = [one for one in api.values() if one["Type"] == "AWS::ApiGatewayV2::Api"]
    [proof] = [
        name for name, one in api.items() if one["Type"] == "AWS::CertificateManager::Certificate"
    ]

    assert proof in closed["DependsOn"]
    assert api[proof]["Properties"]["DomainName"] == "photos.example.com"
    # Nothing uses it: another domain replaces it in the stack that is deployed first.
    assert f'{{"Ref": "{proof}"}}' not in json.dumps(prod.templates)


def test_api_without_domain() -> None:
    dev = synthesise("dev")

    assert dev.resources("AWS::ApiGatewayV2::DomainName") == {}
    assert "ApiEndpoint" in json.dumps(dev.templates["Api"]["Outputs"]["Url"])


def test_local_differs_in_values_only(prod: Synthesised, local: Synthesised) -> None:
    def kinds(templates: Synthesised) -> dict[str, list[str]]:
        domain = (
            "AWS::CertificateManager",
            "AWS::Route53",
            "AWS::ApiGatewayV2::DomainName",
            "AWS::ApiGatewayV2::ApiMapping",
            "AWS::SNS::Subscription",
            # Local mode starts functions without snapshots.
            "AWS::Lambda::Alias",
            "AWS::Lambda::Version",
        )
        return {
            stack: sorted(
                r["Type"]
                for r in template["Resources"].values()
                if not r["Type"].startswith((*domain, "AWS::Lambda::LayerVersion"))
            )
            for stack, template in templates.templates.items()
        }

    assert kinds(local) == kinds(prod)


def test_synth_is_deterministic(prod: Synthesised) -> None:
    synthesise.cache_clear()
    assert synthesise("prod", *PROD).templates == prod.templates


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_functions_get_every_setting(stage: str) -> None:
    from dataclasses import fields

    from lambdas.analytics.settings import AnalyticsSettings
    from lambdas.api.settings import ApiSettings
    from lambdas.comments.settings import CommentsSettings
    from lambdas.feed.settings import FeedSettings
    from lambdas.guests.settings import GuestsSettings
    from lambdas.publishing.settings import PublishingSettings
    from lambdas.tokens.settings import TokensSettings

    wanted = {
        "Analytics": AnalyticsSettings,
        "Api": ApiSettings,
        "Comments": CommentsSettings,
        "Guests": GuestsSettings,
        "Feed": FeedSettings,
        "Publishing": PublishingSettings,
        "Tokens": TokensSettings,
    }
    for name, properties in functions(synthesise(stage)).items():
        names = {field.name.upper() for field in fields(wanted[name.split(".")[0]])}
        assert names <= set(properties["Environment"]["Variables"]), name


@pytest.mark.parametrize("features", ["guests", "guests,feed", "guests,tokens", "tokens"])
def test_features_can_be_left_out(features: str) -> None:
    some = synthesise("dev", ("features", features))

    assert {*some.templates} == {
        "Storage",
        "Api",
        "Front",
        "Monitoring",
        *(feature.capitalize() for feature in features.split(",")),
    }
    assert some.findings == []


def test_alarms_notify(prod: Synthesised) -> None:
    alarms = prod.resources("AWS::CloudWatch::Alarm") | prod.resources(
        "AWS::CloudWatch::CompositeAlarm"
    )
    rules = json.dumps([alarm["Properties"].get("AlarmRule") for alarm in alarms.values()])
    for name, alarm in alarms.items():
        silent = not alarm["Properties"].get("AlarmActions")
        rolls_up = alarm["Properties"]["AlarmName"].endswith(("severity-critical", "severity-low"))
        assert not silent or rolls_up or name.split(".")[1] in rules, name


def test_the_runbook_names_what_waits_until_morning(prod: Synthesised) -> None:
    alarms = prod.resources("AWS::CloudWatch::CompositeAlarm") | prod.resources(
        "AWS::CloudWatch::Alarm"
    )
    names = {
        key.split(".")[1]: alarm["Properties"]["AlarmName"].removeprefix("daybook-prod-")
        for key, alarm in alarms.items()
    }
    [low] = [one for one in alarms.values() if one["Properties"]["AlarmName"].endswith("-low")]
    runbook = Path("docs/operations.md").read_text()
    section = runbook.split("\n## severity-low\n")[1]

    rule = json.dumps(low["Properties"]["AlarmRule"])
    assert [name for key, name in names.items() if key in rule and name not in section] == []


def test_dashboard_answers_questions_in_order(prod: Synthesised) -> None:
    [dashboard] = prod.resources("AWS::CloudWatch::Dashboard").values()
    body = json.dumps(dashboard["Properties"]["DashboardBody"])
    questions = [
        "Active alarms",
        "Are requests answered?",
        "Are photos being processed?",
        "Are downloads being made?",
        "Are tokens healthy?",
        "Are posts published?",
        "Are comments answered?",
        "Is the Graph budget fine?",
    ]

    places = [body.index(question) for question in questions]
    assert places == sorted(places)


def test_stage_limits_all_routes_together(prod: Synthesised) -> None:
    [stage] = prod.resources("AWS::ApiGatewayV2::Stage").values()

    assert stage["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"] == 500
    # Settings of a route stop the deployment that removes it.
    assert "RouteSettings" not in stage["Properties"]


def test_functions_with_limited_routes_count(prod: Synthesised) -> None:
    counting = {
        name.split(".")[1][:7]
        for name, properties in functions(prod).items()
        if properties["Environment"]["Variables"].get("LIMITS_TABLE_NAME")
    }

    assert {name[:6] for name in counting} == {
        "Answer",
        "Connec",
        "Health",
        "Operat",
        "Privac",
        "Receiv",
        "Upload",
    }


def test_only_named_origins_may_call(prod: Synthesised) -> None:
    [api] = prod.resources("AWS::ApiGatewayV2::Api").values()
    [other] = (
        synthesise("dev", ("allowed_origins", "https://www.example.com"))
        .resources("AWS::ApiGatewayV2::Api")
        .values()
    )

    assert "CorsConfiguration" not in api["Properties"]
    assert api["Properties"]["DisableExecuteApiEndpoint"] is True
    assert other["Properties"]["CorsConfiguration"]["AllowOrigins"] == ["https://www.example.com"]
    assert not other["Properties"].get("DisableExecuteApiEndpoint")


def test_registry_knows_reserved_concurrency(prod: Synthesised) -> None:
    held = [one.get("ReservedConcurrentExecutions", 0) for one in functions(prod).values()]

    assert sum(held) == reserved_concurrency(FEATURES) > 0


def test_settings_with_tokens_have_own_key(
    prod: Synthesised,
) -> None:
    for name, properties in functions(prod).items():
        holds_token = "IG_ACCESS_TOKEN" in properties["Environment"]["Variables"]
        assert ("KmsKeyArn" in properties) is holds_token, name


def test_functions_that_people_wait_for_use_snap_start(prod: Synthesised) -> None:
    started = {
        name
        for name, properties in functions(prod).items()
        if properties.get("SnapStart") == {"ApplyOn": "PublishedVersions"}
    }
    aliases = prod.resources("AWS::Lambda::Alias").values()
    integrations = json.dumps(prod.resources("AWS::ApiGatewayV2::Integration"))

    assert {name.split(".")[1][:4] for name in started} == {"View", "Answ", "Oper", "Rece"}
    assert [alias["Properties"]["Name"] for alias in aliases] == 5 * ["live"]
    assert "ViewLive" in integrations
    assert "AnswerLive" in integrations


# Properties that name a resource for a whole account: two stages in it must not share one.
NAMES = (
    "AlarmName",
    "DashboardName",
    "TableName",
    "BucketName",
    "QueueName",
    "TopicName",
    "FunctionName",
    "RoleName",
    "LogGroupName",
    "Name",
)


def test_two_stages_share_no_name(prod: Synthesised) -> None:
    dev = synthesise("dev")
    for stack, template in dev.templates.items():
        for logical_id, resource in template["Resources"].items():
            for name in NAMES:
                value = resource.get("Properties", {}).get(name)
                if isinstance(value, str) and resource["Type"] not in (
                    "AWS::Lambda::Alias",
                    "AWS::ApiGatewayV2::Api",
                    "AWS::ApiGatewayV2::Authorizer",
                ):
                    assert "dev" in value, (stack, logical_id, value)
    exports = [
        {
            output.get("Export", {}).get("Name")
            for template in one.templates.values()
            for output in template.get("Outputs", {}).values()
        }
        for one in (prod, dev)
    ]
    assert exports[0] & exports[1] <= {None}


@pytest.mark.parametrize("region", ["eu-central-1", "ap-southeast-2"])
def test_another_region_works(region: str) -> None:
    found = synthesise("prod", ("region", region), *PROD)

    assert found.findings == []
    assert "us-east-1" not in json.dumps(found.templates)


def exports(templates: Synthesised, stack: str) -> set[str]:
    return {
        output["Export"]["Name"]
        for output in templates.templates[stack]["Outputs"].values()
        if "Export" in output
    }


def test_exports_stay() -> None:
    whole = synthesise("prod", *PROD, ("cdn", "true"))
    for feature in ("guests", "feed", "tokens"):
        least = synthesise("prod", *PROD, ("features", feature))
        for stack in ("Storage", "Api"):
            assert exports(whole, stack) - exports(least, stack) == set(), (feature, stack)
            assert exports(whole, stack)


def alarm_of(site: Synthesised, name: str) -> JsonObject:
    found: list[JsonObject] = [
        alarm["Properties"]
        for alarm in site.resources("AWS::CloudWatch::Alarm").values()
        if alarm["Properties"]["AlarmName"] == f"daybook-prod-{name}"
    ]
    return found[0]


def test_a_new_stage_raises_no_alarm(prod: Synthesised) -> None:
    """Before its first check a stage has no data, or zeros of a queue that no rule fills yet."""
    check = alarm_of(prod, "site-unreachable-check")
    silent = alarm_of(prod, "site-unreachable-silent")

    assert check["TreatMissingData"] == silent["TreatMissingData"] == "ignore"
    assert silent["Period"] * silent["EvaluationPeriods"] == 3600
    assert "DatapointsToAlarm" not in silent, "all of them"
    numbers = alarm_of(prod, "analytics-stale-silent")
    assert numbers["TreatMissingData"] == "ignore"
    assert numbers["MetricName"] == "NumberOfMessagesDeleted"
    assert numbers["Period"] * numbers["EvaluationPeriods"] == 3 * 3600


def test_a_check_that_never_ends_is_heard(prod: Synthesised) -> None:
    silent = alarm_of(prod, "site-unreachable-silent")
    [rule] = [
        one["Properties"]
        for name, one in prod.resources("AWS::Events::Rule").items()
        if "ProbeSite" in name
    ]

    # Unlike the check's own metric it has values without any check.
    assert silent["MetricName"] == "NumberOfMessagesDeleted"
    assert "ProbeQueue" in json.dumps(silent["Dimensions"])
    assert "ProbeQueue" in json.dumps(rule["Targets"][0]["Arn"])
    assert "ProbeDeadLetters" in json.dumps(rule["Targets"][0]["DeadLetterConfig"])


def test_the_check_may_fill_its_queue(prod: Synthesised) -> None:
    policies = json.dumps(
        [name for name in prod.resources("AWS::SQS::QueuePolicy").items() if "Probe" in name[0]]
    )

    assert policies.count(":rule/daybook-prod-ProbeSite") == 2


def test_alarms_may_publish(prod: Synthesised) -> None:
    [policy] = prod.resources("AWS::SNS::TopicPolicy").values()
    allowed = [
        one
        for one in policy["Properties"]["PolicyDocument"]["Statement"]
        if one["Effect"] == "Allow"
    ]
    alarms = prod.resources("AWS::CloudWatch::Alarm") | prod.resources(
        "AWS::CloudWatch::CompositeAlarm"
    )
    actions = [
        action
        for alarm in alarms.values()
        for action in alarm["Properties"].get("AlarmActions", [])
    ]

    [statement] = [
        one for one in allowed if one["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    ]
    assert statement["Action"] == "sns:Publish"
    assert statement["Resource"] == {"Ref": "AlarmsTopic"}
    assert json.dumps(statement["Condition"]["ArnLike"]["aws:SourceArn"]).endswith(
        ':alarm:daybook-prod-*"]]}'
    )
    assert len(actions) > 5
    assert all("AlarmsTopic" in json.dumps(action) for action in actions)
    key = json.dumps(prod.templates["Storage"]["Resources"]["TopicKey"]["Properties"]["KeyPolicy"])
    assert "cloudwatch.amazonaws.com" in key


def test_dead_letters_are_watched(prod: Synthesised) -> None:
    watched = json.dumps(
        [
            alarm["Properties"]["Dimensions"]
            for alarm in prod.resources("AWS::CloudWatch::Alarm").values()
            if alarm["Properties"].get("MetricName") == "ApproximateNumberOfMessagesVisible"
        ]
    )
    dead = [name for name in prod.resources("AWS::SQS::Queue") if "DeadLetters" in name]

    assert len(dead) == 21
    for name in dead:
        assert name.split(".")[1] in watched, name


def test_queues_respect_concurrency(prod: Synthesised) -> None:
    reserved = {
        name.split(".")[1]: one.get("ReservedConcurrentExecutions", 0)
        for name, one in functions(prod).items()
    }
    for mapping in prod.resources("AWS::Lambda::EventSourceMapping").values():
        function = mapping["Properties"]["FunctionName"]["Ref"]
        at_once = mapping["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        # Less, where the function does other work as well.
        assert 2 <= at_once <= reserved[function], function
    # Where nothing is reserved the queues are what holds functions back.
    unreserved = synthesise("prod", *PROD, ("reserve_concurrency", "false")).resources(
        "AWS::Lambda::EventSourceMapping"
    )
    limits = [
        mapping["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        for mapping in unreserved.values()
    ]
    assert sorted(limits) == [*(12 * [2]), 3, 4, 5, 5, 5, 10, 10, 10, 20]


def test_stages_do_not_share_events(prod: Synthesised) -> None:
    rules = {name: rule["Properties"] for name, rule in prod.resources("AWS::Events::Rule").items()}
    ours = {
        name
        for name, rule in rules.items()
        if rule.get("EventPattern", {}).get("source") == ["daybook"]
    }

    assert {name.split(".")[1][:12] for name in ours} == {
        "FeedFoundSta",
        "AccountConne",
        "AccountDataD",
        "PersonDataDe",
        "PhotoRemoved",
        "TokenRefused",
    }
    assert all("EventBusName" in rules[name] for name in ours)
    others = [rule for name, rule in rules.items() if name not in ours and "EventPattern" in rule]
    assert all("bucket" in rule["EventPattern"]["detail"] for rule in others)


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_any_api_may_post_without_domain(region: str) -> None:
    found = synthesise("dev", ("region", region), ("allowed_origins", "https://www.example.com"))
    [rule] = found.resources("AWS::S3::Bucket")["Storage.PhotosBucket"]["Properties"][
        "CorsConfiguration"
    ]["CorsRules"]

    assert rule["AllowedOrigins"] == [
        f"https://*.execute-api.{region}.amazonaws.com",
        "https://www.example.com",
    ]


def test_app_secret_template_never_changes(prod: Synthesised) -> None:
    """CloudFormation regenerates a secret whose template changes: its values are lost."""
    secret = prod.templates["Storage"]["Resources"]["AppSecret"]["Properties"]

    assert secret["GenerateSecretString"] == {
        "ExcludePunctuation": True,
        "GenerateStringKey": "webhook_verify_token",
        "SecretStringTemplate": json.dumps(
            {
                "instagram_app_id": "",
                "instagram_app_secret": "",
                "meta_app_id": "",
                "meta_app_secret": "",
            }
        ),
    }


def test_pager_and_budget_are_settings() -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:on-call"
    site = synthesise(
        "prod", *PROD, ("page_topic_arn", topic), ("monthly_budget_usd", "200"),
        ("runbook_url", "https://wiki.example.com/daybook"),
    )  # fmt: skip
    alarms = site.resources("AWS::CloudWatch::CompositeAlarm").values()
    [critical] = [one["Properties"] for one in alarms
                  if one["Properties"]["AlarmName"].endswith("severity-critical")]  # fmt: skip

    assert critical["AlarmActions"] == critical["OKActions"] == [topic]
    assert critical["AlarmDescription"].endswith(
        "https://wiki.example.com/daybook#severity-critical"
    )
    [budget] = site.resources("AWS::Budgets::Budget").values()
    # Budgets are the whole account's, and a stage may be deployed to several regions.
    assert budget["Properties"]["Budget"]["BudgetName"] == "daybook-prod-us-east-1"
    assert site.findings == []


def test_mails_leave_from_one_address() -> None:
    site = synthesise("prod", *PROD, ("mail_from", "photos@example.com"))

    [statement] = mail_statements(site)

    assert statement["Action"] == "ses:SendEmail"
    assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": "photos@example.com"}}
    resources = [json.dumps(one) for one in statement["Resource"]]
    names = [one.rpartition(":identity/")[2].rstrip('"]}') for one in resources]
    assert sorted(names) == ["example.com", "photos@example.com"]


def test_no_mails_without_a_sender(prod: Synthesised) -> None:
    assert mail_statements(prod) == []


def mail_statements(site: Synthesised) -> list[JsonObject]:
    """Return the statements that allow sending mails."""
    return [
        statement
        for policy in site.resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "ses:" in json.dumps(statement["Action"])
    ]
