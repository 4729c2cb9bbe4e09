"""Whether the deployed site works, not only its API."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import requests

from local import directory
from local.local_site import LocalSite
from local.loopback import get_json

HEALTHY_SECONDS = 90.0
DEEP = "/health/deep"
SHALLOW = "/health"

Get = Callable[[str], tuple[int, object]]


def require_health(site: LocalSite, get: Get = get_json, seconds: float = HEALTHY_SECONDS) -> None:
    """Wait until the deep check passes; stop with the parts that fail.

    `GET /health/deep` answers 200 or 503 with `{"status", "checks": {name: "ok" or a reason}}`.
    A release without this route is asked for `/health`.
    """
    deadline = time.monotonic() + seconds
    while True:
        status, body = _ask(get, site, DEEP)
        if status == 404:
            status, body = _ask(get, site, SHALLOW)
        if status == 200:
            return
        if time.monotonic() > deadline:
            directory.require_space(site.deployment.directory)
            sys.exit(
                f"\ndaybook: deployed, but the site does not work: {_reason(status, body)}. "
                f"The functions' logs are in {site.deployment.logs / 'aws.log'}"
            )
        time.sleep(1)


def _ask(get: Get, site: LocalSite, path: str) -> tuple[int, object]:
    """Return status and JSON of a check; status 0 if nothing answers."""
    try:
        return get(site.outputs["api_url"] + path)
    except requests.RequestException:
        return 0, None


def _reason(status: int, body: object) -> str:
    checks = body.get("checks") if isinstance(body, dict) else None
    if not isinstance(checks, dict):
        return f"its health check answers {status}" if status else "its API does not answer"
    return "; ".join(f"{name}: {state}" for name, state in checks.items() if state != "ok")
