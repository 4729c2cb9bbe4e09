"""A site that reads comments."""

from __future__ import annotations

import pytest

from tests.comments.reading.site import ReadingSite
from tests.conftest import Aws


@pytest.fixture
def site(fake_aws: Aws) -> ReadingSite:
    """Provide a site with one connected account, whose media is a single object."""
    found = ReadingSite(fake_aws)
    found.post("m1")
    return found
