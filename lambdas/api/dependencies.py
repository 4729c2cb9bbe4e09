"""The composition root of the API's own function."""

from __future__ import annotations

from lambdas.api.app import HttpDependencies
from lambdas.api.settings import ApiSettings


class ApiDependencies(HttpDependencies[ApiSettings]):
    """Nothing but the settings."""

    feature = "api"
    settings_type = ApiSettings
