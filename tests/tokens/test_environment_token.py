"""The environment's token: what Meta says of the app or of the person ends or keeps it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from lambdas.graph.errors import GraphError
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.events import AccountDataDeletionRequested
from lambdas.storage.accounts.token_record import State
from lambdas.storage.events.deletion_mark import DeletionMarks
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.conftest import Aws
from tests.tokens.conftest import Feature
from tests.tokens.test_privacy import signed_request

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (200, "API access deactivated. To reactivate, go to the app dashboard."),
        (200, "API access blocked."),
        (190, "Error validating application. Application has been deleted."),
    ],
)
def test_refused_app_ends_no_token(feature: Feature, code: int, message: str) -> None:
    body = json.dumps({"error": {"code": code, "message": message}})
    feature.bench.control("fail", count=99, path="", status=400, body=body)
    adoption = feature.bootstrap(TOKEN, ACCOUNT_ID)

    for _ in range(3):
        with pytest.raises(GraphError):
            adoption.adopt()
        feature.clock.advance(DAY)

    assert (adoption.is_failing, feature.store.get(ACCOUNT_ID)) == (True, None)
    assert feature.sent() == []


def test_token_of_a_deleted_account_is_not_adopted(fake_aws: Aws) -> None:
    feature = Feature(fake_aws, ig_access_token=TOKEN, ig_user_id=ACCOUNT_ID)
    privacy, marks = feature.dependencies.privacy, DeletionMarks(feature.dependencies.events_table)
    code = privacy.delete_data(signed_request(ACCOUNT_ID))["confirmation_code"]
    [deletion] = feature.bus.of(AccountDataDeletionRequested)
    at = from_rfc3339(deletion.requested_at)
    marks.mark(ACCOUNT_ID, at)
    marks.finish(ACCOUNT_ID, at, feature.clock.now(), "feed")
    feature.clock.advance(DAY)

    assert privacy.status(code).done_at
    assert feature.bootstrap(TOKEN, ACCOUNT_ID).adopt(forced=True) == []
    known = feature.store.get(ACCOUNT_ID)
    assert known
    assert known.state is State.DISCONNECTED
