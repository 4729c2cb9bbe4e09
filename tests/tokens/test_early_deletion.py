"""Requests of people whose accounts are not stored yet, or are being stored just now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.transport import Answer, FakeTransport, Request
from lambdas.kit.clock import from_rfc3339, to_sortable
from lambdas.kit.events import AccountDataDeletionRequested
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.tokens.bootstrap import TokenTooYoung
from lambdas.tokens.deletion import DeletionState
from lambdas.tokens.dependencies import TokensDependencies
from local.graph.data import ACCOUNT_ID, TOKEN
from local.graph.sample import PERSON_ID
from tests.conftest import Aws
from tests.tokens.conftest import Feature
from tests.tokens.site import Site
from tests.tokens.test_privacy import SCOPED_ID, signed_request

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PERSON_TOKEN = "EAAlocalpersontoken"


def environment(aws: Aws, account_id: str = ACCOUNT_ID) -> Feature:
    return Feature(aws, ig_access_token=TOKEN, ig_user_id=account_id)


def deleted(feature: Feature) -> list[str]:
    return [event.account_id for event in feature.bus.of(AccountDataDeletionRequested)]


def ask(feature: Feature, person: str = SCOPED_ID) -> str:
    """Request a deletion that was signed now; return its code."""
    issued_at = int(feature.clock.now().timestamp())
    request = signed_request(person, issued_at=issued_at)
    return feature.dependencies.privacy.delete_data(request)["confirmation_code"]


def delete_posts(feature: Feature) -> None:
    """Do what the feed does with the events published so far."""
    marks = DeletionMarks(feature.dependencies.events_table)
    for event in feature.bus.of(AccountDataDeletionRequested):
        at = from_rfc3339(event.requested_at)
        marks.mark(event.account_id, at)
        marks.finish(event.account_id, at, feature.clock.now(), "feed")


class TestEnvironmentToken:
    @pytest.mark.parametrize("account_id", [ACCOUNT_ID, ""])
    def test_account_is_found_before_it_is_stored(self, fake_aws: Aws, account_id: str) -> None:
        feature = environment(fake_aws, account_id)

        code = ask(feature)

        assert deleted(feature) == [ACCOUNT_ID]
        delete_posts(feature)
        done = feature.dependencies.privacy.status(code)
        assert (done.state, done.accounts) == (DeletionState.DONE, 1)
        assert SCOPED_ID not in feature.everything_stored()
        assert feature.bootstrap(TOKEN, account_id).adopt(forced=True) == []

    def test_configured_scoped_id_is_deleted_as_well(self, fake_aws: Aws) -> None:
        feature = environment(fake_aws, SCOPED_ID)
        feature.bootstrap(TOKEN, SCOPED_ID).adopt()
        feature.clock.advance(HOUR)

        ask(feature)

        assert sorted(deleted(feature)) == [ACCOUNT_ID, SCOPED_ID]

    def test_person_behind_a_page_is_found(self, fake_aws: Aws) -> None:
        feature = Feature(
            fake_aws,
            ig_access_token=PERSON_TOKEN,
            ig_user_id=ACCOUNT_ID,
            login_type=LoginType.FACEBOOK,
        )

        ask(feature, PERSON_ID)

        assert deleted(feature) == [ACCOUNT_ID]

    def test_a_stranger_deletes_nothing(self, fake_aws: Aws) -> None:
        feature = environment(fake_aws)

        code = ask(feature, "999")

        assert deleted(feature) == []
        assert feature.dependencies.privacy.status(code).state is DeletionState.DONE

    def test_request_stays_open_until_meta_answers(self, fake_aws: Aws) -> None:
        feature = environment(fake_aws)
        feature.bench.control("fail", count=99, path="", status=500, code=2)
        code = ask(feature)
        privacy = feature.dependencies.privacy
        assert privacy.status(code).state is DeletionState.REQUESTED
        feature.bench.emulator_state.faults.clear()
        feature.clock.advance(HOUR)

        privacy.continue_open()
        delete_posts(feature)

        assert deleted(feature) == [ACCOUNT_ID]
        assert privacy.continue_open() == 0

    def test_adoption_meanwhile_is_no_new_login(self, fake_aws: Aws) -> None:
        feature = environment(fake_aws)
        feature.bench.control("fail", count=99, path="", status=500, code=2)
        ask(feature)
        feature.bench.emulator_state.faults.clear()
        feature.clock.advance(HOUR)
        assert feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()

        feature.dependencies.privacy.continue_open()

        record = feature.store.get(ACCOUNT_ID)
        assert record
        assert record.state is State.DISCONNECTED
        [event] = feature.bus.of(AccountDataDeletionRequested)
        assert event.requested_at == to_sortable(feature.clock.now())

    @pytest.mark.parametrize("disconnected", [False, True])
    def test_token_that_died_before_it_was_known(self, fake_aws: Aws, disconnected: bool) -> None:
        feature = environment(fake_aws)
        feature.bench.control("token", account=ACCOUNT_ID, dead=458)
        ask(feature)
        adoption = feature.bootstrap(TOKEN, ACCOUNT_ID)
        for _ in range(2):
            with pytest.raises(Exception, match="removed the app"):
                adoption.adopt()
            feature.clock.advance(DAY)
        if disconnected:
            feature.dependencies.accounts.disconnect(ACCOUNT_ID)

        feature.dependencies.privacy.continue_open()

        assert deleted(feature) == [ACCOUNT_ID]

    def test_young_token_is_known_at_once(self, fake_aws: Aws) -> None:
        feature = environment(fake_aws)
        feature.bench.control("fail", count=1, path="refresh_access_token", status=400, code=100)
        with pytest.raises(TokenTooYoung):
            feature.bootstrap(TOKEN, ACCOUNT_ID).adopt()
        feature.bench.control("fail", count=99, path="", status=500, code=2)

        ask(feature)

        assert deleted(feature) == [ACCOUNT_ID]
        assert feature.bootstrap(TOKEN, ACCOUNT_ID).is_pending is False

    def test_young_token_stays_pending(self, feature: Feature) -> None:
        feature.bench.control("fail", count=1, path="refresh_access_token", status=400, code=100)
        adoption = feature.bootstrap(TOKEN, ACCOUNT_ID)
        with pytest.raises(TokenTooYoung):
            adoption.adopt()
        feature.clock.advance(DAY)

        assert adoption.is_pending
        assert adoption.adopt()


def test_failed_readings_are_forgotten(feature: Feature) -> None:
    record = feature.connected()
    feature.bench.control("fail", count=99, path="/media", status=400, code=100)
    feature.verifier.verify(record.account_id)

    ask(feature)
    delete_posts(feature)
    feature.dependencies.privacy.continue_open()

    assert feature.dependencies.readings.failing() == []


class Intruder:
    """A site whose person makes a request while Meta answers a call to `path`."""

    def __init__(self, aws: Aws, path: str) -> None:
        self.site = Site(aws, overrides={"transport": FakeTransport(self.answer)})
        self.path, self.request = path, ""

    def answer(self, request: Request) -> Answer:
        if self.request and request.url.endswith(self.path):
            text, self.request = self.request, ""
            self.site.clock.advance(timedelta(milliseconds=300))
            privacy = self.site.dependencies.privacy
            if text == "removed":
                privacy.deauthorize(self.signed())
            else:
                privacy.delete_data(self.signed())
        return self.site.bench.transport.send(request)

    def signed(self) -> str:
        issued_at = int(self.site.clock.now().timestamp())
        return signed_request(SCOPED_ID, issued_at=issued_at)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("request_", ["removed", "deletion"])
@pytest.mark.parametrize("path", ["oauth/access_token", "/access_token", "/me"])
def test_request_during_a_login_ends_it(
    fake_aws: Aws, path: str, request_: str, known: bool
) -> None:
    intruder = Intruder(fake_aws, path)
    site = intruder.site
    if known:
        site.connect()
        site.clock.advance(HOUR)
    intruder.request = request_

    page = site.connect()

    assert (page.status, "This login has ended" in page.text) == (400, True)
    record = site.store.get(ACCOUNT_ID)
    states = {"removed": State.RECONNECT_REQUIRED, "deletion": State.DISCONNECTED}
    assert (record and record.state) == (states[request_] if known else None)
    site.clock.advance(timedelta(seconds=2))
    assert site.connect().status == 200


def test_adoption_during_a_request_stores_nothing(fake_aws: Aws) -> None:
    feature = environment(fake_aws)

    def intrude(request: Request) -> Answer:
        if request.url.endswith("refresh_access_token") and not deleted(feature):
            ask(feature)
        return feature.bench.transport.send(request)

    dependencies: TokensDependencies = feature.build(transport=FakeTransport(intrude))

    assert dependencies.bootstrap.adopt() == []

    record = feature.store.get(ACCOUNT_ID)
    assert record
    assert record.state is State.DISCONNECTED
