"""Meta's callbacks about people: removed apps, and requests to delete data."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from urllib.parse import urlencode

import boto3
import pytest

from lambdas.graph.transport import Answer, FakeTransport, Request
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.events import AccountDataDeletionRequested, PersonDataDeletionRequested
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.tokens import handlers
from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.lambda_events import Browser, HttpAnswer
from tests.tokens.conftest import MAKER, SITE, Feature

SCOPED_ID = "25000000000000001"
DEAUTHORIZE = "/webhooks/instagram/deauthorize"
DELETION = "/webhooks/instagram/data-deletion"
LATER = 4102444800
SECRET = "instagram-secret"


def signed(payload: bytes, secret: str = SECRET) -> str:
    text = base64.urlsafe_b64encode(payload).decode().rstrip("=")
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{base64.urlsafe_b64encode(digest).decode().rstrip('=')}.{text}"


def signed_request(user_id: str, secret: str = SECRET, issued_at: int = LATER) -> str:
    values = {"algorithm": "HMAC-SHA256", "user_id": user_id, "issued_at": issued_at}
    return signed(json.dumps(values).encode(), secret)


class Callbacks(Feature):
    """The feature with the entry point of Meta's callbacks, and a feed that deletes posts."""

    def __init__(self, aws: Aws) -> None:
        super().__init__(aws)
        self.entry = handlers.privacy.using(self.dependencies)
        self.marks = DeletionMarks(aws.clients.table(aws.table))

    def call(self, path: str, text: str) -> HttpAnswer:
        form = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode({"signed_request": text})
        return Browser(self.entry).send("POST", path, None, form, body)

    def page(self, url: str) -> HttpAnswer:
        return Browser(self.entry).get(url.removeprefix(SITE), accept="text/html")

    def state(self, account_id: str = ACCOUNT_ID) -> State:
        record = self.store.get(account_id)
        assert record
        return record.state

    def delete_posts(self) -> None:
        """Do what the feed does with the events published so far."""
        for event in self.deletions():
            at = from_rfc3339(event.requested_at)
            self.marks.mark(event.account_id, at)
            self.marks.finish(event.account_id, at, self.clock.now(), "feed")
        self.bus.published.clear()

    def deletions(self) -> list[AccountDataDeletionRequested]:
        return self.bus.of(AccountDataDeletionRequested)


@pytest.fixture
def site(fake_aws: Aws) -> Callbacks:
    return Callbacks(fake_aws)


@pytest.mark.parametrize("secret", ["instagram-secret", "facebook-secret"])
def test_removed_app_needs_a_login(site: Callbacks, secret: str) -> None:
    site.connected()
    site.clock.advance(timedelta(seconds=1))

    answer = site.call(DEAUTHORIZE, signed_request(SCOPED_ID, secret))

    assert answer.status == 200
    assert site.state() is State.RECONNECT_REQUIRED
    assert site.trail()[-1] == "deauthorized"


def test_old_callback_undoes_no_login(site: Callbacks) -> None:
    site.connected()

    answer = site.call(DEAUTHORIZE, signed_request(SCOPED_ID, issued_at=1577836800))

    assert answer.status == 200
    assert site.state() is State.ACTIVE


def test_own_disconnect_is_no_alarm(site: Callbacks) -> None:
    site.connected()
    site.dependencies.accounts.disconnect(ACCOUNT_ID)

    site.call(DEAUTHORIZE, signed_request(SCOPED_ID))

    assert site.state() is State.DISCONNECTED
    assert site.sent() == []


def test_disconnect_precedes_the_revocation(site: Callbacks) -> None:
    seen: list[State] = []

    def watch(request: Request) -> Answer:
        seen.append(site.state())
        return site.bench.transport.send(request)

    site.connected(LoginType.FACEBOOK)
    site.build(transport=FakeTransport(watch)).accounts.disconnect(ACCOUNT_ID)

    assert set(seen) == {State.DISCONNECTED}


def test_data_is_deleted_in_two_steps(site: Callbacks) -> None:
    site.connected()
    site.connected(account_id=MAKER)

    answer = site.call(DELETION, signed_request(SCOPED_ID))

    assert set(answer.json) == {"url", "confirmation_code"}
    assert answer.json["confirmation_code"].isalnum()
    assert (site.state(), site.state(MAKER)) == (State.DISCONNECTED, State.ACTIVE)
    assert "Your data is being deleted" in site.page(answer.json["url"]).text
    site.delete_posts()
    page = site.page(answer.json["url"])
    assert (page.status, "Your data was deleted" in page.text) == (200, True)
    assert "the numbers by which Instagram identifies the accounts" in page.text
    assert site.page(f"{SITE}/instagram/data-deletion/unknown").status == 404


def test_deletion_works_after_a_disconnect(site: Callbacks) -> None:
    site.connected()
    site.dependencies.accounts.disconnect(ACCOUNT_ID)

    site.call(DELETION, signed_request(SCOPED_ID))

    assert [event.account_id for event in site.deletions()] == [ACCOUNT_ID]


def test_repeated_request_gets_the_same_answer(site: Callbacks) -> None:
    site.connected()
    text = signed_request(SCOPED_ID)
    first = site.call(DELETION, text).json

    assert site.call(DELETION, text).json == first
    site.delete_posts()
    site.page(first["url"])
    assert site.call(DELETION, text).json == first
    assert site.bus.published == []


def test_sweep_continues_a_lost_request(site: Callbacks) -> None:
    site.connected()
    site.bus.broken = True
    site.call(DELETION, signed_request(SCOPED_ID))
    site.bus.broken = False

    assert site.dependencies.privacy.continue_open() == 1
    site.delete_posts()
    assert site.dependencies.privacy.continue_open() == 0


def test_finished_request_forgets_the_person(site: Callbacks) -> None:
    site.connected()
    site.call(DELETION, signed_request(SCOPED_ID))
    assert site.store.of_person(SCOPED_ID, disconnected=True) == [ACCOUNT_ID]

    site.delete_posts()
    site.dependencies.privacy.continue_open()

    assert site.store.of_person(SCOPED_ID, disconnected=True) == []


def test_old_request_keeps_a_newer_connection(site: Callbacks) -> None:
    issued_at = int(site.clock.now().timestamp())
    site.clock.advance(timedelta(minutes=5))
    site.connected()

    site.call(DELETION, signed_request(SCOPED_ID, issued_at=issued_at))

    assert site.state() is State.ACTIVE
    assert site.deletions() == []


def test_connection_during_a_request_stays(site: Callbacks) -> None:
    site.connected()
    site.call(DELETION, signed_request(SCOPED_ID))
    site.clock.advance(timedelta(minutes=5))
    site.connected()

    site.dependencies.privacy.continue_open()

    assert site.state() is State.ACTIVE


@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETION])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a.b",
        signed_request(ACCOUNT_ID, "wrong"),
        signed_request(ACCOUNT_ID)[:-4],
        signed(b"[" * 5000),
    ],
)
def test_unsigned_request_does_nothing(site: Callbacks, path: str, text: str) -> None:
    site.connected()

    answer = site.call(path, text)

    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_signature")
    assert site.state() is State.ACTIVE


def test_unknown_person_is_answered(site: Callbacks) -> None:
    assert site.call(DEAUTHORIZE, signed_request("999")).status == 200
    answer = site.call(DELETION, signed_request("999"))

    assert answer.status == 200
    assert "Your data was deleted" in site.page(answer.json["url"]).text


def test_what_a_stranger_wrote_is_deleted(site: Callbacks) -> None:
    answer = site.call(DELETION, signed_request("999")).json

    (event,) = site.bus.of(PersonDataDeletionRequested)
    assert (event.person_id, event.code) == ("999", answer["confirmation_code"])
    assert "Comments and messages" in site.page(answer["url"]).text
    assert "999" not in site.everything_stored()


def test_lost_request_of_a_stranger_continues(site: Callbacks) -> None:
    site.bus.broken = True
    site.call(DELETION, signed_request("999"))
    site.bus.broken = False

    assert site.dependencies.privacy.continue_open() == 0
    assert len(site.bus.of(PersonDataDeletionRequested)) == 1


def test_other_bodies_are_refused(site: Callbacks) -> None:
    answer = Browser(site.entry).post(DEAUTHORIZE, {"signed_request": "x"})

    assert answer.status == 415


class TestResetSecret:
    def reset(self, site: Callbacks, secret: str) -> None:
        apps = {
            "instagram_app_id": "1000000001",
            "instagram_app_secret": secret,
            "meta_app_id": "2000000001",
            "meta_app_secret": "facebook-secret",
        }
        boto3.client("secretsmanager").put_secret_value(
            SecretId=site.settings.app_secret_arn, SecretString=json.dumps(apps)
        )

    @pytest.mark.parametrize("signed_by", ["new-secret", "instagram-secret"])
    def test_callback_is_not_lost(self, site: Callbacks, signed_by: str) -> None:
        site.connected()
        site.call(DEAUTHORIZE, "not.signed")
        self.reset(site, "new-secret")
        site.clock.advance(timedelta(seconds=30))

        answer = site.call(DEAUTHORIZE, signed_request(SCOPED_ID, signed_by))

        assert answer.status == 200
        assert site.state() is State.RECONNECT_REQUIRED
