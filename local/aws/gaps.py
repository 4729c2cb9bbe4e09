"""Patches for MiniStack 1.5.33: one function per difference from AWS, each with a test.

They replace internals of MiniStack, so its version is pinned. tests/local/test_gaps.py fails when a
patch no longer takes effect.
"""

from __future__ import annotations

import json
import os
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import cloudwatch, eventbridge, lambda_svc, s3, secretsmanager
from ministack.services.cloudformation import provisioners

from lambdas.kit.decoded import JsonObject

# A resource's physical id and attributes.
Created = tuple[str, dict[str, str]]
HANDLERS: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS


def return_arn_for_secret_ref() -> None:
    """Return a secret's ARN for its `Ref`.

    MiniStack returns the name, which the policies written by `grant_read` do not match.
    """
    handler = HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def name_of(physical_id: str) -> str:
        found = (
            name for name, record in secretsmanager._secrets.items() if record["ARN"] == physical_id
        )
        return str(next(found, physical_id))

    def created(logical_id: str, properties: JsonObject, stack: str) -> Created:
        result = create(logical_id, properties, stack)
        return result[1]["Arn"], result[1]

    def updated(
        physical_id: str, old: object, new: object, stack: str, *rest: object, **more: object
    ) -> Created:
        result = update(name_of(physical_id), old, new, stack, *rest, **more)
        return secretsmanager._secrets[result[0]]["ARN"], result[1]

    def deleted(physical_id: str, properties: object, *rest: object) -> object:
        result: object = delete(name_of(physical_id), properties, *rest)
        return result

    handler.update(create=created, update=updated, delete=deleted)


def deploy_composite_alarms() -> None:
    """Deploy `AWS::CloudWatch::CompositeAlarm`.

    MiniStack has the API for it, but no CloudFormation handler.
    """
    kept = (
        "AlarmRule",
        "AlarmDescription",
        "AlarmActions",
        "OKActions",
        "InsufficientDataActions",
        "ActionsEnabled",
    )

    def put(name: str, properties: JsonObject) -> Created:
        request = {"AlarmName": name, **{key: properties[key] for key in kept if key in properties}}
        status, _, body = cloudwatch._put_composite_alarm({}, request, False, True)
        if status >= 300:
            raise ValueError(f"composite alarm {name}: {body!r}")
        return name, {"Arn": cloudwatch._composite_alarms[name]["AlarmArn"]}

    def create(logical_id: str, properties: JsonObject, stack: str) -> Created:
        name = properties.get("AlarmName") or provisioners._physical_name(
            stack, logical_id, max_len=255
        )
        return put(name, properties)

    def update(physical_id: str, old: object, new: JsonObject, stack: str) -> Created:
        return put(physical_id, new)

    def delete(physical_id: str, properties: object) -> None:
        cloudwatch._composite_alarms.pop(physical_id, None)

    HANDLERS["AWS::CloudWatch::CompositeAlarm"] = {
        "create": create,
        "update": update,
        "delete": delete,
    }


def separate_cookies_from_headers() -> None:
    """Pass cookies to functions in `event["cookies"]` only, as an HTTP API does.

    MiniStack leaves them in the headers.
    """
    execute = lambda_svc._execute_function_warm

    def with_cookies(function: object, event: object, request_id: str) -> object:
        if (
            isinstance(event, dict)
            and event.get("version") == "2.0"
            and "rawPath" in event
            and "cookies" not in event
        ):
            header = event.get("headers", {}).pop("cookie", None)
            if header:
                event["cookies"] = [part.strip() for part in header.split(";")]
        return execute(function, event, request_id)

    lambda_svc._execute_function_warm = with_cookies


def treat_loopback_as_tls() -> None:
    """Let `aws:SecureTransport` be true.

    Buckets and queues refuse requests without TLS, and MiniStack serves plain HTTP on loopback.
    """
    resolve = iam_evaluator._resolve_condition_key

    def resolved(key: str, context: object) -> object:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolved


def authorize_batches_as_single_actions() -> None:
    """Authorize SQS batch calls by the action for a single message.

    MiniStack requires actions such as `sqs:SendMessageBatch`, which IAM does not have. Source:
    "Actions, resources, and condition keys for Amazon SQS" in the Service Authorization Reference.
    """
    matches = iam_evaluator._action_matches

    def matched(action: str, actions: list[str], not_actions: list[str]) -> bool:
        name = action.removesuffix("Batch") if action.startswith("sqs:") else action
        return bool(matches(name, actions, not_actions))

    iam_evaluator._action_matches = matched


def deploy_firewall_logs() -> None:
    """Accept `AWS::WAFv2::LoggingConfiguration` in templates.

    MiniStack stores firewalls without applying them, and has no handler for their logging.
    """

    def create(logical_id: str, properties: JsonObject, stack: str) -> Created:
        return properties["ResourceArn"], {}

    def update(physical_id: str, old: object, new: JsonObject, stack: str) -> Created:
        return new["ResourceArn"], {}

    def delete(physical_id: str, properties: object) -> None:
        """There is nothing to delete."""

    HANDLERS["AWS::WAFv2::LoggingConfiguration"] = {
        "create": create,
        "update": update,
        "delete": delete,
    }


def name_versions_in_object_events() -> None:
    """Name an object's version in its event on the bus, as S3 does for versioned buckets.

    MiniStack names it in notifications to queues, topics and functions only. Source: "EventBridge
    event message structure" in the S3 user guide.
    """
    fire, dispatch = s3._fire_s3_event, eventbridge._dispatch_event
    version: ContextVar[str | None] = ContextVar("version", default=None)

    def fired(*arguments: object, version_id: str | None = None, **more: object) -> None:
        token = version.set(version_id)
        try:
            fire(*arguments, version_id=version_id, **more)
        finally:
            version.reset(token)

    def dispatched(event: JsonObject, *rest: object) -> object:
        named = version.get()
        if named and event.get("Source") == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = named
            event = event | {"Detail": json.dumps(detail)}
        return dispatch(event, *rest)

    s3._fire_s3_event, eventbridge._dispatch_event = fired, dispatched


def authorize_schedules_in_their_group() -> None:
    """Authorize changes of a schedule by an ARN with its group.

    MiniStack takes every schedule for one of the group `default`. Source: "Actions, resources, and
    condition keys for Amazon EventBridge Scheduler" in the Service Authorization Reference.
    """
    extract = iam_actions.extract_resource_arn

    def extracted(
        service: str,
        method: str,
        path: str,
        headers: object,
        body: bytes,
        query: JsonObject,
        *rest: object,
    ) -> str:
        arn = str(extract(service, method, path, headers, body, query, *rest))
        if service != "scheduler" or ":schedule/default/" not in arn:
            return arn
        named = query.get("groupName") or (json.loads(body) if body else {}).get("GroupName")
        group = named[0] if isinstance(named, list) else named
        return arn.replace(":schedule/default/", f":schedule/{group or 'default'}/")

    iam_actions.extract_resource_arn = extracted


def record_used_permissions() -> None:
    """Append each action that a role was allowed and used to `IAM_CALLS_FILE`, if it is set.

    This is not a difference from AWS: it shows which grants are unused.
    """
    target = os.environ.get("IAM_CALLS_FILE")
    if not target:
        return
    evaluate, seen = iam_evaluator.evaluate, set[str]()

    def recorded(context: Any, *rest: object) -> object:
        result = evaluate(context, *rest)
        line = f"{context.principal_arn}\t{context.action}\t{context.resource_arn}\n"
        if (
            result.decision == "Allow"
            and ":assumed-role/" in context.principal_arn
            and line not in seen
        ):
            seen.add(line)
            with Path(target).open("a") as file:
                file.write(line)
        return result

    iam_evaluator.evaluate = recorded
