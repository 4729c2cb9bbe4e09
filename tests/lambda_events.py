"""Events as AWS sends them to functions, and the decoded answers."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).parent / "events"
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass
class Context:
    """The attributes of a Lambda context that handlers use."""

    function_name: str = "test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:test"
    aws_request_id: str = "invocation-1"

    def get_remaining_time_in_millis(self) -> int:
        """Return half a minute."""
        return 30_000


@dataclass(frozen=True)
class HttpAnswer:
    """A decoded answer to the HTTP API."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str

    @property
    def json(self) -> Any:
        """Return the body, parsed as JSON."""
        return json.loads(self.text)


class Browser:
    """Sends requests to a handler and keeps its cookies."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.cookies: dict[str, str] = {}

    def get(self, path: str, query: dict[str, str] | None = None, **headers: str) -> HttpAnswer:
        """Send a GET request."""
        return self.send("GET", path, query, headers)

    def delete(self, path: str) -> HttpAnswer:
        """Send a DELETE request."""
        return self.send("DELETE", path, None, {})

    def post(self, path: str, body: Any) -> HttpAnswer:
        """Send a POST request; a `body` that is not a string is encoded as JSON."""
        text = body if isinstance(body, str) else json.dumps(body)
        return self.send("POST", path, None, {"content-type": "application/json"}, text)

    def send(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None,
        headers: dict[str, str],
        body: str | None = None,
    ) -> HttpAnswer:
        """Send a request and return the decoded answer."""
        event = json.loads((HERE / "http_api.json").read_text())
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event["requestContext"]["http"]["method"] = method
        event["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
        if query:
            event |= {"queryStringParameters": query, "rawQueryString": urlencode(query)}
        if self.cookies:
            event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        if body is not None:
            event["body"] = body
        raw = self.handler(event, Context())
        for cookie in raw.get("cookies", []):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        content = raw.get("body") or ""
        data = base64.b64decode(content) if raw.get("isBase64Encoded") else content.encode()
        answer_headers = {name.lower(): str(value) for name, value in raw["headers"].items()}
        if answer_headers.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        return HttpAnswer(raw["statusCode"], answer_headers, raw.get("cookies", []), data.decode())


def sqs_event(*bodies: dict[str, Any], receive_count: int = 1) -> dict[str, Any]:
    """Return the event with which Lambda delivers messages of a queue."""
    return {
        "Records": [
            {
                "messageId": f"message-{index}",
                "receiptHandle": "handle",
                "body": json.dumps(body),
                "attributes": {
                    "ApproximateReceiveCount": str(receive_count),
                    "SentTimestamp": "1777485600000",
                    "SenderId": "AIDA",
                    "ApproximateFirstReceiveTimestamp": "1777485600001",
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
                "awsRegion": "us-east-1",
            }
            for index, body in enumerate(bodies)
        ]
    }


def object_created(key: str) -> dict[str, Any]:
    """Return the bucket's event about a new object."""
    event: dict[str, Any] = json.loads((HERE / "s3_object_created.json").read_text())
    event["detail"]["object"]["key"] = key
    return event
