"""What a cold start of each function spends on imports."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from tests.bench.row import Row, median_ms

MODULES = ("lambdas.api.handlers", "lambdas.guests.handlers", "lambdas.feed.handlers", "lambdas.tokens.handlers")


def start(code: str) -> None:
    """A fresh interpreter that runs some code."""
    subprocess.run([sys.executable, "-c", code], check=True)


def measure() -> list[Row]:
    """Import times, the interpreter's own start included in both columns."""
    reference = median_ms(partial(start, "import boto3"), 5)
    return [
        Row(f"start and import {m}", median_ms(partial(start, f"import {m}"), 5), "ms", reference, "import boto3 alone") for m in MODULES
    ]
