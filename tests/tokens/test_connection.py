"""Connecting an account: what each turn of the dialog ends in, and that nothing is ever worse for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lambdas.graph.errors import ReconnectRequired, RetryLater
from lambdas.storage.accounts.token_record import LastError, State
from lambdas.tokens.bootstrap import AdoptionRuns
from lambdas.tokens.connect_failed import ConnectFailed
from lambdas.tokens.login_state import TICKET_LIFE, Ticket
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.tokens.conftest import Feature

MAKER, PERSONAL = "17841400000000002", "17841400000000003"
BROWSER = "browser-hash"


def dialog(
    feature: Feature, login_type: str = "instagram", account_id: str | None = None, **change: str
) -> dict[str, str]:
    """Begins a login and clicks through the consent page; the query of the way back."""
    url = feature.desk.begin(login_type, BROWSER, account_id)
    feature.bench.emulator_state.fixed = feature.clock.now()
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    granted = change.pop("granted", query["scope"]).split(",")
    pages = change.pop("page", ",".join(feature.bench.emulator_state.pages)).split(",")
    sent: dict[str, Any] = {
        **query,
        "account": ACCOUNT_ID,
        "decision": "allow",
        **change,
        "granted": granted,
        "page": pages,
    }
    answer = feature.bench._http.get(urlsplit(url).path, params=sent, follow_redirects=False)
    return {
        name: values[0]
        for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
    }


def refused(feature: Feature, query: dict[str, str], browser: str = BROWSER) -> str:
    """Why a way back connects nothing."""
    with pytest.raises(ConnectFailed) as failed:
        feature.desk.finish(query, browser)
    assert failed.value.title
    assert failed.value.advice
    return failed.value.code


def test_an_account_is_connected_with_both_ids_and_its_permissions(feature: Feature) -> None:
    [connected] = feature.desk.finish(dialog(feature), BROWSER)

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


def test_with_the_facebook_login_every_shared_page_with_an_account_is_connected(
    feature: Feature,
) -> None:
    connected = feature.desk.finish(dialog(feature, "facebook"), BROWSER)

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

    assert [one.record.account_id for one in feature.desk.finish(dialog(feature), BROWSER)] == [
        ACCOUNT_ID
    ]


def test_a_state_works_once_in_its_browser_and_for_ten_minutes(feature: Feature) -> None:
    back = dialog(feature)
    feature.desk.finish(back, BROWSER)
    assert refused(feature, back) == "state_unknown"
    assert refused(feature, dialog(feature), "another") == "other_browser"
    assert refused(feature, dialog(feature), "") == "other_browser"
    assert refused(feature, dialog(feature) | {"state": "made-up"}) == "state_unknown"
    assert refused(feature, {"code": "x"}) == "state_unknown"
    late = dialog(feature)
    feature.clock.advance(timedelta(minutes=10))
    assert refused(feature, late) == "state_unknown"


def test_what_comes_back_without_a_code(feature: Feature) -> None:
    assert refused(feature, dialog(feature, decision="cancel")) == "cancelled"
    both = dialog(feature)
    assert refused(feature, both | {"error": "access_denied"}) == "cancelled"
    without = dialog(feature)
    del without["code"]
    assert refused(feature, without) == "no_code"
    assert list(feature.store.all()) == []


def test_a_code_of_another_app_is_no_login(feature: Feature) -> None:
    theirs, ours = dialog(feature, "facebook"), dialog(feature)

    assert refused(feature, ours | {"code": theirs["code"]}) == "code_refused"
    assert list(feature.store.all()) == []


def test_a_personal_account_is_told_what_to_do(feature: Feature) -> None:
    assert refused(feature, dialog(feature, account=PERSONAL)) == "personal_account"


def test_without_the_basic_permission_nothing_is_connected(feature: Feature) -> None:
    assert (
        refused(feature, dialog(feature, granted="instagram_business_manage_insights"))
        == "permission_missing"
    )
    assert (
        refused(feature, dialog(feature, "facebook", granted="pages_show_list"))
        == "permission_missing"
    )
    assert list(feature.store.all()) == []


def test_a_missing_permission_names_the_feature_that_will_not_work(feature: Feature) -> None:
    [connected] = feature.desk.finish(
        dialog(feature, granted="instagram_business_basic,instagram_business_manage_insights"),
        BROWSER,
    )

    assert connected.missing == {
        "comments": ["instagram_business_manage_comments"],
        "publishing": ["instagram_business_content_publish"],
    }


def test_pages_that_were_not_ticked_or_are_not_linked(feature: Feature) -> None:
    assert refused(feature, dialog(feature, "facebook", page="none")) == "no_page"
    assert (
        refused(feature, dialog(feature, "facebook", page="100000000000002")) == "page_not_linked"
    )


def test_standard_access_is_recognised(feature: Feature) -> None:
    feature.bench.control("app", id="1000000001", standard_access=True)
    feature.bench.emulator_state.accounts[ACCOUNT_ID].has_role = False

    assert refused(feature, dialog(feature)) == "standard_access"


@pytest.mark.parametrize("path", ["oauth/access_token", "access_token", "me"])
def test_a_meta_that_fails_leaves_everything_as_it_was(feature: Feature, path: str) -> None:
    before = feature.connected()
    back = dialog(feature)
    feature.bench.control("fail", count=50, path=path, status=500, code=2)

    assert refused(feature, back) == "instagram_unavailable"
    feature.bench.emulator_state.faults.clear()
    assert feature.now(before) == before
    assert feature.live_token(before)


def test_a_reconnect_brings_a_dead_account_back_with_its_history(feature: Feature) -> None:
    record = feature.connected()
    feature.store.require_reauth(
        record, LastError(feature.clock.now(), "the person removed the app")
    )

    [connected] = feature.desk.finish(dialog(feature, account_id=ACCOUNT_ID), BROWSER)

    assert (connected.record.state, connected.record.version) == (State.ACTIVE, record.version + 1)
    assert connected.record.last_error is None
    assert feature.trail() == ["connected", "connected"]


def test_a_link_for_one_account_connects_no_other(feature: Feature) -> None:
    record = feature.connected()

    assert (
        refused(feature, dialog(feature, account_id=ACCOUNT_ID, account=MAKER)) == "other_account"
    )
    assert feature.store.get(MAKER) is None
    assert feature.now(record) == record


def test_fewer_permissions_do_not_replace_a_connection_that_works(feature: Feature) -> None:
    [connected] = feature.desk.finish(dialog(feature), BROWSER)
    record = connected.record
    fewer = "instagram_business_basic"

    assert refused(feature, dialog(feature, granted=fewer)) == "fewer_permissions"
    assert feature.now(record) == record
    feature.store.require_reauth(record, LastError(feature.clock.now(), "dead"))
    [connected] = feature.desk.finish(dialog(feature, granted=fewer), BROWSER)
    assert connected.record.state is State.ACTIVE


def test_a_ticket_is_for_a_week(feature: Feature) -> None:
    ticket = feature.states.issue_ticket(ACCOUNT_ID)

    assert (
        feature.states.ticket(ticket) == feature.states.ticket(ticket) == Ticket(ACCOUNT_ID, None)
    )
    assert feature.states.ticket("made-up") is None
    feature.clock.advance(TICKET_LIFE)
    assert feature.states.ticket(ticket) is None


def test_an_invitation_is_for_an_hour_and_for_any_account(feature: Feature) -> None:
    invitation = feature.states.issue_invitation("facebook")

    assert feature.states.ticket(invitation) == Ticket(None, "facebook")
    feature.clock.advance(timedelta(hours=1))
    assert feature.states.ticket(invitation) is None


def test_what_the_dialog_no_longer_asks_for_was_not_lost(feature: Feature) -> None:
    [adopted] = feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()
    assert "instagram_business_manage_messages" in adopted.scopes

    [connected] = feature.desk.finish(dialog(feature), BROWSER)

    assert connected.record.version == adopted.version + 1


@pytest.mark.parametrize(
    "back",
    [{"error": "invalid_scope"}, {"error_code": "1349126", "error_message": "App not active"}],
)
def test_a_dialog_that_refuses_the_app_is_no_cancelling(
    feature: Feature, back: dict[str, str]
) -> None:
    query = dialog(feature)
    del query["code"]

    assert refused(feature, query | back) == "dialog_refused"


def test_whoever_connected_it_before_has_no_say_in_it_any_more(feature: Feature) -> None:
    by_page = next(
        one.record
        for one in feature.desk.finish(dialog(feature, "facebook"), BROWSER)
        if one.record.account_id == ACCOUNT_ID
    )
    assert by_page.person_id
    assert ACCOUNT_ID in feature.store.of_person(by_page.person_id)

    [connected] = feature.desk.finish(dialog(feature), BROWSER)

    assert connected.record.person_id is None
    assert ACCOUNT_ID not in feature.store.of_person(by_page.person_id)


def test_neither_codes_nor_states_nor_tokens_are_kept(
    feature: Feature, capsys: pytest.CaptureFixture[str]
) -> None:
    back = dialog(feature)
    feature.desk.finish(back, BROWSER)
    refused(feature, dialog(feature, "facebook") | {"code": "wrong-code"})
    seen = feature.everything_stored() + capsys.readouterr().out

    for secret in (back["code"], back["state"], "wrong-code", *feature.bench.emulator_state.tokens):
        assert secret not in seen


class TestBootstrap:
    def test_the_environments_token_is_adopted_at_its_first_refresh(self, feature: Feature) -> None:
        [record] = feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        assert (record.source, record.account_id, record.version) == ("env", ACCOUNT_ID, 1)
        assert feature.store.secrets(record).token != TOKEN
        assert feature.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []
        assert feature.refreshes() == 1

    def test_whose_it_is_need_not_be_known(self, feature: Feature) -> None:
        [record] = feature.bootstrap(TOKEN).adopt()

        assert record.account_id == ACCOUNT_ID
        feature.clock.advance(timedelta(minutes=2))
        assert feature.bootstrap(TOKEN).adopt() == []
        assert feature.refreshes() == 1

    def test_of_many_one_adopts(self, feature: Feature) -> None:
        feature.bench.emulator_state.latency = 0.2

        def adopt(_: int) -> int:
            try:
                return len(feature.bootstrap(TOKEN, ACCOUNT_ID).adopt(forced=True))
            except AdoptionRuns:
                return 0

        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(adopt, range(20))) == 1
        assert feature.refreshes() == 1

    def test_a_dead_one_needs_a_person_like_any_other(self, feature: Feature) -> None:
        feature.bench.control("token", token=TOKEN, dead=460)

        with pytest.raises(ReconnectRequired):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        record = feature.store.get(ACCOUNT_ID)
        assert record is not None
        assert (record.state, record.source) == (State.RECONNECT_REQUIRED, "env")
        assert feature.trail() == ["reconnect_required"]
        assert "the person changed the password" in feature.told()[0]
        assert feature.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []

    def test_one_that_fails_is_not_tried_again_the_same_day(self, feature: Feature) -> None:
        feature.bench.control("fail", count=99, path="refresh_access_token", status=500, code=2)
        with pytest.raises(RetryLater):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        with pytest.raises(AdoptionRuns):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()
        with pytest.raises(RetryLater):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt(forced=True)
        feature.clock.advance(timedelta(hours=21))
        feature.bench.emulator_state.faults.clear()
        assert len(feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()) == 1

    def test_an_app_scoped_id_is_its_accounts_too(self, feature: Feature) -> None:
        feature.connected()

        assert feature.bootstrap(TOKEN, "25000000000000001").adopt() == []
        assert feature.refreshes() == 0

    def test_a_persons_token_is_adopted_for_all_their_pages(self, feature: Feature) -> None:
        found = feature.bootstrap("EAAlocalpersontoken", login_type="facebook").adopt()

        assert {record.account_id for record in found} == {ACCOUNT_ID, MAKER}

    def test_one_that_was_disconnected_is_not_adopted_again(self, feature: Feature) -> None:
        feature.store.disconnect(feature.connected().account_id, feature.clock.now())

        assert feature.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []
        assert feature.bootstrap(TOKEN).adopt() == []
