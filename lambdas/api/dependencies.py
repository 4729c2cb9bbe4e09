"""The composition root of the API's own function."""

from __future__ import annotations

import functools

from lambdas.api.app import HttpDependencies
from lambdas.api.probe import Fetch, SiteProbe, fetch_status
from lambdas.api.settings import ApiSettings


class ApiDependencies(HttpDependencies[ApiSettings]):
    """Everything that the API's own functions work with."""

    feature = "api"
    settings_type = ApiSettings

    @functools.cached_property
    def fetch(self) -> Fetch:
        """Return the function that requests an address."""
        return fetch_status

    @functools.cached_property
    def probe(self) -> SiteProbe:
        """Return the check of the site."""
        settings = self.settings
        return SiteProbe(settings.public_url, settings.probe_paths, self.fetch, self.logger)
