"""What MiniStack 1.5.33 does otherwise than AWS and this project meets: one function per gap, each with a test.

They reach into MiniStack's internals, so its version is pinned, and tests/local/test_gaps.py fails when a gap is closed or moves.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import request_scope
from ministack.services import cloudwatch, lambda_svc, secretsmanager, sqs
from ministack.services.cloudformation import provisioners

HANDLERS: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS


def secret_ref_is_an_arn() -> None:
    """`Ref` of a secret is its ARN; MiniStack gives its name, which no policy made by `grant_read` matches."""
    handler = HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def name_of(physical_id: str) -> str:
        found = (name for name, record in secretsmanager._secrets.items() if record["ARN"] == physical_id)
        return str(next(found, physical_id))

    def created(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        result = create(logical_id, properties, stack)
        return result[1]["Arn"], result[1]

    def updated(physical_id: str, old: Any, new: Any, stack: str, *rest: Any, **more: Any) -> Any:
        result = update(name_of(physical_id), old, new, stack, *rest, **more)
        return secretsmanager._secrets[result[0]]["ARN"], result[1]

    def deleted(physical_id: str, properties: Any, *rest: Any) -> Any:
        return delete(name_of(physical_id), properties, *rest)

    handler.update(create=created, update=updated, delete=deleted)


def composite_alarms_deploy() -> None:
    """`AWS::CloudWatch::CompositeAlarm` has an API in MiniStack but no handler for templates."""
    kept = ("AlarmRule", "AlarmDescription", "AlarmActions", "OKActions", "InsufficientDataActions", "ActionsEnabled")

    def put(name: str, properties: dict[str, Any]) -> tuple[str, dict[str, str]]:
        request = {"AlarmName": name, **{key: properties[key] for key in kept if key in properties}}
        status, _, body = cloudwatch._put_composite_alarm({}, request, False, True)
        if status >= 300:
            raise ValueError(f"composite alarm {name}: {body!r}")
        return name, {"Arn": cloudwatch._composite_alarms[name]["AlarmArn"]}

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name = properties.get("AlarmName") or provisioners._physical_name(stack, logical_id, max_len=255)
        return put(name, properties)

    def update(physical_id: str, old: Any, new: dict[str, Any], stack: str) -> Any:
        return put(physical_id, new)

    def delete(physical_id: str, properties: Any) -> None:
        cloudwatch._composite_alarms.pop(physical_id, None)

    HANDLERS["AWS::CloudWatch::CompositeAlarm"] = {"create": create, "update": update, "delete": delete}


def cookies_are_apart() -> None:
    """An HTTP API hands cookies over in `event["cookies"]` and nowhere else; MiniStack leaves them among the headers."""
    execute = lambda_svc._execute_function_warm

    def with_cookies(function: Any, event: Any, request_id: str) -> Any:
        if isinstance(event, dict) and event.get("version") == "2.0" and "rawPath" in event and "cookies" not in event:
            header = event.get("headers", {}).pop("cookie", None)
            if header:
                event["cookies"] = [part.strip() for part in header.split(";")]
        return execute(function, event, request_id)

    lambda_svc._execute_function_warm = with_cookies


def loopback_counts_as_tls() -> None:
    """Buckets and queues refuse what does not come over TLS, and MiniStack speaks plain HTTP on the loopback interface."""
    resolve = iam_evaluator._resolve_condition_key

    def resolved(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolved


def batches_of_messages_need_the_single_right() -> None:
    """Sending, deleting or hiding messages in batches is allowed by the action for one message; MiniStack asks for actions that IAM lacks.

    Source: "Actions, resources, and condition keys for Amazon SQS" in the Service Authorization Reference.
    """
    matches = iam_evaluator._action_matches

    def matched(action: str, actions: list[str], not_actions: list[str]) -> bool:
        name = action.removesuffix("Batch") if action.startswith("sqs:") else action
        return bool(matches(name, actions, not_actions))

    iam_evaluator._action_matches = matched


def firewall_logs_deploy() -> None:
    """`AWS::WAFv2::LoggingConfiguration` has no handler in MiniStack, whose firewall is stored and never applied."""

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        return properties["ResourceArn"], {}

    def update(physical_id: str, old: Any, new: dict[str, Any], stack: str) -> Any:
        return new["ResourceArn"], {}

    def delete(physical_id: str, properties: Any) -> None:
        """Nothing was made."""

    HANDLERS["AWS::WAFv2::LoggingConfiguration"] = {"create": create, "update": update, "delete": delete}


def used_permissions_are_written_down() -> None:
    """What each role was allowed to do and did, line by line in `IAM_CALLS_FILE`: no gap, but the way to see which grants nobody needs."""
    target = os.environ.get("IAM_CALLS_FILE")
    if not target:
        return
    evaluate, seen = iam_evaluator.evaluate, set[str]()

    def written(context: Any, *rest: Any) -> Any:
        result = evaluate(context, *rest)
        line = f"{context.principal_arn}\t{context.action}\t{context.resource_arn}\n"
        if result.decision == "Allow" and ":assumed-role/" in context.principal_arn and line not in seen:
            seen.add(line)
            with Path(target).open("a") as file:
                file.write(line)
        return result

    iam_evaluator.evaluate = written


def invocations_by_queues_are_counted() -> None:
    """What a queue hands to a function counts among its invocations and errors; MiniStack counts direct invocations only."""
    run = lambda_svc._run_sqs_batch

    def counted(mapping: dict[str, Any], *rest: Any) -> Any:
        mapping["LastProcessingResult"] = "OK"
        started = time.monotonic()
        done = run(mapping, *rest)
        failed = mapping["LastProcessingResult"] == "FAILED"
        lambda_svc._emit_lambda_metrics(mapping["FunctionName"], (time.monotonic() - started) * 1000, error=failed, throttle=False)
        return done

    lambda_svc._run_sqs_batch = counted


def log_lines_become_metrics() -> None:
    """Lines in the embedded metric format are metrics; MiniStack keeps them as text alone."""
    emit = lambda_svc._emit_lambda_logs

    def with_metrics(function: Any, request_id: str, text: str, *rest: Any, **more: Any) -> Any:
        for line in (text or "").splitlines():
            if '"_aws"' in line:
                _record_line(line)
        return emit(function, request_id, text, *rest, **more)

    lambda_svc._emit_lambda_logs = with_metrics


def _record_line(line: str) -> None:
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for metric in directive["Metrics"]:
            values = document[metric["Name"]] if isinstance(document[metric["Name"]], list) else [document[metric["Name"]]]
            for names in directive["Dimensions"]:
                dimensions = {name: str(document[name]) for name in names}
                for value in values:
                    cloudwatch.record_metric(directive["Namespace"], metric["Name"], value, metric.get("Unit", "None"), dimensions)


def alarms_are_evaluated(seconds: float = 2.0) -> None:
    """Alarms look at their own dimensions, count missing data as they say, and do so by themselves every few seconds."""
    cloudwatch._evaluate_alarm = _evaluate_alarm

    def tick() -> None:
        while True:
            time.sleep(seconds)
            for account, region in {key[:2] for key in list(cloudwatch._alarms._data)}:
                with request_scope(account, region):
                    _publish_queue_metrics()
                    cloudwatch._evaluate_all_alarms()

    threading.Thread(target=tick, daemon=True, name="alarms").start()


COMPARISONS = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def _evaluate_alarm(alarm: dict[str, Any]) -> None:
    """Moves a metric alarm to the state that its data ask for (M out of N periods)."""
    if not alarm.get("Namespace"):
        return
    dimensions = cloudwatch._dims_key({d["Name"]: d["Value"] for d in alarm.get("Dimensions") or []})
    points = list(cloudwatch._metrics.get((alarm["Namespace"], alarm["MetricName"], dimensions)) or [])
    period, periods, now = _local_period(int(alarm.get("Period", 60))), int(alarm.get("EvaluationPeriods", 1)), time.time()
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    treatment = alarm.get("TreatMissingData", "missing")
    verdicts: list[bool | None] = []
    for index in range(periods):
        window = [p for p in points if now - (index + 1) * period <= p["Timestamp"] < now - index * period]
        value = cloudwatch._stat_value(cloudwatch._calc_stats(window), statistic, window) if window else None
        breaching = COMPARISONS[alarm["ComparisonOperator"]](value, alarm["Threshold"]) if value is not None else None
        verdicts.append(breaching if breaching is not None else {"breaching": True, "notBreaching": False}.get(treatment))
    old = alarm["StateValue"]
    if sum(verdict is True for verdict in verdicts) >= int(alarm.get("DatapointsToAlarm") or periods):
        new = "ALARM"
    elif all(verdict is None for verdict in verdicts):
        new = "INSUFFICIENT_DATA" if treatment == "missing" else old
    else:
        new = "OK"
    if new != old:
        reason = "local evaluator"
        alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(now))
        cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
        cloudwatch._evaluate_parent_alarms(alarm)


def _local_period(seconds: int) -> float:
    """Periods of up to five minutes pass twenty times as fast, so that an alarm is over while somebody looks; longer ones as they are."""
    return seconds / 20 if seconds <= 300 else seconds


def _publish_queue_metrics() -> None:
    """The two metrics of queues that alarms watch; MiniStack publishes none of `AWS/SQS`."""
    now = time.time()
    for url, queue in list(sqs._queues.items()):
        name = {"QueueName": re.split(r"[/]", str(url))[-1]}
        ages = [now - message["sent_at"] for message in queue["messages"]]
        visible = sum(message["visible_at"] <= now for message in queue["messages"])
        cloudwatch.record_metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", visible, "Count", name)
        cloudwatch.record_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", max(ages, default=0.0), "Seconds", name)
