"""Handlers of Meta's calls: the handshake of a subscription, and webhooks."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from aws_lambda_powertools.event_handler import Response

from lambdas.api.request import Request
from lambdas.comments.receiving.envelope import split
from lambdas.comments.receiving.incoming import IncomingQueue
from lambdas.comments.receiving.raw_update import INSTAGRAM, RawUpdate
from lambdas.comments.receiving.signature import HEADER, is_among, is_signed
from lambdas.instagram.app_secret import AppSecrets
from lambdas.kit.clock import Clock
from lambdas.kit.errors import Forbidden
from lambdas.kit.log import FeatureMetrics
from lambdas.storage.object_keys import webhook_object
from lambdas.storage.objects import ObjectStore

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
# Meta's are digits. No character of it means anything in a page.
CHALLENGE = re.compile(r"[0-9A-Za-z._~+/=:-]{1,256}", re.ASCII)
ACCOUNT_ID = re.compile(r"\d{1,20}", re.ASCII)
MAX_LOGGED = 20
# Of the metric WebhookRejectedOnly: its sum is above 0 only where no call was accepted.
ACCEPTED = -1_000_000


class ReceivingDependencies(Protocol):
    """What the handlers work with."""

    @property
    def app_secrets(self) -> AppSecrets:
        """Return the reader of the apps' secrets."""

    @property
    def incoming(self) -> IncomingQueue:
        """Return the queue of updates."""

    @property
    def objects(self) -> ObjectStore:
        """Return the bucket's objects."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""

    @property
    def logger(self) -> Logger:
        """Return the logger."""

    @property
    def metrics(self) -> FeatureMetrics:
        """Return the metrics."""


def confirm_webhook(dependencies: ReceivingDependencies, request: Request) -> Response[str]:
    """Answer the handshake with its challenge. Raises Forbidden for a wrong token."""
    challenge = request.query_text("hub.challenge")
    is_handshake = request.query_text("hub.mode") == "subscribe" and CHALLENGE.fullmatch(challenge)
    token = request.query_text("hub.verify_token")
    if not is_handshake or not is_among(token, dependencies.app_secrets.verification_tokens()):
        raise Forbidden(
            "This is no handshake of Meta's, or its verification token is not the one of the app "
            "secret.",
            code="bad_verify_token",
        )
    headers = {"X-Content-Type-Options": "nosniff"}
    return Response(HTTPStatus.OK, TEXT, challenge, headers=dict(headers))


def receive_webhook(dependencies: ReceivingDependencies, request: Request) -> Response[str]:
    """Put the updates of a webhook into the queue, and store what is none.

    Raises Forbidden without a valid signature, and Unavailable if the queue refuses: Meta sends
    the webhook again.
    """
    body = _signed_body(dependencies, request)
    now = dependencies.clock.now()
    found = split(body, now)
    if not found.complete:
        _keep(dependencies, body, now)
    messages = dependencies.incoming.put(found.updates) if found.updates else 0
    dependencies.metrics.emit(WebhookUpdates=len(found.updates), WebhookRejectedOnly=ACCEPTED)
    dependencies.logger.info("webhook queued", extra=_counts(found.updates, messages))
    return Response(HTTPStatus.OK, TEXT, "OK")


def _signed_body(dependencies: ReceivingDependencies, request: Request) -> bytes:
    """Return the bytes of the body. Nothing else of a request that is not signed is looked at."""
    try:
        body = request.bytes_body()
    except ValueError:
        body = None
    secrets = dependencies.app_secrets.signing_secrets()
    if body is None or not is_signed(request.header(HEADER), body, secrets):
        dependencies.metrics.emit(WebhookRejected=1, WebhookRejectedOnly=1)
        raise Forbidden("The request was not signed by the app.", code="bad_signature")
    return body


def _keep(dependencies: ReceivingDependencies, body: bytes, now: datetime) -> None:
    key = webhook_object(now.date(), body)
    dependencies.objects.write(key, body, BYTES)
    dependencies.metrics.count("WebhookUnreadable")
    dependencies.logger.warning(
        "webhook not readable as a whole", extra={"bytes": len(body), "object": key}
    )


def _counts(updates: list[RawUpdate], messages: int) -> dict[str, object]:
    """Return what may be logged. Ids of anything but Instagram accounts may be a person's."""
    ours = [update for update in updates if update.object == INSTAGRAM]
    accounts = {update.account for update in ours if ACCOUNT_ID.fullmatch(update.account)}
    return {
        "updates": len(updates),
        "of_other_objects": len(updates) - len(ours),
        "messages": messages,
        "accounts": sorted(accounts)[:MAX_LOGGED],
    }
