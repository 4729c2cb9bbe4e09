"""Patch for MiniStack 1.5.33: HTTP APIs append the caller's address, as in AWS."""

from __future__ import annotations

from typing import Any

from ministack.services import lambda_svc

FORWARDED = "x-forwarded-for"


def append_callers_to_forwarded_addresses() -> None:
    """Append the address that connected to an HTTP API to `X-Forwarded-For`.

    MiniStack leaves what the caller sent: nothing tells a forged address from a proxy's. What
    depends on it is tested behind a CDN (tests/e2e/test_cdn.py). Source:
    "Create AWS Lambda proxy integrations for HTTP APIs" in the API Gateway Developer Guide, whose
    examples of events name the caller there.
    """
    execute = lambda_svc._execute_function_warm

    def with_caller(function: object, event: Any, request_id: str) -> object:
        if isinstance(event, dict) and event.get("version") == "2.0" and "rawPath" in event:
            headers, source = event["headers"], event["requestContext"]["http"]["sourceIp"]
            sent = headers.get(FORWARDED)
            headers[FORWARDED] = f"{sent}, {source}" if sent else source
        return execute(function, event, request_id)

    lambda_svc._execute_function_warm = with_caller
