"""The apps that call Meta: their ids and secrets, as one JSON object in one secret, filled in by whoever runs the site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lambdas.graph.login import AppCredentials
from lambdas.kit import aws
from lambdas.kit.clock import Clock
from lambdas.kit.errors import NotConfigured

# A secret that was changed is taken up within this time, without a deployment.
CACHE_TTL = timedelta(minutes=5)
FIELDS = {
    "instagram": ("instagram_app_id", "instagram_app_secret"),
    "facebook": ("meta_app_id", "meta_app_secret"),
}


class AppSecrets:
    """Reads the secret, and again once it is older than five minutes."""

    def __init__(self, secret_arn: str, clock: Clock) -> None:
        self._arn = secret_arn
        self._clock = clock
        self._known: tuple[datetime, Mapping[str, Any]] | None = None

    def credentials(self, login_type: str) -> AppCredentials:
        """The app of a login type. Raises NotConfigured if it was not filled in."""
        values = self._values()
        id_field, secret_field = FIELDS[login_type]
        app_id, secret = str(values.get(id_field) or ""), str(values.get(secret_field) or "")
        if not app_id or not secret:
            raise NotConfigured(
                f"The app secret lacks {id_field} or {secret_field}: fill it in as the README's section on connecting an account says.",
                code="app_secret_missing",
            )
        return AppCredentials(app_id, secret)

    def all_secrets(self) -> list[str]:
        """The secrets of all apps that were filled in: which of them signs a callback is documented nowhere."""
        values = self._values()
        return [secret for _, field in FIELDS.values() if (secret := str(values.get(field) or ""))]

    def _values(self) -> Mapping[str, Any]:
        now = self._clock.now()
        if self._known is None or now - self._known[0] >= CACHE_TTL:
            text = aws.secrets_manager().get_secret_value(SecretId=self._arn)["SecretString"]
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
