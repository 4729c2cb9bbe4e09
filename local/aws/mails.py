"""Patch for MiniStack 1.5.33: mails are authorized by their sender, as in AWS."""

from __future__ import annotations

import json
from contextvars import ContextVar

from ministack.core import iam_actions, iam_evaluator
from ministack.services import ses_v2

from lambdas.kit.decoded import JsonObject

SENDING = "/outbound-emails"
FROM_ADDRESS = "ses:fromaddress"
_sender: ContextVar[str | None] = ContextVar("sender", default=None)


def authorize_mails_by_their_sender() -> None:
    """Authorize `SendEmail` on the sender's identity, with the condition key `ses:FromAddress`.

    MiniStack asks for any resource, and knows no condition keys of SES: it would refuse the narrow
    grant of production. Source: "Actions, resources, and condition keys for Amazon Simple Email
    Service v2" in the Service Authorization Reference.
    """
    extract, resolve = iam_actions.extract_resource_arn, iam_evaluator._resolve_condition_key

    def extracted(
        service: str,
        method: str,
        path: str,
        headers: object,
        body: bytes,
        query: JsonObject,
        region: str,
        account: str,
    ) -> str:
        sends = service == "ses" and path.rstrip("/").endswith(SENDING)
        sender = json.loads(body).get("FromEmailAddress") if sends else None
        # The evaluation follows in the same request, and is not given the body.
        _sender.set(sender)
        if not sender:
            return str(extract(service, method, path, headers, body, query, region, account))
        return f"arn:aws:ses:{region}:{account}:identity/{_identity_of(sender)}"

    def resolved(key: str, context: object) -> object:
        return _sender.get() if key.lower() == FROM_ADDRESS else resolve(key, context)

    iam_actions.extract_resource_arn = extracted
    iam_evaluator._resolve_condition_key = resolved


def _identity_of(sender: str) -> str:
    """Return the most specific identity of a sender: its address, or else its domain."""
    return sender if sender in ses_v2._identities else sender.rpartition("@")[2]
