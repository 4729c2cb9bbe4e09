"""The apps that call Meta: their ids and secrets, as one JSON object in one secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.graph.app_credentials import AppCredentials
from lambdas.kit.clock import Clock
from lambdas.kit.errors import NotConfigured
from lambdas.kit.login_type import LoginType

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# A changed secret takes effect within this time, without a deployment.
CACHE_TTL = timedelta(minutes=5)
# Forged signatures cannot make every callback read the secret again.
MIN_RELOAD_INTERVAL = timedelta(seconds=10)
EARLY_RELOADS, EARLY_WINDOW = 3, timedelta(minutes=1)
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
FIELDS = {
    LoginType.INSTAGRAM: ("instagram_app_id", "instagram_app_secret"),
    LoginType.FACEBOOK: ("meta_app_id", "meta_app_secret"),
}
SIGNING = tuple(secret for _, secret in FIELDS.values())
VERIFICATION = ("webhook_verify_token",)


class AppSecrets:
    """Reads the secret, and again once it is older than five minutes."""

    def __init__(self, client: SecretsManagerClient, secret_arn: str, clock: Clock) -> None:
        self._client = client
        self._arn = secret_arn
        self._clock = clock
        self._early: list[datetime] = []
        self._known: dict[str, tuple[datetime, Mapping[str, object]]] = {}

    def credentials(self, login_type: LoginType) -> AppCredentials:
        """Return the app of a login type. Raises NotConfigured if it was not filled in."""
        values = self._values(CURRENT)
        id_field, secret_field = FIELDS[LoginType(login_type)]
        app_id, secret = _text(values, id_field), _text(values, secret_field)
        if not app_id or not secret:
            raise NotConfigured(
                f"The app secret lacks {id_field} or {secret_field}. Fill it in as described in "
                "the README under Connecting an account.",
                code="app_secret_missing",
            )
        return AppCredentials(app_id, secret)

    def signing_secrets(self) -> Iterator[list[str]]:
        """Iterate over the secrets that may have signed a callback, in two steps.

        First the secrets of all apps as they are cached: which app signs is not documented. Then,
        read again, with the previous version: a secret may have been reset just now, on either
        side.
        """
        yield from self._candidates(SIGNING)

    def verification_tokens(self) -> Iterator[list[str]]:
        """Iterate over the tokens of webhooks' handshakes, in the same two steps."""
        yield from self._candidates(VERIFICATION)

    def reload(self) -> None:
        """Read the secret again at the next use: it may have been reset just now."""
        self._known.clear()

    def _candidates(self, fields: Sequence[str]) -> Iterator[list[str]]:
        before = self._known.get(CURRENT)
        yield self._filled(CURRENT, fields)
        if self._known.get(CURRENT) is before and self._may_reload():
            self.reload()
        yield [*self._filled(CURRENT, fields), *self._filled(PREVIOUS, fields)]

    def _may_reload(self) -> bool:
        """Return whether the secret may be read again: now and then earlier than usual.

        It may have been reset just after it was read.
        """
        now, read_at = self._clock.now(), self._known[CURRENT][0]
        if now - read_at >= MIN_RELOAD_INTERVAL:
            return True
        self._early = [at for at in self._early if now - at < EARLY_WINDOW]
        if len(self._early) >= EARLY_RELOADS:
            return False
        self._early.append(now)
        return True

    def _filled(self, stage: str, fields: Sequence[str]) -> list[str]:
        values = self._values(stage)
        return [secret for field in fields if (secret := _text(values, field))]

    def _values(self, stage: str) -> Mapping[str, object]:
        now = self._clock.now()
        if stage not in self._known or now - self._known[stage][0] >= CACHE_TTL:
            self._known[stage] = (now, self._read(stage))
        return self._known[stage][1]

    def _read(self, stage: str) -> Mapping[str, object]:
        try:
            answer = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)
        except ClientError as error:
            missing = error.response["Error"]["Code"] == "ResourceNotFoundException"
            if stage == PREVIOUS and missing:
                return {}
            raise
        try:
            values = json.loads(answer["SecretString"])
        except ValueError:
            values = None
        if isinstance(values, dict):
            return values
        if stage == PREVIOUS:
            return {}
        raise NotConfigured("The app secret is not a JSON object.", code="app_secret_missing")


def _text(values: Mapping[str, object], field: str) -> str:
    """Return a value without the spaces and line breaks that are copied along with it."""
    return str(values.get(field) or "").strip()
