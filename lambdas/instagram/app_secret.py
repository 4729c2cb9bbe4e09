"""The apps that call Meta: their ids and secrets, as one JSON object in one secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.graph.login import AppCredentials
from lambdas.kit.clock import Clock
from lambdas.kit.errors import NotConfigured

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# A changed secret takes effect within this time, without a deployment.
CACHE_TTL = timedelta(minutes=5)
FIELDS = {
    "instagram": ("instagram_app_id", "instagram_app_secret"),
    "facebook": ("meta_app_id", "meta_app_secret"),
}


class AppSecrets:
    """Reads the secret, and again once it is older than five minutes."""

    def __init__(self, client: SecretsManagerClient, secret_arn: str, clock: Clock) -> None:
        self._client = client
        self._arn = secret_arn
        self._clock = clock
        self._known: tuple[datetime, Mapping[str, Any]] | None = None

    def credentials(self, login_type: str) -> AppCredentials:
        """Return the app of a login type. Raises NotConfigured if it was not filled in."""
        values = self._values()
        id_field, secret_field = FIELDS[login_type]
        app_id, secret = str(values.get(id_field) or ""), str(values.get(secret_field) or "")
        if not app_id or not secret:
            raise NotConfigured(
                f"The app secret lacks {id_field} or {secret_field}. Fill it in as described in "
                "the README under Connecting an account.",
                code="app_secret_missing",
            )
        return AppCredentials(app_id, secret)

    def all_secrets(self) -> list[str]:
        """Return the secrets of all apps that are filled in.

        Which of them signs a callback is not documented.
        """
        values = self._values()
        found = (str(values.get(field) or "") for _, field in FIELDS.values())
        return [secret for secret in found if secret]

    def reload(self) -> None:
        """Read the secret again at the next use: it may have been reset just now."""
        self._known = None

    def _values(self) -> Mapping[str, Any]:
        now = self._clock.now()
        if self._known is None or now - self._known[0] >= CACHE_TTL:
            text = self._client.get_secret_value(SecretId=self._arn)["SecretString"]
            try:
                values = json.loads(text)
            except ValueError:
                values = None
            if not isinstance(values, dict):
                raise NotConfigured(
                    "The app secret is not a JSON object.", code="app_secret_missing"
                )
            self._known = (now, values)
        return self._known[1]
