"""The two ways to a host: a mail by SES, and a signed request to a webhook."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.guests.caring.words import Words
from lambdas.kit.foreign_host import (
    ConnectionFailed,
    FetchAnswer,
    Hop,
    Message,
    Patience,
    open_connection,
)
from lambdas.kit.foreign_url import HostRefused, hops_of
from lambdas.kit.public_url import Resolve, resolve

if TYPE_CHECKING:
    from lambdas.kit.aws import MailClient

# Five seconds for everything but the name.
PATIENCE = Patience(connect=2.0, headers=2.0, read=1.0)
MAX_ANSWER_BYTES = 1024
# A host with many addresses is not tried at all of them: each try takes its time.
MAX_HOPS = 2
SIGNATURE = "X-Daybook-Signature"
Sending = Callable[[Hop, Message], AbstractContextManager[FetchAnswer]]


def _sending(hop: Hop, message: Message) -> AbstractContextManager[FetchAnswer]:
    return open_connection(hop, message=message, patience=PATIENCE)


class DeliveryFailed(Exception):
    """A message did not reach the host; the text is a short reason without any address."""


@dataclass(frozen=True)
class MailChannel:
    """Sends mails from one address; an empty one sends none."""

    client: Callable[[], MailClient]
    sender: str

    def send(self, words: Words) -> None:
        """Send a mail. Raises DeliveryFailed."""
        if not self.sender:
            raise DeliveryFailed("no sender")
        content = {
            "Simple": {
                "Subject": {"Data": words.subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": words.text, "Charset": "UTF-8"}},
            }
        }
        try:
            self.client().send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [words.event.notify_email or ""]},
                Content=content,
            )
        except ClientError as error:
            raise DeliveryFailed(error.response["Error"]["Code"]) from None
        except BotoCoreError as error:
            raise DeliveryFailed(type(error).__name__) from None


@dataclass(frozen=True)
class WebhookChannel:
    """Posts to addresses of hosts: to public ones only, except in local mode."""

    private_addresses: bool
    resolve: Resolve = resolve
    sending: Sending = _sending

    def send(self, words: Words, now: datetime) -> None:
        """Post a message; redirects are not followed. Raises DeliveryFailed."""
        body = msgspec.json.encode(words.to_json(now))
        secret = (words.event.notify_secret or "").encode()
        headers = {"Content-Type": "application/json", SIGNATURE: signature(secret, body)}
        message, url = Message("POST", headers, body), words.event.notify_webhook or ""
        try:
            hops = hops_of(url, self.resolve, allow_private=self.private_addresses)
        except HostRefused as error:
            raise DeliveryFailed(error.problem.value) from None
        failed = ""
        for hop in hops[:MAX_HOPS]:
            try:
                with self.sending(hop, message) as answer:
                    status = answer.status
                    # Some servers give up on a request whose answer is not read.
                    with suppress(ConnectionFailed):
                        answer.read(MAX_ANSWER_BYTES)
            except ConnectionFailed as error:
                failed = str(error)
                continue
            if not 200 <= status < 300:
                raise DeliveryFailed(f"answered {status}")
            return
        raise DeliveryFailed(failed)


def signature(secret: bytes, body: bytes) -> str:
    """Return the value of the header by which a receiver knows that a message is genuine."""
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
