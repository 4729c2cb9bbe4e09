"""From the login dialog to a token, and its renewal."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from lambdas.graph.errors import (
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    RetryLater,
    StartAgain,
)
from lambdas.graph.login import code_of_redirect
from lambdas.graph.login_type import FACEBOOK, INSTAGRAM, LOGIN_TYPES, LoginType
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.graph.conftest import APPS, TOKENS, Bench
from tests.graph.scripted import Scripted

CALLBACK = "http://localhost:4570/instagram/callback"


def consent(
    bench: Bench, login_type: str, decision: str = "allow", **change: str
) -> dict[str, str]:
    """Click through the consent page; return the query of the redirect."""
    graph = bench.graph(login_type)
    url = graph.login.authorize_url(CALLBACK, "state-1", tuple(LOGIN_TYPES[login_type].scopes))
    page = bench._http.get(url)
    assert page.status_code == 200, page.text
    granted = change.pop("granted", parse_qs(urlsplit(url).query)["scope"][0]).split(",")
    query = {
        **{k: v[0] for k, v in parse_qs(urlsplit(url).query).items()},
        "account": ACCOUNT_ID,
        "decision": decision,
    }
    answer = bench._http.get(
        urlsplit(url).path,
        params={**query, **change, "granted": granted},
        follow_redirects=False,
    )
    assert answer.status_code == 302, answer.text
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def test_consent_gives_long_lived_token(bench: Bench, login_type: str) -> None:
    login = bench.graph(login_type).login
    back = consent(bench, login_type)
    assert back["state"] == "state-1"

    short = login.exchange_code(code_of_redirect(back), CALLBACK)
    long = login.long_lived(short.token)

    # Instagram's code exchange does not return the token's lifetime, which is an hour.
    assert short.expires_in == (timedelta(hours=1) if login_type == "facebook" else None)
    assert long.expires_in is not None
    assert long.expires_in > timedelta(days=59)
    assert bench.account(login_type, token=long.token).library.profile().username == "example_shop"


@pytest.mark.parametrize("shape", ["documented", "observed"])
def test_both_envelopes_are_read(bench: Bench, shape: str) -> None:
    bench.control("envelope", shape=shape)

    short = bench.graph().login.exchange_code(consent(bench, "instagram")["code"], CALLBACK)

    assert (short.user_id, "instagram_business_basic" in short.permissions) == (
        "25000000000000001",
        True,
    )
    assert bench.account(token=short.token, account_id="me").library.profile().user_id == ACCOUNT_ID


def test_declined_scopes_and_shared_pages(bench: Bench) -> None:
    graph = bench.graph("facebook")
    asked = FACEBOOK.scope_set("insights", "comments")
    back = consent(
        bench,
        "facebook",
        scope=",".join(asked),
        granted=",".join(asked[:-1]),
        page="100000000000003",
    )
    token = graph.login.exchange_code(back["code"], CALLBACK).token

    info = graph.login.debug_token(token)

    assert graph.account("me", token).pages.permissions()["instagram_manage_comments"] is False
    assert info.granular_scopes["instagram_basic"] == ("17841400000000002",)
    assert [page.id for page in graph.account("me", token).pages.shared()] == ["100000000000003"]


def test_data_access_expires_before_token(bench: Bench) -> None:
    bench.control("token", token=TOKENS["facebook"], data_access_in_hours=-1)

    assert bench.graph("facebook").login.debug_token(TOKENS["facebook"]).is_valid
    with pytest.raises(PermissionMissing):
        list(bench.account("facebook").library.media())


def test_standard_access_refuses_strangers(bench: Bench) -> None:
    bench.control("app", id="1000000001", standard_access=True)
    bench.emulator_state.accounts[ACCOUNT_ID].has_role = False

    with pytest.raises(RequestRefused) as refused:
        bench.account().library.profile()
    assert (refused.value.cause.code, refused.value.cause.edge) == (100, "profile")


def test_short_token_has_permissions(bench: Bench) -> None:
    short = bench.graph().login.exchange_code(consent(bench, "instagram")["code"] + "#_", CALLBACK)

    assert short.user_id == "25000000000000001"
    assert "instagram_business_basic" in short.permissions


def test_code_works_once(bench: Bench, login_type: str) -> None:
    login, code = bench.graph(login_type).login, consent(bench, login_type)["code"]
    login.exchange_code(code, CALLBACK)

    with pytest.raises((StartAgain, RequestRefused)):
        login.exchange_code(code, CALLBACK)
    with pytest.raises((StartAgain, RequestRefused)):
        login.exchange_code(consent(bench, login_type)["code"], "http://localhost:4570/other")


def test_cancelled_login_has_no_code(bench: Bench, login_type: str) -> None:
    back = consent(bench, login_type, decision="cancel")

    assert back["error"] == "access_denied"
    with pytest.raises(RequestRefused):
        code_of_redirect(back)


def test_scopes_are_never_mixed() -> None:
    for login_type in (INSTAGRAM, FACEBOOK):
        for scope in login_type.scope_set(*login_type.scopes):
            assert scope.startswith("instagram_business_") is (login_type is INSTAGRAM)
    assert not {*INSTAGRAM.scope_set(*INSTAGRAM.scopes)} & {*FACEBOOK.scope_set(*FACEBOOK.scopes)}


def test_refresh_needs_day_old_token(bench: Bench) -> None:
    login = bench.graph().login
    fresh = login.refresh(TOKEN)
    assert "instagram_business_basic" in fresh.permissions

    with pytest.raises(RequestRefused):
        login.refresh(fresh.token)
    bench.clock.advance(timedelta(hours=24))
    assert login.refresh(fresh.token).token != fresh.token


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 467])
def test_dead_token_needs_login(bench: Bench, login_type: str, subcode: int) -> None:
    bench.control("token", token=TOKENS[login_type], dead=subcode)

    for call in (
        lambda: bench.account(login_type).library.profile(),
        lambda: bench.graph(login_type).login.refresh(TOKENS[login_type]),
    ):
        with pytest.raises(ReconnectRequired) as dead:
            call()
        assert dead.value.cause.subcode == subcode
    assert bench.slept == []


def test_token_expires(bench: Bench) -> None:
    bench.clock.advance(timedelta(days=61))

    with pytest.raises(ReconnectRequired):
        bench.graph().login.refresh(TOKEN)


def test_token_is_inspected(bench: Bench) -> None:
    info = bench.graph("facebook").login.debug_token(TOKENS["facebook"])

    assert (info.is_valid, info.app_id, info.type) == (True, APPS["facebook"].id, "USER")
    assert info.data_access_expires_at
    assert "pages_show_list" in info.scopes
    assert info.error_subcode is None
    bench.control("token", token=TOKENS["facebook"], dead=460)
    dead = bench.graph("facebook").login.debug_token(TOKENS["facebook"])
    assert (dead.is_valid, dead.error_subcode) == (False, 460)


def test_other_login_types_token_is_refused(bench: Bench) -> None:
    with pytest.raises(ReconnectRequired):
        bench.account("facebook", token=TOKEN).library.profile()


def test_only_long_lived_exchange_is_retried(login_type: str) -> None:
    scripted = Scripted(lambda _: (503, {}), LoginType(login_type))
    login = scripted.graph.login

    with pytest.raises(RetryLater):
        login.refresh("t")
    with pytest.raises(RetryLater):
        login.exchange_code("c", CALLBACK)
    assert scripted.calls == 2
    with pytest.raises(RetryLater):
        login.long_lived("t")
    assert scripted.calls > 4
