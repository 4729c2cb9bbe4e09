"""Which account the site shows, where `IG_USER_ID` is not the id of a connected account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.tokens.conftest import MAKER, Feature
from tests.tokens.test_privacy import SCOPED_ID

METRIC = "SiteAccountDisconnected"


def shown(feature: Feature) -> str:
    """Return the id of the account that the site shows."""
    usable = feature.dependencies.token_provider.usable_token()
    assert usable
    return usable.account_id


def test_app_scoped_id_names_its_account(fake_aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    feature = Feature(fake_aws, ig_user_id=SCOPED_ID)
    feature.connected(account_id=MAKER)
    feature.clock.advance(timedelta(hours=1))
    feature.connected()

    assert shown(feature) == ACCOUNT_ID
    assert METRIC not in capsys.readouterr().out


@pytest.mark.parametrize("named", ["17849999999999999", ACCOUNT_ID])
def test_account_that_is_not_connected_is_reported(
    fake_aws: Aws, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    feature = Feature(fake_aws, ig_user_id=named)
    feature.connected(account_id=MAKER)

    assert shown(feature) == MAKER
    assert METRIC in capsys.readouterr().out


def test_app_scoped_id_of_a_former_account(
    fake_aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    feature = Feature(fake_aws, ig_user_id=SCOPED_ID)
    feature.connected(account_id=MAKER)
    feature.connected()
    feature.store.disconnect(ACCOUNT_ID, feature.clock.now())

    assert shown(feature) == MAKER
    assert METRIC in capsys.readouterr().out
