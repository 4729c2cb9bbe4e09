"""Meta's callbacks about people, signed with the app's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import requests

from local.graph.data import APPS
from tests.deployed import Stack


def call_back(stack: Stack, callback: str, person: str) -> Any:
    """Send Meta's callback about a person, signed with the app's secret; return the answer."""
    request = {"algorithm": "HMAC-SHA256", "user_id": person, "issued_at": 4102444800}
    payload = base64.urlsafe_b64encode(json.dumps(request).encode()).decode().rstrip("=")
    secret = APPS["instagram_app_secret"].encode()
    digest = hmac.new(secret, payload.encode(), hashlib.sha256).digest()
    signed = f"{base64.urlsafe_b64encode(digest).decode().rstrip('=')}.{payload}"
    url = f"{stack.outputs['api_url']}/webhooks/instagram/{callback}"
    answer = requests.post(url, data={"signed_request": signed}, timeout=30)
    assert answer.status_code == 200, answer.text
    forged = requests.post(url, data={"signed_request": signed[:-3] + "abc"}, timeout=30)
    assert forged.status_code == 400
    return answer.json()
