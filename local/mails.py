"""The mails of a local deployment: the embedded AWS keeps them instead of sending them."""

from __future__ import annotations

import time

from lambdas.kit.decoded import JsonObject
from local.deployment import LocalDeployment
from local.loopback import get_json


def sent_mails(deployment: LocalDeployment) -> list[JsonObject]:
    """Return the mails that were sent since the deployment started, the oldest first."""
    _, answer = get_json(f"{deployment.aws_url}/_ministack/ses/messages")
    found: list[JsonObject] = answer["messages"]
    return found


def wait_for_mail(deployment: LocalDeployment, text: str, seconds: float = 20) -> JsonObject:
    """Return a mail that contains a text anywhere. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for mail in sent_mails(deployment):
            if text in str(mail):
                return mail
        time.sleep(0.5)
    raise TimeoutError(f"no mail with {text} within {seconds:.0f} s")
