"""Send signed webhook calls, as Meta does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException

from lambdas.kit.decoded import JsonObject

TIMEOUT_SECONDS = 10


def send_webhook(body: JsonObject) -> dict[str, int]:
    """Post the payload, signed with the secret, and return the status of the answer.

    A `body` is posted as it is instead of the payload; it is Base64 if `base64` says so.
    """
    raw = _raw(body)
    headers = signed(raw, str(body["secret"]), broken=bool(body.get("broken")))
    added = {str(name): str(value) for name, value in body.get("headers", {}).items()}
    return {"status": post(str(body["url"]), raw, headers | added)}


def signed(raw: bytes, secret: str, *, broken: bool = False) -> dict[str, str]:
    """Return the headers of a body; a broken signature is a wrong one of the right length."""
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    signature = signature[::-1] if broken else signature
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}


def post(url: str, raw: bytes, headers: Mapping[str, str]) -> int:
    """Return the status of the answer; 0 if there was none."""
    try:
        request = urllib.request.Request(url, raw, dict(headers))
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError, HTTPException):
        return 0


def _raw(body: JsonObject) -> bytes:
    if "body" not in body:
        return json.dumps(body["payload"], ensure_ascii=True).encode()
    text = str(body["body"])
    return base64.b64decode(text) if body.get("base64") else text.encode()
