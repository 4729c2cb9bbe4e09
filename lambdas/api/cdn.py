"""Whether a request came through the CDN, which alone knows the key that it sends along."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.kit.clock import Clock
from lambdas.kit.decoded import JsonObject
from lambdas.kit.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

HEADER = "x-daybook-edge"
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
CACHE_TTL = timedelta(minutes=5)
# A stranger's wrong keys cannot make every request read the secret again.
MIN_RELOAD_INTERVAL = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class HttpSettings(Settings):
    """Settings of every feature with routes.

    `cdn_key_arn` names the secret that holds the CDN's key; empty where a site has no CDN.
    `limits_table_name` is the table that rate limits are counted in.
    """

    cdn_key_arn: str = ""
    limits_table_name: str = ""


class CdnKey:
    """The CDN's key, and the one before: while a new one spreads, its locations send either."""

    def __init__(self, client: SecretsManagerClient, arn: str, clock: Clock) -> None:
        self._client = client
        self._arn = arn
        self._clock = clock
        self._known: dict[str, str] = {}
        self._read_at: datetime | None = None

    def is_sent_by(self, event: JsonObject) -> bool:
        """Return whether a request has the key. Each comparison takes constant time."""
        sent = str(event.get("headers", {}).get(HEADER, "")).encode()
        return any(hmac.compare_digest(sent, key.encode()) for key in self._candidates())

    def _candidates(self) -> Iterator[str]:
        """Iterate over the keys as they are cached, then, if that is a while ago, read again."""
        if self._is_older_than(CACHE_TTL):
            self._read()
        yield from self._known.values()
        if self._is_older_than(MIN_RELOAD_INTERVAL):
            self._read()
            yield from self._known.values()

    def _is_older_than(self, age: timedelta) -> bool:
        return self._read_at is None or self._clock.now() - self._read_at >= age

    def _read(self) -> None:
        self._known = {CURRENT: self._value(CURRENT)}
        self._read_at = self._clock.now()
        try:
            self._known[PREVIOUS] = self._value(PREVIOUS)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    def _value(self, stage: str) -> str:
        answer = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)
        return answer["SecretString"]
