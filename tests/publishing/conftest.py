"""A site that publishes."""

from __future__ import annotations

import pytest

from tests.conftest import Aws
from tests.publishing.site import Site


@pytest.fixture
def site(fake_aws: Aws) -> Site:
    """Provide a site with one connected account."""
    found = Site(fake_aws)
    found.connect()
    return found
