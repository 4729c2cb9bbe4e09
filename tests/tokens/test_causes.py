"""Why a login connected nothing: each cause in a sentence of its own."""

from __future__ import annotations

import json

import pytest

from lambdas.tokens.refresh_result import Verdict
from local.graph.data import ACCOUNT_ID
from tests.json_types import JsonObject
from tests.tokens.conftest import Feature
from tests.tokens.test_connection import dialog
from tests.tokens.test_connection import refused as login_refused
from tests.tokens.test_verification import refused

EXCHANGE, PROFILE = {"path": "oauth/access_token"}, {"exact_path": "me"}


def old_form(message: str) -> JsonObject:
    return {"error_type": "OAuthException", "code": 400, "error_message": message}


def failure(feature: Feature, where: JsonObject, status: int, body: str) -> str:
    """Log in while a call is refused; return the code of the failure."""
    feature.bench.control("fail", count=99, status=status, body=body, **where)
    return login_refused(feature, dialog(feature))


@pytest.mark.parametrize(
    ("where", "answer", "code"),
    [
        (EXCHANGE, old_form("Matching code was not found"), "code_refused"),
        (EXCHANGE, {"error": {"code": 5}}, "address_not_allowed"),
        (PROFILE, {"error": {"code": 2635}}, "version_retired"),
        (PROFILE, {"error": {"code": 190, "error_subcode": 459}}, "owner_needed"),
        (PROFILE, {"error": {"code": 368}}, "owner_needed"),
    ],
)
def test_cause_has_its_own_sentence(
    feature: Feature, where: JsonObject, answer: JsonObject, code: str
) -> None:
    assert failure(feature, where, 400, json.dumps(answer)) == code


def test_refusal_on_the_way_is_no_permission(feature: Feature) -> None:
    assert failure(feature, EXCHANGE, 403, "<html>") == "refused_without_reason"


@pytest.mark.parametrize("code", [5, 2635])
def test_fault_of_the_app_is_seen_at_once(feature: Feature, code: int) -> None:
    record = feature.connected()
    feature.bench.control("fail", count=99, path=ACCOUNT_ID, status=400, code=code)

    assert refused(feature, record) is Verdict.APP_AT_FAULT


def test_token_that_is_not_taken_is_seen_at_once(feature: Feature) -> None:
    record = feature.connected()
    feature.bench.control("fail", count=99, path=ACCOUNT_ID, status=400, code=2500)

    assert refused(feature, record) is Verdict.SUSPECTED


@pytest.mark.parametrize("where", [EXCHANGE, PROFILE])
def test_capability_of_the_app_is_named(feature: Feature, where: JsonObject) -> None:
    assert failure(feature, where, 400, json.dumps({"error": {"code": 3}})) == "login_failed"
