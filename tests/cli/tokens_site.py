"""A deployed site for the commands about tokens: moto, and the Graph emulator."""

from __future__ import annotations

import pytest

from cli.aws import clients_of
from cli.features.tokens.site import TokensSite
from tests.cli.conftest import stage
from tests.conftest import Aws
from tests.tokens.conftest import Feature


@pytest.fixture
def feature(fake_aws: Aws) -> Feature:
    """Return the tokens feature around an emulator of its own."""
    return Feature(fake_aws)


@pytest.fixture
def site(feature: Feature) -> TokensSite:
    """Return the site as a command sees it."""
    config = stage()
    return TokensSite(config, clients_of(config), feature.dependencies)
