"""How large answers are for Lambda."""

from __future__ import annotations

import json

from tests.lambda_events import HttpAnswer

# What a function may return, in JSON. Source: "Lambda quotas".
LAMBDA_LIMIT = 6 * 1024 * 1024


def size_of(answer: HttpAnswer) -> int:
    """Return how long an answer is at most, written by a run-time that escapes everything."""
    assert answer.status == 200, answer.text[:500]
    return len(json.dumps({"statusCode": 200, "headers": answer.headers, "body": answer.text}))
