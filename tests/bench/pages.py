"""An event's page on a local deployment: bytes and times."""

from __future__ import annotations

import json

import requests

from local.deployment import LocalDeployment
from tests.bench.row import Row, median_ms
from tests.deployed import ENV, EVENT, run_local


def measure() -> list[Row]:
    """Return size and times of the sample event's page, beside a function that reads nothing."""
    run_local("down")
    run_local("up")
    try:
        outputs = json.loads(LocalDeployment.from_env(ENV).outputs_file.read_text())
        url, session = outputs["guest_url"], requests.Session()
        page = session.get(
            f"{url}/g/{EVENT}", headers={"Accept-Encoding": "gzip"}, timeout=30, stream=True
        )
        size = len(page.raw.read()) / 1024
        plain = median_ms(lambda: session.get(f"{url}/health", timeout=30), 20)
        return [
            Row("event page, as sent", size, "KB"),
            Row(
                "event page, embedded AWS",
                median_ms(lambda: session.get(f"{url}/g/{EVENT}", timeout=30), 20),
                "ms",
                plain,
                "/health",
            ),
            Row(
                "event list, embedded AWS",
                median_ms(lambda: session.get(f"{url}/g/{EVENT}/photos", timeout=30), 20),
                "ms",
                plain,
                "/health",
            ),
        ]
    finally:
        run_local("down")
