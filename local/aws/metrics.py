"""Patches for MiniStack's CloudWatch: missing metrics, and the evaluation of alarms.

One function per difference from AWS, each with a test (see `gaps.py`).
"""

from __future__ import annotations

import json
import re
import threading
import time

from ministack.core.responses import request_scope
from ministack.services import apigateway, cloudwatch, lambda_svc, sqs

from lambdas.kit.decoded import JsonObject


def count_queue_invocations() -> None:
    """Count invocations and errors of functions that are triggered by a queue.

    MiniStack counts direct invocations only.
    """
    run = lambda_svc._run_sqs_batch

    def counted(mapping: dict[str, object], *rest: object) -> object:
        mapping["LastProcessingResult"] = "OK"
        started = time.monotonic()
        done: object = run(mapping, *rest)
        failed = mapping["LastProcessingResult"] == "FAILED"
        lambda_svc._emit_lambda_metrics(
            mapping["FunctionName"],
            (time.monotonic() - started) * 1000,
            error=failed,
            throttle=False,
        )
        return done

    lambda_svc._run_sqs_batch = counted


def count_api_requests() -> None:
    """Publish an HTTP API's `Count`, `4xx`, `5xx` and `Latency`.

    MiniStack publishes no metrics of `AWS/ApiGateway`.
    """
    execute = apigateway.handle_execute

    async def counted(api_id: str, *rest: object, **more: object) -> tuple[int, object, object]:
        started = time.monotonic()
        status, headers, body = await execute(api_id, *rest, **more)
        scope = apigateway.find_api_scope(api_id)
        if scope:
            with request_scope(*scope):
                numbers = {"Count": 1, "4xx": 400 <= status < 500, "5xx": status >= 500}
                for name, value in numbers.items():
                    cloudwatch.record_metric(
                        "AWS/ApiGateway", name, int(value), "Count", {"ApiId": api_id}
                    )
                taken = (time.monotonic() - started) * 1000
                cloudwatch.record_metric(
                    "AWS/ApiGateway", "Latency", taken, "Milliseconds", {"ApiId": api_id}
                )
        return status, headers, body

    apigateway.handle_execute = counted


def extract_log_metrics() -> None:
    """Publish the metrics of log lines in the embedded metric format.

    MiniStack stores these lines as text only.
    """
    emit = lambda_svc._emit_lambda_logs

    def with_metrics(
        function: object, request_id: str, text: str, *rest: object, **more: object
    ) -> object:
        for line in (text or "").splitlines():
            if '"_aws"' in line:
                _record_line(line)
        emitted: object = emit(function, request_id, text, *rest, **more)
        return emitted

    lambda_svc._emit_lambda_logs = with_metrics


def _record_line(line: str) -> None:
    try:
        document = json.loads(line)
        directives = document["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for metric in directive["Metrics"]:
            found = document[metric["Name"]]
            values = found if isinstance(found, list) else [found]
            for names in directive["Dimensions"]:
                dimensions = {name: str(document[name]) for name in names}
                for value in values:
                    cloudwatch.record_metric(
                        directive["Namespace"],
                        metric["Name"],
                        value,
                        metric.get("Unit", "None"),
                        dimensions,
                    )


def start_alarm_evaluation(seconds: float = 2.0) -> None:
    """Evaluate alarms in a thread every few seconds.

    MiniStack compares the wrong dimensions, ignores how missing data is to be treated, and does not
    evaluate on time.
    """
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


def _evaluate_alarm(alarm: JsonObject) -> None:
    """Set a metric alarm's state from its data points (M out of N periods)."""
    if not alarm.get("Namespace"):
        return
    dimensions = cloudwatch._dims_key(
        {d["Name"]: d["Value"] for d in alarm.get("Dimensions") or []}
    )
    points = list(
        cloudwatch._metrics.get((alarm["Namespace"], alarm["MetricName"], dimensions)) or []
    )
    period = _local_period(int(alarm.get("Period", 60)))
    periods, now = int(alarm.get("EvaluationPeriods", 1)), time.time()
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    treatment = alarm.get("TreatMissingData", "missing")
    verdicts: list[bool | None] = []
    for index in range(periods):
        end = now - index * period
        window = [p for p in points if end - period <= p["Timestamp"] < end]
        if not window and treatment == "breaching":
            window = _last_scheduled(points, end, int(alarm.get("Period", 60)))
        value = (
            cloudwatch._stat_value(cloudwatch._calc_stats(window), statistic, window)
            if window
            else None
        )
        breaching = (
            COMPARISONS[alarm["ComparisonOperator"]](value, alarm["Threshold"])
            if value is not None
            else None
        )
        verdicts.append(
            breaching
            if breaching is not None
            else {"breaching": True, "notBreaching": False}.get(treatment)
        )
    old = alarm["StateValue"]
    if sum(verdict is True for verdict in verdicts) >= int(
        alarm.get("DatapointsToAlarm") or periods
    ):
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


def _last_scheduled(points: list[JsonObject], end: float, seconds: int) -> list[JsonObject]:
    """Return the last data point before `end`, if it is younger than the alarm's true period.

    An alarm that waits for data waits for a schedule, and schedules are not made shorter.
    """
    recent = [p for p in points if end - 1.5 * seconds <= p["Timestamp"] < end]
    return recent[-1:]


def _local_period(seconds: int) -> float:
    """Return the length of a period in seconds.

    Periods of up to five minutes are 40 times shorter, so that a person can watch an alarm start
    and end. No period is shorter than the interval between two evaluations.
    """
    return max(3.0, seconds / 40) if seconds <= 300 else seconds


def _publish_queue_metrics() -> None:
    """Publish the two queue metrics that alarms use.

    MiniStack publishes no metrics of `AWS/SQS`.
    """
    now = time.time()
    for url, queue in list(sqs._queues.items()):
        name = {"QueueName": re.split(r"[/]", str(url))[-1]}
        ages = [now - message["sent_at"] for message in queue["messages"]]
        visible = sum(message["visible_at"] <= now for message in queue["messages"])
        cloudwatch.record_metric(
            "AWS/SQS", "ApproximateNumberOfMessagesVisible", visible, "Count", name
        )
        cloudwatch.record_metric(
            "AWS/SQS", "ApproximateAgeOfOldestMessage", max(ages, default=0.0), "Seconds", name
        )
