"""Send signed webhook calls, as Meta does."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request

from lambdas.kit.decoded import JsonObject


def send_webhook(body: JsonObject) -> dict[str, int]:
    """Post the payload, signed with the secret, and return the status of the answer."""
    raw = json.dumps(body["payload"], ensure_ascii=True).encode()
    signature = hmac.new(str(body["secret"]).encode(), raw, hashlib.sha256).hexdigest()
    if body.get("broken"):
        signature = signature[::-1]
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
    request = urllib.request.Request(body["url"], raw, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return {"status": answer.status}
    except urllib.error.HTTPError as error:
        return {"status": error.code}
