"""Connecting an account: how each way through the dialog ends, and that nothing gets worse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lambdas.graph.errors import RetryLater
from lambdas.graph.found_account import SkipReason
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import LastError, Source, State
from lambdas.tokens.bootstrap import AdoptionRunning, AdoptionSuspected, TokenTooYoung
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.login_state import TICKET_LIFE, Ticket, hashed
from lambdas.tokens.refresh_result import RefreshFailed
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.tokens.conftest import MAKER, MINUTES, PERSONAL, Feature

BROWSER = "browser-hash"
FACEBOOK = LoginType.FACEBOOK


def dialog(
    feature: Feature,
    login_type: LoginType = LoginType.INSTAGRAM,
    account_id: str | None = None,
    ticket: str | None = None,
    **change: str,
) -> dict[str, str]:
    """Start a login and click through the dialog; return the query of the redirect."""
    url = feature.connector.begin(login_type, BROWSER, account_id, ticket)
    return feature.allow(url, **change)


def refused(feature: Feature, query: dict[str, str], browser: str = BROWSER) -> str:
    """Return the code of why a redirect connects nothing."""
    with pytest.raises(ConnectFailed) as failed:
        feature.connector.finish(query, browser)
    assert failed.value.title
    assert failed.value.advice
    return failed.value.code


def test_account_is_connected_with_both_ids(feature: Feature) -> None:
    [connected] = feature.login(dialog(feature), BROWSER)

    record = connected.record
    assert (record.account_id, record.scoped_id, record.username) == (
        ACCOUNT_ID,
        "25000000000000001",
        "example_shop",
    )
    assert (record.app_id, record.login_type, record.account_type) == (
        "1000000001",
        "instagram",
        "BUSINESS",
    )
    assert "instagram_business_manage_insights" in record.scopes
    assert connected.missing == {}
    assert feature.live_token(record)
    assert record.expires_at is not None
    assert record.expires_at - feature.clock.now() > timedelta(days=59)
    assert feature.trail() == ["connected"]


def test_every_shared_page_is_connected(
    feature: Feature,
) -> None:
    connected = feature.login(dialog(feature, FACEBOOK), BROWSER)

    assert {one.record.account_id: one.record.page_name for one in connected} == {
        ACCOUNT_ID: "Example Page",
        MAKER: "Page of a business",
    }
    for one in connected:
        assert one.record.person_id
        assert one.record.data_access_expires_at is not None
        assert one.missing == {}
        assert feature.live_token(one.record)


@pytest.mark.parametrize("shape", ["documented", "observed"])
def test_either_envelope_connects(feature: Feature, shape: str) -> None:
    feature.bench.control("envelope", shape=shape)

    assert [one.record.account_id for one in feature.login(dialog(feature), BROWSER)] == [
        ACCOUNT_ID
    ]


def test_state_works_once_in_its_browser(feature: Feature) -> None:
    back = dialog(feature)
    feature.login(back, BROWSER)
    assert refused(feature, back) == "state_unknown"
    assert refused(feature, dialog(feature), "another") == "other_browser"
    assert refused(feature, dialog(feature), "") == "other_browser"
    assert refused(feature, dialog(feature) | {"state": "made-up"}) == "state_unknown"
    assert refused(feature, {"code": "x"}) == "state_unknown"
    late = dialog(feature)
    feature.clock.advance(timedelta(minutes=10))
    assert refused(feature, late) == "state_unknown"


def test_redirect_without_a_code(feature: Feature) -> None:
    assert refused(feature, dialog(feature, decision="cancel")) == "cancelled"
    both = dialog(feature)
    assert refused(feature, both | {"error": "access_denied"}) == "cancelled"
    without = dialog(feature)
    del without["code"]
    assert refused(feature, without) == "no_code"
    assert list(feature.store.all()) == []


def test_code_of_another_app_is_refused(feature: Feature) -> None:
    theirs, ours = dialog(feature, FACEBOOK), dialog(feature)

    assert refused(feature, ours | {"code": theirs["code"]}) == "code_refused"
    assert list(feature.store.all()) == []


def test_personal_account_is_refused(feature: Feature) -> None:
    assert refused(feature, dialog(feature, account=PERSONAL)) == "personal_account"


def test_basic_permission_is_required(feature: Feature) -> None:
    assert (
        refused(feature, dialog(feature, granted="instagram_business_manage_insights"))
        == "permission_missing"
    )
    assert (
        refused(feature, dialog(feature, FACEBOOK, granted="pages_show_list"))
        == "permission_missing"
    )
    assert list(feature.store.all()) == []


def test_missing_permission_names_its_feature(feature: Feature) -> None:
    [connected] = feature.login(
        dialog(feature, granted="instagram_business_basic,instagram_business_manage_insights"),
        BROWSER,
    )

    assert connected.missing == {
        "comments": ["instagram_business_manage_comments"],
        "publishing": ["instagram_business_content_publish"],
    }


def test_unusable_pages_are_explained(feature: Feature) -> None:
    assert refused(feature, dialog(feature, FACEBOOK, page="none")) == "no_page"
    assert refused(feature, dialog(feature, FACEBOOK, page="100000000000002")) == "page_not_linked"


def test_standard_access_is_recognised(feature: Feature) -> None:
    feature.bench.control("app", id="1000000001", standard_access=True)
    feature.bench.emulator_state.accounts[ACCOUNT_ID].has_role = False

    assert refused(feature, dialog(feature)) == "standard_access"


@pytest.mark.parametrize("path", ["oauth/access_token", "access_token", "me"])
def test_failing_meta_changes_nothing(feature: Feature, path: str) -> None:
    before = feature.connected()
    back = dialog(feature)
    feature.bench.control("fail", count=50, path=path, status=500, code=2)

    assert refused(feature, back) == "instagram_unavailable"
    feature.bench.emulator_state.faults.clear()
    assert feature.now(before) == before
    assert feature.live_token(before)


def test_reconnect_revives_a_dead_account(feature: Feature) -> None:
    record = feature.connected()
    feature.store.require_reauth(
        record, LastError(feature.clock.now(), "the person removed the app")
    )

    [connected] = feature.login(dialog(feature, account_id=ACCOUNT_ID), BROWSER)

    assert (connected.record.state, connected.record.version) == (State.ACTIVE, record.version + 1)
    assert connected.record.last_error is None
    assert feature.trail() == ["connected", "connected"]


def test_link_connects_its_account_only(feature: Feature) -> None:
    record = feature.connected()

    assert (
        refused(feature, dialog(feature, account_id=ACCOUNT_ID, account=MAKER)) == "other_account"
    )
    assert feature.store.get(MAKER) is None
    assert feature.now(record) == record


def test_fewer_permissions_replace_nothing(feature: Feature) -> None:
    [connected] = feature.login(dialog(feature), BROWSER)
    record = connected.record
    fewer = "instagram_business_basic"

    assert refused(feature, dialog(feature, granted=fewer)) == "fewer_permissions"
    assert feature.now(record) == record
    feature.store.require_reauth(record, LastError(feature.clock.now(), "dead"))
    [connected] = feature.login(dialog(feature, granted=fewer), BROWSER)
    assert connected.record.state is State.ACTIVE


def test_ticket_lasts_a_week(feature: Feature) -> None:
    ticket = feature.states.issue_ticket(ACCOUNT_ID)

    assert (
        feature.states.ticket(ticket) == feature.states.ticket(ticket) == Ticket(ACCOUNT_ID, None)
    )
    assert feature.states.ticket("made-up") is None
    feature.clock.advance(TICKET_LIFE)
    assert feature.states.ticket(ticket) is None


def test_invitation_lasts_an_hour(feature: Feature) -> None:
    invitation = feature.states.issue_invitation(FACEBOOK)

    assert feature.states.ticket(invitation) == Ticket(None, FACEBOOK)
    feature.clock.advance(timedelta(hours=1))
    assert feature.states.ticket(invitation) is None


def test_unrequested_permission_is_not_lost(feature: Feature) -> None:
    [adopted] = feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()
    assert "instagram_business_manage_messages" in adopted.scopes

    [connected] = feature.login(dialog(feature), BROWSER)

    assert connected.record.version == adopted.version + 1


@pytest.mark.parametrize(
    "back",
    [{"error": "invalid_scope"}, {"error_code": "1349126", "error_message": "App not active"}],
)
def test_refused_app_is_not_a_cancelled_login(feature: Feature, back: dict[str, str]) -> None:
    query = dialog(feature)
    del query["code"]

    assert refused(feature, query | back) == "dialog_refused"


def test_earlier_owner_is_forgotten(feature: Feature) -> None:
    by_page = next(
        one.record
        for one in feature.login(dialog(feature, FACEBOOK), BROWSER)
        if one.record.account_id == ACCOUNT_ID
    )
    assert by_page.person_id
    assert ACCOUNT_ID in feature.store.of_person(by_page.person_id)

    [connected] = feature.login(dialog(feature), BROWSER)

    assert connected.record.person_id is None
    assert ACCOUNT_ID not in feature.store.of_person(by_page.person_id)


def test_no_secret_is_stored(feature: Feature, capsys: pytest.CaptureFixture[str]) -> None:
    back = dialog(feature)
    feature.login(back, BROWSER)
    refused(feature, dialog(feature, FACEBOOK) | {"code": "wrong-code"})
    seen = feature.everything_stored() + capsys.readouterr().out

    for secret in (back["code"], back["state"], "wrong-code", *feature.bench.emulator_state.tokens):
        assert secret not in seen


class TestBootstrap:
    def test_first_refresh_stores_the_token(self, feature: Feature) -> None:
        [record] = feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        assert (record.source, record.account_id, record.version) == ("env", ACCOUNT_ID, 1)
        assert feature.store.secrets(record).token != TOKEN
        assert feature.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []
        assert feature.refreshes() == 1

    def test_account_id_is_optional(self, feature: Feature) -> None:
        [record] = feature.bootstrap(TOKEN).adopt()

        assert record.account_id == ACCOUNT_ID
        feature.clock.advance(timedelta(minutes=2))
        assert feature.bootstrap(TOKEN).adopt() == []
        assert feature.refreshes() == 1

    def test_one_of_many_adopts(self, feature: Feature) -> None:
        feature.bench.emulator_state.latency = 0.2

        def adopt(_: int) -> int:
            try:
                return len(feature.bootstrap(TOKEN, ACCOUNT_ID).adopt(forced=True))
            except AdoptionRunning:
                return 0

        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(adopt, range(20))) == 1
        assert feature.refreshes() == 1

    def test_dead_token_needs_a_login(self, feature: Feature) -> None:
        feature.bench.control("token", token=TOKEN, dead=460)

        with pytest.raises(AdoptionSuspected):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()
        assert feature.store.get(ACCOUNT_ID) is None
        feature.clock.advance(MINUTES)
        with pytest.raises(RefreshFailed):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        record = feature.store.get(ACCOUNT_ID)
        assert record is not None
        assert (record.state, record.source) == (State.RECONNECT_REQUIRED, "env")
        assert feature.trail() == ["reconnect_required"]
        assert "the person changed the password" in feature.sent()[0].text
        assert feature.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []

    def test_failed_adoption_waits_a_day(self, feature: Feature) -> None:
        feature.bench.control("fail", count=99, path="refresh_access_token", status=500, code=2)
        with pytest.raises(RetryLater):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        with pytest.raises(AdoptionRunning):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()
        with pytest.raises(RetryLater):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt(forced=True)
        feature.clock.advance(timedelta(hours=21))
        feature.bench.emulator_state.faults.clear()
        assert len(feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()) == 1

    def test_app_scoped_id_is_known(self, feature: Feature) -> None:
        feature.connected()

        assert feature.bootstrap(TOKEN, "25000000000000001").adopt() == []
        assert feature.refreshes() == 0

    def test_person_token_gives_all_pages(self, feature: Feature) -> None:
        found = feature.bootstrap("EAAlocalpersontoken", login_type=FACEBOOK).adopt()

        assert {record.account_id for record in found} == {ACCOUNT_ID, MAKER}

    def test_disconnected_account_stays_disconnected(self, feature: Feature) -> None:
        feature.store.disconnect(feature.connected().account_id, feature.clock.now())

        assert feature.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []
        assert feature.bootstrap(TOKEN).adopt() == []

    def test_token_of_its_first_day_is_no_failure(self, feature: Feature) -> None:
        feature.bench.emulator_state.tokens[TOKEN].issued_at = feature.clock.now()
        adoption = feature.bootstrap(TOKEN, ACCOUNT_ID)

        with pytest.raises(TokenTooYoung):
            adoption.adopt()
        assert not adoption.is_failing
        feature.clock.advance(timedelta(hours=25))

        assert len(feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()) == 1

    def test_refusal_beyond_its_first_days_is_a_failure(self, feature: Feature) -> None:
        feature.bench.control("fail", count=99, path="refresh_access_token", status=400, code=100)
        for _ in range(4):
            with pytest.raises(TokenTooYoung):
                feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()
            feature.clock.advance(timedelta(hours=21))

        assert feature.bootstrap(TOKEN, ACCOUNT_ID).is_failing

    def test_corrected_token_is_tried_at_once(self, feature: Feature) -> None:
        wrong = feature.bootstrap("IGAAtypo", ACCOUNT_ID)
        with pytest.raises(AdoptionSuspected):
            wrong.adopt()
        feature.clock.advance(MINUTES)
        with pytest.raises(RefreshFailed):
            wrong.adopt()
        corrected = feature.bootstrap(TOKEN, ACCOUNT_ID)

        assert corrected.is_untried
        [record] = corrected.adopt()
        assert (record.state, record.source) == (State.ACTIVE, Source.ENVIRONMENT)


def test_used_link_connects_nothing_more(feature: Feature) -> None:
    secret = feature.states.issue_invitation(LoginType.INSTAGRAM)
    first = dialog(feature, ticket=hashed(secret))
    second = dialog(feature, ticket=hashed(secret), account=MAKER)
    feature.login(first, BROWSER)

    assert feature.states.ticket(secret) is None
    assert refused(feature, second) == "link_used"
    assert feature.store.get(MAKER) is None


def test_failed_login_leaves_the_link(feature: Feature) -> None:
    secret = feature.states.issue_invitation(LoginType.INSTAGRAM)
    refused(feature, dialog(feature, ticket=hashed(secret), account=PERSONAL))

    assert feature.login(dialog(feature, ticket=hashed(secret)), BROWSER)


def test_one_bad_page_hides_no_other(feature: Feature) -> None:
    back = dialog(feature, FACEBOOK)
    feature.bench.control("fail", count=50, path=MAKER, status=400, code=100)

    result = feature.connector.finish(back, BROWSER)

    assert [one.record.account_id for one in result.connected] == [ACCOUNT_ID]
    reasons = {one.name: one.reason for one in result.skipped}
    assert reasons["Page of a business"] is SkipReason.ACCOUNT_FAILED


def test_declined_extra_permission_is_named(feature: Feature) -> None:
    granted = "instagram_basic,pages_show_list,pages_read_engagement"

    result = feature.connector.finish(dialog(feature, FACEBOOK, granted=granted), BROWSER)

    assert "business_management" in result.declined_scopes
    assert result.connected


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("API calls from the server require an appsecret_proof argument", "proof_required"),
        ("Invalid appsecret_proof provided in the API argument", "app_secret_wrong"),
    ],
)
def test_app_secret_proof_has_its_own_sentence(feature: Feature, message: str, code: str) -> None:
    back = dialog(feature, FACEBOOK)
    body = f'{{"error":{{"message":"{message}","code":100,"type":"GraphMethodException"}}}}'
    feature.bench.control("fail", count=50, path="me/accounts", status=400, body=body)
    feature.bench.control("fail", count=50, path="me/businesses", status=400, body=body)

    assert refused(feature, back) == code


def test_app_that_demands_proof_can_be_used(feature: Feature) -> None:
    proving = feature.sibling(prove_app_secret=True)

    account = proving.connected()

    assert proving.live_token(account)
    assert any("appsecret_proof" in request.query for request in feature.bench.transport.requests)
