"""Connecting an account: what each turn of the dialog ends in, and that nothing is ever worse for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lambdas.graph.errors import ReconnectRequired, RetryLater
from lambdas.storage.login_state import TICKET_LIFE, Ticket
from lambdas.storage.token_record import LastError, State
from lambdas.tokens.bootstrap import AdoptionRuns
from lambdas.tokens.connect_failed import ConnectFailed
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.tokens.conftest import Room

MAKER, PERSONAL = "17841400000000002", "17841400000000003"
BROWSER = "browser-hash"


def dialog(room: Room, flavour: str = "instagram", account_id: str | None = None, **change: str) -> dict[str, str]:
    """Begins a login and clicks through the consent page; the query of the way back."""
    url = room.desk.begin(flavour, BROWSER, account_id)
    room.bench.world.fixed = room.clock.now()
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    granted = change.pop("granted", query["scope"]).split(",")
    pages = change.pop("page", ",".join(room.bench.world.pages)).split(",")
    sent: dict[str, Any] = {**query, "account": ACCOUNT_ID, "decision": "allow", **change, "granted": granted, "page": pages}
    answer = room.bench._http.get(urlsplit(url).path, params=sent, follow_redirects=False)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def refused(room: Room, query: dict[str, str], browser: str = BROWSER) -> str:
    """Why a way back connects nothing."""
    with pytest.raises(ConnectFailed) as failed:
        room.desk.finish(query, browser)
    assert failed.value.title
    assert failed.value.advice
    return failed.value.code


def test_an_account_is_connected_with_both_ids_and_its_permissions(room: Room) -> None:
    [connected] = room.desk.finish(dialog(room), BROWSER)

    record = connected.record
    assert (record.account_id, record.scoped_id, record.username) == (ACCOUNT_ID, "25000000000000001", "example_shop")
    assert (record.app_id, record.flavour, record.account_type) == ("1000000001", "instagram", "BUSINESS")
    assert "instagram_business_manage_insights" in record.scopes
    assert connected.missing == {}
    assert room.live_token(record)
    assert record.expires_at is not None
    assert record.expires_at - room.clock.now() > timedelta(days=59)
    assert room.trail() == ["connected"]


def test_with_the_facebook_login_every_shared_page_with_an_account_is_connected(room: Room) -> None:
    connected = room.desk.finish(dialog(room, "facebook"), BROWSER)

    assert {one.record.account_id: one.record.page_name for one in connected} == {
        ACCOUNT_ID: "Example Page",
        MAKER: "Page of a business",
    }
    for one in connected:
        assert one.record.person_id
        assert one.record.data_access_expires_at is not None
        assert one.missing == {}
        assert room.live_token(one.record)


@pytest.mark.parametrize("shape", ["documented", "observed"])
def test_either_envelope_connects(room: Room, shape: str) -> None:
    room.bench.control("envelope", shape=shape)

    assert [one.record.account_id for one in room.desk.finish(dialog(room), BROWSER)] == [ACCOUNT_ID]


def test_a_state_works_once_in_its_browser_and_for_ten_minutes(room: Room) -> None:
    back = dialog(room)
    room.desk.finish(back, BROWSER)
    assert refused(room, back) == "state_unknown"
    assert refused(room, dialog(room), "another") == "other_browser"
    assert refused(room, dialog(room), "") == "other_browser"
    assert refused(room, dialog(room) | {"state": "made-up"}) == "state_unknown"
    assert refused(room, {"code": "x"}) == "state_unknown"
    late = dialog(room)
    room.clock.advance(timedelta(minutes=10))
    assert refused(room, late) == "state_unknown"


def test_what_comes_back_without_a_code(room: Room) -> None:
    assert refused(room, dialog(room, decision="cancel")) == "cancelled"
    both = dialog(room)
    assert refused(room, both | {"error": "access_denied"}) == "cancelled"
    without = dialog(room)
    del without["code"]
    assert refused(room, without) == "no_code"
    assert list(room.store.all()) == []


def test_a_code_of_another_app_is_no_login(room: Room) -> None:
    theirs, ours = dialog(room, "facebook"), dialog(room)

    assert refused(room, ours | {"code": theirs["code"]}) == "code_refused"
    assert list(room.store.all()) == []


def test_a_personal_account_is_told_what_to_do(room: Room) -> None:
    assert refused(room, dialog(room, account=PERSONAL)) == "personal_account"


def test_without_the_basic_permission_nothing_is_connected(room: Room) -> None:
    assert refused(room, dialog(room, granted="instagram_business_manage_insights")) == "permission_missing"
    assert refused(room, dialog(room, "facebook", granted="pages_show_list")) == "permission_missing"
    assert list(room.store.all()) == []


def test_a_missing_permission_names_the_feature_that_will_not_work(room: Room) -> None:
    [connected] = room.desk.finish(dialog(room, granted="instagram_business_basic,instagram_business_manage_insights"), BROWSER)

    assert connected.missing == {
        "comments": ["instagram_business_manage_comments"],
        "publishing": ["instagram_business_content_publish"],
    }


def test_pages_that_were_not_ticked_or_are_not_linked(room: Room) -> None:
    assert refused(room, dialog(room, "facebook", page="none")) == "no_page"
    assert refused(room, dialog(room, "facebook", page="100000000000002")) == "page_not_linked"


def test_standard_access_is_recognised(room: Room) -> None:
    room.bench.control("app", id="1000000001", standard_access=True)
    room.bench.world.accounts[ACCOUNT_ID].has_role = False

    assert refused(room, dialog(room)) == "standard_access"


@pytest.mark.parametrize("path", ["oauth/access_token", "access_token", "me"])
def test_a_meta_that_fails_leaves_everything_as_it_was(room: Room, path: str) -> None:
    before = room.connected()
    back = dialog(room)
    room.bench.control("fail", count=50, path=path, status=500, code=2)

    assert refused(room, back) == "instagram_unavailable"
    room.bench.world.faults.clear()
    assert room.now(before) == before
    assert room.live_token(before)


def test_a_reconnect_brings_a_dead_account_back_with_its_history(room: Room) -> None:
    record = room.connected()
    room.store.need_person(record, LastError(room.clock.now(), "the person removed the app"))

    [connected] = room.desk.finish(dialog(room, account_id=ACCOUNT_ID), BROWSER)

    assert (connected.record.state, connected.record.version) == (State.ACTIVE, record.version + 1)
    assert connected.record.last_error is None
    assert room.trail() == ["connected", "connected"]


def test_a_link_for_one_account_connects_no_other(room: Room) -> None:
    record = room.connected()

    assert refused(room, dialog(room, account_id=ACCOUNT_ID, account=MAKER)) == "other_account"
    assert room.store.get(MAKER) is None
    assert room.now(record) == record


def test_fewer_permissions_do_not_replace_a_connection_that_works(room: Room) -> None:
    [connected] = room.desk.finish(dialog(room), BROWSER)
    record = connected.record
    fewer = "instagram_business_basic"

    assert refused(room, dialog(room, granted=fewer)) == "fewer_permissions"
    assert room.now(record) == record
    room.store.need_person(record, LastError(room.clock.now(), "dead"))
    [connected] = room.desk.finish(dialog(room, granted=fewer), BROWSER)
    assert connected.record.state is State.ACTIVE


def test_a_ticket_is_for_a_week(room: Room) -> None:
    ticket = room.states.issue_ticket(ACCOUNT_ID)

    assert room.states.ticket(ticket) == room.states.ticket(ticket) == Ticket(ACCOUNT_ID, None)
    assert room.states.ticket("made-up") is None
    room.clock.advance(TICKET_LIFE)
    assert room.states.ticket(ticket) is None


def test_an_invitation_is_for_an_hour_and_for_any_account(room: Room) -> None:
    invitation = room.states.issue_invitation("facebook")

    assert room.states.ticket(invitation) == Ticket(None, "facebook")
    room.clock.advance(timedelta(hours=1))
    assert room.states.ticket(invitation) is None


def test_what_the_dialog_no_longer_asks_for_was_not_lost(room: Room) -> None:
    [adopted] = room.bootstrap(TOKEN, ACCOUNT_ID).adopt()
    assert "instagram_business_manage_messages" in adopted.scopes

    [connected] = room.desk.finish(dialog(room), BROWSER)

    assert connected.record.version == adopted.version + 1


@pytest.mark.parametrize("back", [{"error": "invalid_scope"}, {"error_code": "1349126", "error_message": "App not active"}])
def test_a_dialog_that_refuses_the_app_is_no_cancelling(room: Room, back: dict[str, str]) -> None:
    query = dialog(room)
    del query["code"]

    assert refused(room, query | back) == "dialog_refused"


def test_whoever_connected_it_before_has_no_say_in_it_any_more(room: Room) -> None:
    by_page = next(one.record for one in room.desk.finish(dialog(room, "facebook"), BROWSER) if one.record.account_id == ACCOUNT_ID)
    assert by_page.person_id
    assert ACCOUNT_ID in room.store.of_person(by_page.person_id)

    [connected] = room.desk.finish(dialog(room), BROWSER)

    assert connected.record.person_id is None
    assert ACCOUNT_ID not in room.store.of_person(by_page.person_id)


def test_neither_codes_nor_states_nor_tokens_are_kept(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    back = dialog(room)
    room.desk.finish(back, BROWSER)
    refused(room, dialog(room, "facebook") | {"code": "wrong-code"})
    seen = room.everything_stored() + capsys.readouterr().out

    for secret in (back["code"], back["state"], "wrong-code", *room.bench.world.tokens):
        assert secret not in seen


class TestBootstrap:
    def test_the_environments_token_is_adopted_at_its_first_refresh(self, room: Room) -> None:
        [record] = room.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        assert (record.source, record.account_id, record.version) == ("env", ACCOUNT_ID, 1)
        assert room.store.secrets(record).token != TOKEN
        assert room.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []
        assert room.refreshes() == 1

    def test_whose_it_is_need_not_be_known(self, room: Room) -> None:
        [record] = room.bootstrap(TOKEN).adopt()

        assert record.account_id == ACCOUNT_ID
        room.clock.advance(timedelta(minutes=2))
        assert room.bootstrap(TOKEN).adopt() == []
        assert room.refreshes() == 1

    def test_of_many_one_adopts(self, room: Room) -> None:
        room.bench.world.latency = 0.2

        def adopt(_: int) -> int:
            try:
                return len(room.bootstrap(TOKEN, ACCOUNT_ID).adopt(forced=True))
            except AdoptionRuns:
                return 0

        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(adopt, range(20))) == 1
        assert room.refreshes() == 1

    def test_a_dead_one_needs_a_person_like_any_other(self, room: Room) -> None:
        room.bench.control("token", token=TOKEN, dead=460)

        with pytest.raises(ReconnectRequired):
            room.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        record = room.store.get(ACCOUNT_ID)
        assert record is not None
        assert (record.state, record.source) == (State.RECONNECT_REQUIRED, "env")
        assert room.trail() == ["reconnect_required"]
        assert "the person changed the password" in room.told()[0]
        assert room.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []

    def test_one_that_fails_is_not_tried_again_the_same_day(self, room: Room) -> None:
        room.bench.control("fail", count=99, path="refresh_access_token", status=500, code=2)
        with pytest.raises(RetryLater):
            room.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        with pytest.raises(AdoptionRuns):
            room.bootstrap(TOKEN, ACCOUNT_ID).adopt()
        with pytest.raises(RetryLater):
            room.bootstrap(TOKEN, ACCOUNT_ID).adopt(forced=True)
        room.clock.advance(timedelta(hours=21))
        room.bench.world.faults.clear()
        assert len(room.bootstrap(TOKEN, ACCOUNT_ID).adopt()) == 1

    def test_an_app_scoped_id_is_its_accounts_too(self, room: Room) -> None:
        room.connected()

        assert room.bootstrap(TOKEN, "25000000000000001").adopt() == []
        assert room.refreshes() == 0

    def test_a_persons_token_is_adopted_for_all_their_pages(self, room: Room) -> None:
        found = room.bootstrap("EAAlocalpersontoken", flavour="facebook").adopt()

        assert {record.account_id for record in found} == {ACCOUNT_ID, MAKER}

    def test_one_that_was_disconnected_is_not_adopted_again(self, room: Room) -> None:
        room.store.disconnect(room.connected().account_id, room.clock.now())

        assert room.bootstrap(TOKEN, ACCOUNT_ID).adopt() == []
        assert room.bootstrap(TOKEN).adopt() == []
