"""The receiving end of webhooks, with a queue in memory, and webhooks to send to it."""

from __future__ import annotations

import functools
import hashlib
import hmac
import io
import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from lambdas.api.app import HttpApp, HttpDependencies
from lambdas.api.cdn import HttpSettings
from lambdas.api.routing import routes_of
from lambdas.comments.receiving.incoming import IncomingQueue, decode_incoming
from lambdas.comments.receiving.raw_update import RawUpdate
from lambdas.comments.receiving.webhook_operations import confirm_webhook, receive_webhook
from lambdas.comments.routes import ROUTES
from lambdas.instagram.app_secret import AppSecrets
from lambdas.kit.clock import FixedClock
from lambdas.kit.log import FeatureMetrics
from lambdas.storage.objects import ObjectStore
from tests.json_types import JsonObject
from tests.lambda_events import Browser, HttpAnswer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PATH = "/webhooks/instagram"
ACCOUNT = "17841400000000001"
SECRET = "instagram-secret"
APPS = {
    "instagram_app_id": "1",
    "instagram_app_secret": SECRET,
    "meta_app_id": "2",
    "meta_app_secret": "facebook-secret",
    "webhook_verify_token": "verify-me",
}
_numbers = itertools.count()


@dataclass
class QueueInMemory:
    """What the handlers use of SQS. It accepts all messages, none, or is not there at all."""

    requests: list[list[str]] = field(default_factory=list)
    accepts: bool = True
    broken: bool = False

    def send_message_batch(self, **call: object) -> JsonObject:
        """Keep the messages of one request."""
        if self.broken:
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessageBatch")
        entries = cast("list[JsonObject]", call["Entries"])
        if not self.accepts:
            return {"Failed": [{"Id": entry["Id"]} for entry in entries]}
        self.requests.append([str(entry["MessageBody"]) for entry in entries])
        return {}

    @property
    def messages(self) -> list[str]:
        """Return all messages in order."""
        return [message for request in self.requests for message in request]


@dataclass
class Objects:
    """What the handlers use of S3."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def put_object(self, **call: object) -> JsonObject:
        """Keep an object."""
        self.kept[str(call["Key"])] = cast("bytes", call["Body"])
        return {}

    def get_object(self, **call: object) -> JsonObject:
        """Return an object."""
        body = self.kept[str(call["Key"])]
        return {"ContentLength": len(body), "Body": io.BytesIO(body), "Metadata": {}}


@dataclass
class Secrets:
    """What the handlers use of Secrets Manager: the versions of one secret."""

    current: JsonObject = field(default_factory=lambda: dict(APPS))
    previous: JsonObject = field(default_factory=dict)
    reads: int = 0

    def get_secret_value(self, **call: object) -> JsonObject:
        """Return a version."""
        self.reads += 1
        values = self.current if call["VersionStage"] == "AWSCURRENT" else self.previous
        return {"SecretString": json.dumps(values)}


class CountingMetrics(FeatureMetrics):
    """Metrics that are summed up in memory."""

    def __init__(self) -> None:
        super().__init__("comments")
        self.sums: Counter[str] = Counter()

    def emit(self, **values: float) -> None:
        """Add values."""
        self.sums.update({name: int(value) for name, value in values.items()})


class Receiving(HttpDependencies[HttpSettings]):
    """The collaborators of the handlers."""

    feature = "comments"
    settings_type = HttpSettings

    @functools.cached_property
    def secrets_in_memory(self) -> Secrets:
        """Return the app secret's versions."""
        return Secrets()

    @functools.cached_property
    def app_secrets(self) -> AppSecrets:
        """Return the reader of the app secret."""
        client = cast("SecretsManagerClient", self.secrets_in_memory)
        return AppSecrets(client, "apps", self.clock)

    @functools.cached_property
    def objects(self) -> ObjectStore:
        """Return the bucket."""
        return ObjectStore(cast("S3Client", Objects()), "bucket")

    @functools.cached_property
    def incoming(self) -> IncomingQueue:
        """Return the queue."""
        return IncomingQueue(cast("SQSClient", QueueInMemory()), "queue", self.objects)


class Site:
    """The function, and what came of its calls."""

    def __init__(self) -> None:
        self.queue, self.bucket, self.secrets = QueueInMemory(), Objects(), Secrets()
        self.metrics, self.log = CountingMetrics(), io.StringIO()
        objects = ObjectStore(cast("S3Client", self.bucket), "bucket")
        self.clock = FixedClock(NOW)
        self.dependencies = Receiving(
            HttpSettings(),
            clock=self.clock,
            metrics=self.metrics,
            logger=Logger(service=f"receiving-{next(_numbers)}", stream=self.log, level="INFO"),
            secrets_in_memory=self.secrets,
            objects=objects,
            incoming=IncomingQueue(cast("SQSClient", self.queue), "queue", objects),
        )
        handlers = {"confirm_webhook": confirm_webhook, "receive_webhook": receive_webhook}
        self.app = HttpApp(self.dependencies, routes_of(ROUTES, "receive"), handlers)

    def confirm(self, **query: str) -> HttpAnswer:
        """Send a handshake; names are without their `hub.`."""
        names = {f"hub.{name}": value for name, value in query.items()}
        return Browser(self.app.handle).get(PATH, names)

    def send(self, body: str, signature: str | None = None) -> HttpAnswer:
        """Send a webhook, signed with the Instagram app's secret if not otherwise."""
        made = sign(body.encode()) if signature is None else signature
        headers = {"x-hub-signature-256": made, "content-type": "application/json"}
        return Browser(self.app.handle).send("POST", PATH, None, headers, body)

    def send_event(self, **changes: object) -> JsonObject:
        """Send the event of a request, changed; return the undecoded answer."""
        http = {"method": "POST", "path": PATH}
        event: JsonObject = {
            "version": "2.0",
            "routeKey": f"POST {PATH}",
            "rawPath": PATH,
            "headers": {},
            "requestContext": {"requestId": "1", "stage": "$default", "http": http},
        }
        return self.app.handle(event | changes, None)

    @property
    def updates(self) -> list[RawUpdate]:
        """Return what the other end of the queue reads."""
        load = self.dependencies.incoming.load
        return [one for message in self.queue.messages for one in decode_incoming(message, load)]


def sign(body: bytes, secret: str = SECRET) -> str:
    """Return the header of a signed body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def comment(number: int = 1, text: str = "Très beau") -> JsonObject:
    """Return the value of a comment."""
    author = {"id": "1000000000000001", "username": "example_fan"}
    media = {"id": "17900000000000005", "media_product_type": "FEED"}
    return {"id": str(17870000000000000 + number), "from": author, "text": text, "media": media}


def envelope(*entries: object) -> str:
    """Return a body."""
    return json.dumps({"object": "instagram", "entry": list(entries)})


def entry(*values: object, name: str = "comments") -> JsonObject:
    """Return an entry with changes of one field."""
    changes = [{"field": name, "value": value} for value in values]
    return {"id": ACCOUNT, "time": 1793000000, "changes": changes}


def is_gone(_: str) -> None:
    """Load a stored value that is gone."""
