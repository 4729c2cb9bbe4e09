"""What a cold start of each function spends on imports."""

from __future__ import annotations

import statistics
import subprocess
import sys
from functools import partial

from tests.bench.row import Row, median_ms
from tests.guests.site import small_site

MODULES = (
    "lambdas.api.handlers",
    "lambdas.guests.handlers",
    "lambdas.feed.handlers",
    "lambdas.tokens.handlers",
)


def start(code: str) -> None:
    """Run code in a new interpreter."""
    subprocess.run([sys.executable, "-c", code], check=True)


# The first answer of an instance: an error's page, which calls nothing.
FIRST_ANSWER = """
import os, time
names = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
os.environ |= dict.fromkeys(names, "us-east-1") | {settings!r} | {{"POWERTOOLS_LOG_LEVEL": "ERROR"}}
from tests.lambda_events import Browser
from lambdas.guests import handlers
{hooks}
started = time.perf_counter()
assert Browser(handlers.view).get("/g/a/b/c", accept="text/html").status == 404
print((time.perf_counter() - started) * 1000)
"""


def first_answer_ms(hooks: str) -> float:
    """Return how long the first answer takes: the median of five instances."""
    code = FIRST_ANSWER.format(settings=small_site("table", "bucket", "arn").to_env(), hooks=hooks)
    runs = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        for _ in range(5)
    ]
    return statistics.median(float(run.stdout.splitlines()[-1]) for run in runs)


def measure() -> list[Row]:
    """Return import times and the time of the first answer, with and without a snapshot's hooks.

    Import times include the interpreter's own start, in both columns.
    """
    reference = median_ms(partial(start, "import boto3"), 5)
    imports = [
        Row(
            f"start and import {m}",
            median_ms(partial(start, f"import {m}"), 5),
            "ms",
            reference,
            "import boto3 alone",
        )
        for m in MODULES
    ]
    answers = Row(
        "first answer, from a snapshot",
        first_answer_ms("handlers.warm_up_view()"),
        "ms",
        first_answer_ms(""),
        "without its hooks",
    )
    return [*imports, answers]
