"""The API's own routes."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.app import HttpApp, json_answer
from lambdas.api.settings import ApiSettings
from lambdas.kit.log import logger

app = HttpApp(logger("api"))


@app.get("/health")
def read_health() -> Response[str]:
    """Whether the API answers, and which version does."""
    return json_answer({"status": "ok", "version": ApiSettings.from_env().version})


def health(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`GET /health`."""
    return app.handle(event, context)
