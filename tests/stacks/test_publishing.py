"""The stack of publishing: workflow, schedules, media, and who may do what."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.json_types import JsonObject
from tests.stacks.conftest import PROD, Synthesised, synthesise

FUNCTIONS = ("Operate", "Work", "Prepare", "Start", "Sweep", "Forget")


@pytest.fixture(scope="module")
def with_cdn() -> Synthesised:
    return synthesise("prod", *PROD, ("cdn", "true"))


def stack_of(site: Synthesised) -> dict[str, JsonObject]:
    resources: dict[str, JsonObject] = site.templates["Publishing"]["Resources"]
    return resources


def properties(site: Synthesised, kind: str) -> list[JsonObject]:
    return [one["Properties"] for one in stack_of(site).values() if one["Type"] == kind]


def machine(site: Synthesised) -> JsonObject:
    [found] = properties(site, "AWS::StepFunctions::StateMachine")
    return found


def states(site: Synthesised) -> JsonObject:
    """Return the state machine's definition, with a dot for each ARN in it."""
    parts = machine(site)["DefinitionString"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "." for part in parts)
    definition: JsonObject = json.loads(text)
    return definition


def statements(site: Synthesised, role: str) -> list[JsonObject]:
    """Return what a role of the stack is allowed, whose logical id starts with `role`."""
    found: list[JsonObject] = [
        statement
        for policy in properties(site, "AWS::IAM::Policy")
        if policy["Roles"][0]["Ref"].startswith(f"{role}Role")
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    return found


def allowed(site: Synthesised, role: str, service: str) -> dict[str, str]:
    """Return the role's actions of a service, each with its resources."""
    found: dict[str, str] = {}
    for statement in statements(site, role):
        actions: Any = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            if action.startswith(f"{service}:"):
                found[action] = found.get(action, "") + json.dumps(statement["Resource"])
    return found


def trust(site: Synthesised, role: str) -> JsonObject:
    [found] = [
        one["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        for name, one in stack_of(site).items()
        if one["Type"] == "AWS::IAM::Role" and name.startswith(f"{role}Role")
    ]
    statement: JsonObject = found[0]
    return statement


def test_executions_know_post_and_step_only(prod: Synthesised) -> None:
    found = states(prod)["States"]
    tasks = [state for state in found.values() if state["Type"] == "Task"]

    assert [task["Parameters"] for task in tasks] == 2 * [{"post.$": "$.post", "run.$": "$.run"}]
    assert [task["ResultPath"] for task in tasks] == ["$.step", None]
    text = json.dumps(found).lower()
    assert not any(word in text for word in ("token", "caption", "http", "secret", "url"))


def test_the_answer_decides_what_is_next(prod: Synthesised) -> None:
    found = states(prod)["States"]
    choices = {one["StringEquals"]: one["Next"] for one in found["What next?"]["Choices"]}

    assert choices == {"work": "Work", "prepare": "Prepare", "wait": "Wait", "done": "Done"}
    assert found["Wait"]["SecondsPath"] == "$.step.wait_seconds"
    assert (found["Wait"]["Next"], found["Prepare"]["Next"]) == ("Work", "Work")


def test_steps_are_repeated_a_while(prod: Synthesised) -> None:
    definition = states(prod)
    for state in (definition["States"]["Work"], definition["States"]["Prepare"]):
        assert all(retry["JitterStrategy"] == "FULL" for retry in state["Retry"])
        assert all(retry["MaxAttempts"] <= 120 for retry in state["Retry"])
        assert state["Retry"][-1]["ErrorEquals"] == ["States.ALL"]
        assert state["Catch"][0]["Next"] == "Interrupted"
        # An error's text is not passed on.
        assert state["Catch"][0]["ResultPath"] is None
    assert definition["TimeoutSeconds"] == 8 * 24 * 3600


def test_tasks_outlast_their_functions(prod: Synthesised) -> None:
    functions = properties(prod, "AWS::Lambda::Function")
    timeouts = {one["Handler"].rpartition(".")[2]: one["Timeout"] for one in functions}
    found = states(prod)["States"]

    assert found["Work"]["TimeoutSeconds"] > timeouts["work"] == 120
    assert found["Prepare"]["TimeoutSeconds"] > timeouts["prepare"] == 600


def test_the_log_holds_no_data(prod: Synthesised) -> None:
    found = machine(prod)

    assert found["LoggingConfiguration"]["Level"] == "ERROR"
    assert found["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert found["TracingConfiguration"]["Enabled"] is True
    groups = properties(prod, "AWS::Logs::LogGroup")
    assert all("KmsKeyId" in group for group in groups)


def test_the_workflow_invokes_two_functions(prod: Synthesised) -> None:
    invokes = allowed(prod, "Workflow", "lambda")

    assert list(invokes) == ["lambda:InvokeFunction"]
    assert invokes["lambda:InvokeFunction"].count("Fn::GetAtt") == 2
    assert "*" not in invokes["lambda:InvokeFunction"]
    for service in ("dynamodb", "s3", "sqs", "states", "kms", "secretsmanager"):
        assert allowed(prod, "Workflow", service) == {}


def test_schedules_may_fill_one_queue(prod: Synthesised) -> None:
    [statement] = statements(prod, "Scheduler")
    queues = json.dumps(statement["Resource"])
    condition = trust(prod, "Scheduler")["Condition"]["StringEquals"]

    assert statement["Action"] == "sqs:SendMessage"
    assert queues.count("Start") == queues.count("Fn::GetAtt") == 2, "queue and dead letters"
    assert condition["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert condition["aws:SourceArn"]["Fn::GetAtt"][0].startswith("Schedules")


@pytest.mark.parametrize("function", ["Operate", "Sweep"])
def test_the_role_is_passed_to_the_scheduler_only(prod: Synthesised, function: str) -> None:
    [passing] = [one for one in statements(prod, function) if one["Action"] == "iam:PassRole"]

    assert passing["Resource"]["Fn::GetAtt"][0].startswith("SchedulerRole")
    assert passing["Condition"] == {
        "StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}
    }


def test_schedules_are_changed_where_needed(prod: Synthesised) -> None:
    puts = {"scheduler:CreateSchedule", "scheduler:UpdateSchedule"}
    found = {name: allowed(prod, name, "scheduler") for name in FUNCTIONS}

    assert {name: set(actions) for name, actions in found.items() if actions} == {
        "Operate": {*puts, "scheduler:DeleteSchedule"},
        "Sweep": puts,
        "Forget": {"scheduler:DeleteSchedule"},
    }
    assert all("Schedules" in text for actions in found.values() for text in actions.values())


def test_executions_are_started_where_needed(prod: Synthesised) -> None:
    found = {name: set(allowed(prod, name, "states")) for name in FUNCTIONS}

    assert {name: actions for name, actions in found.items() if actions} == {
        "Start": {"states:StartExecution"},
        "Sweep": {"states:StartExecution", "states:DescribeExecution"},
    }


def test_posts_are_put_into_the_queue_where_needed(prod: Synthesised) -> None:
    found = {name: allowed(prod, name, "sqs").get("sqs:SendMessage", "") for name in FUNCTIONS}

    assert {name for name, queue in found.items() if queue} == {"Operate", "Sweep"}
    assert all("StartQueue" in queue for queue in found.values() if queue)


@pytest.mark.parametrize("function", ["Prepare", "Start", "Forget"])
def test_most_functions_see_no_tokens(prod: Synthesised, function: str) -> None:
    assert "TokensTable" not in json.dumps(statements(prod, function))
    assert "TokenKey" not in json.dumps(statements(prod, function))


def test_files_are_changed_where_needed(prod: Synthesised) -> None:
    prepare, operate = allowed(prod, "Prepare", "s3"), allowed(prod, "Operate", "s3")

    assert set(operate) == {"s3:GetObject", "s3:PutObject"}
    assert "/media-uploads/*" in operate["s3:PutObject"]
    assert "/originals/*" not in operate["s3:GetObject"]
    for changed in ("s3:PutObject", "s3:DeleteObject"):
        assert "/posting/*" in prepare[changed]
        assert "/originals/*" not in prepare[changed]
    assert set(allowed(prod, "Forget", "s3")) == {"s3:DeleteObject"}
    assert allowed(prod, "Start", "s3") == {}


def test_libraries_for_video_are_for_one_function(prod: Synthesised) -> None:
    functions = properties(prod, "AWS::Lambda::Function")
    layers = {one["Handler"].rpartition(".")[2]: len(one["Layers"]) for one in functions}
    [prepare] = [one for one in functions if one["Handler"].endswith(".prepare")]

    assert {name: count for name, count in layers.items() if count > 1} == {"prepare": 2}
    assert (prepare["MemorySize"], prepare["EphemeralStorage"]["Size"]) == (2048, 2048)


def test_media_has_a_distribution_without_cdn(prod: Synthesised) -> None:
    [found] = properties(prod, "AWS::CloudFront::Distribution")
    config = found["DistributionConfig"]
    [work] = [
        one for one in properties(prod, "AWS::Lambda::Function") if one["Handler"].endswith(".work")
    ]

    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert config["PriceClass"] == "PriceClass_100"
    url = json.dumps(work["Environment"]["Variables"]["MEDIA_URL"])
    assert "https://" in url
    assert "DomainName" in url


def test_media_is_on_the_cdn(with_cdn: Synthesised) -> None:
    [work] = [
        one
        for one in properties(with_cdn, "AWS::Lambda::Function")
        if one["Handler"].endswith(".work")
    ]

    assert properties(with_cdn, "AWS::CloudFront::Distribution") == []
    assert work["Environment"]["Variables"]["MEDIA_URL"] == "https://photos.example.com"


@pytest.mark.parametrize("stack", ["Publishing", "Cdn"])
def test_served_objects_are_kept_for_a_minute(
    prod: Synthesised, with_cdn: Synthesised, stack: str
) -> None:
    site = prod if stack == "Publishing" else with_cdn
    resources = site.templates[stack]["Resources"]
    [cache] = [
        one["Properties"]["CachePolicyConfig"]
        for name, one in resources.items()
        if name.startswith("ServedCache")
    ]
    [headers] = [
        json.dumps(one) for name, one in resources.items() if name.startswith("ServedHeaders")
    ]
    key = cache["ParametersInCacheKeyAndForwardedToOrigin"]

    assert cache["MaxTTL"] == 60
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}
    assert "noindex" in headers
    assert "ContentTypeOptions" in headers


def test_cloudfront_reads_what_is_served(prod: Synthesised, with_cdn: Synthesised) -> None:
    def readable(site: Synthesised) -> str:
        [statement] = [
            one
            for policy in site.resources("AWS::S3::BucketPolicy").values()
            for one in policy["Properties"]["PolicyDocument"]["Statement"]
            if one["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        ]
        assert statement["Action"] == "s3:GetObject"
        assert ":distribution/*" in json.dumps(statement["Condition"]["ArnLike"])
        return json.dumps(statement["Resource"])

    assert ("/posting/*" in readable(prod), "/shown/*" in readable(prod)) == (True, False)
    assert ("/posting/*" in readable(with_cdn), "/shown/*" in readable(with_cdn)) == (True, True)
    without = synthesise("dev", ("features", "guests")).resources("AWS::S3::BucketPolicy")
    assert "cloudfront" not in json.dumps(without)


def test_media_expires(prod: Synthesised) -> None:
    bucket = prod.resources("AWS::S3::Bucket")["Storage.PhotosBucket"]["Properties"]
    ages = {
        rule["Prefix"]: rule["ExpirationInDays"]
        for rule in bucket["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    }

    assert ages == {
        "exports/": 1,
        "posting/": 2,
        "media-uploads/": 400,
        "webhooks/": 30,
        "downloads/": 8,
    }
