"""What an error concerns, the app or the account, and the causes that need their own message."""

from __future__ import annotations

import pytest

from lambdas.graph.classify import classify
from lambdas.graph.error_rule import error_rules
from lambdas.graph.errors import (
    ErrorReason,
    ErrorScope,
    GraphError,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    SecretProofRequired,
)
from lambdas.graph.login_type import LoginType
from lambdas.graph.verb import Verb
from tests.graph.scripted import Scripted
from tests.json_types import JsonObject

DEACTIVATED = "API access deactivated. To reactivate, go to the app dashboard."
PROOF = "API calls from the server require an appsecret_proof argument"


def of(verb: Verb = Verb.READ, **error: object) -> GraphError:
    return classify(400, error, verb, "edge")


@pytest.mark.parametrize(
    "error",
    [
        {"code": 3},
        {"code": 4},
        {"code": 101},
        {"code": 341},
        {"code": 100, "message": PROOF},
        {"code": 200, "message": DEACTIVATED},
        {"code": 200, "message": "API access blocked."},
        {"code": 190, "message": "Error validating application. Application has been deleted."},
    ],
)
def test_app_errors_concern_the_app(error: JsonObject) -> None:
    assert of(**error).scope is ErrorScope.APP


@pytest.mark.parametrize("code", [17, 32, 102, 190, 368, 613, 2500, 80002])
def test_account_errors_concern_the_account(code: int) -> None:
    assert of(code=code).scope is ErrorScope.ACCOUNT


@pytest.mark.parametrize("code", [10, 200, 299])
def test_permission_errors_need_confirmation(code: int) -> None:
    assert of(code=code).scope is ErrorScope.UNCLEAR
    assert of(code=code).concerns_app


def test_refusal_without_code_needs_confirmation() -> None:
    assert classify(403, None, Verb.READ, "edge").scope is ErrorScope.UNCLEAR


@pytest.mark.parametrize("code", [1, 2, 100, 9004])
def test_other_errors_concern_the_call(code: int) -> None:
    assert of(code=code).scope is ErrorScope.CALL


def test_deactivated_api_is_its_own_reason() -> None:
    error = of(code=200, message=DEACTIVATED)

    assert (type(error), error.reason) == (PermissionMissing, ErrorReason.API_DEACTIVATED)


def test_demanded_proof_is_its_own_error() -> None:
    assert type(of(code=100, message=PROOF)) is SecretProofRequired
    wrong = of(code=100, message="Invalid appsecret_proof provided in the API argument")
    assert wrong.reason is ErrorReason.PROOF_INVALID


def test_code_100_at_exchange_is_its_own_reason() -> None:
    assert of(Verb.LOGIN, code=100).reason is ErrorReason.EXCHANGE_REFUSED
    assert of(Verb.READ, code=100).reason is None


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 490, 492])
@pytest.mark.parametrize("code", [1, 10, 100, 102, 190, 200])
def test_dead_token_is_seen_whatever_the_code(code: int, subcode: int) -> None:
    assert type(of(code=code, error_subcode=subcode)) is ReconnectRequired


@pytest.mark.parametrize("code", [450, 452, 458, 463, 467])
def test_session_codes_end_the_token(code: int) -> None:
    assert type(of(code=code)) is ReconnectRequired


def test_long_lived_token_at_exchange_is_alive() -> None:
    error = of(Verb.LOGIN, code=452)

    assert (type(error), error.reason) == (RequestRefused, ErrorReason.NOT_SHORT_LIVED)


def test_rejected_app_token_ends_no_account() -> None:
    scripted = Scripted(lambda _: (400, {"error": {"code": 190}}), LoginType.FACEBOOK)

    with pytest.raises(RequestRefused) as refused:
        scripted.graph.login.debug_token("t")

    assert refused.value.reason is ErrorReason.APP_CREDENTIALS_WRONG
    with pytest.raises(RequestRefused):
        scripted.graph.app_subscriptions.unsubscribe()


def test_code_with_too_many_digits_is_ignored() -> None:
    assert of(code=10**400).cause.code is None


def test_text_decides_six_rules_only() -> None:
    assert len([rule for rule in error_rules() if rule.text]) == 6
