"""The feature's routes and messages, as API Gateway and the queues call them, against a running Graph emulator."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import boto3
import pytest
import requests

from lambdas.graph.errors import GraphError
from lambdas.kit.clock import from_rfc3339
from lambdas.tokens import dependencies as feature
from lambdas.tokens import handlers
from lambdas.tokens.refresh import RefreshFailed
from lambdas.tokens.settings import TokensSettings
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.conftest import Aws
from tests.graph_server import GraphServer, graph_server
from tests.lambda_events import Browser, Context, sqs_event

SITE = "http://localhost:4570"
MAKER = "17841400000000002"


@pytest.fixture(scope="module")
def graph() -> Iterator[GraphServer]:
    with graph_server() as server:
        yield server


@pytest.fixture
def settings(fake_aws: Aws, graph: GraphServer, monkeypatch: pytest.MonkeyPatch) -> TokensSettings:
    graph.emulator.emulator_state.reset()
    made = TokensSettings(
        tokens_table_name=fake_aws.tokens,
        token_key_arn=fake_aws.key_arn,
        budget_table_name=fake_aws.table,
        tenant="main",
        login_type="instagram",
        instagram_graph_base=f"{graph.url}/graph.instagram.com/v25.0",
        facebook_graph_base=f"{graph.url}/graph.facebook.com/v25.0",
        audit_table_name=fake_aws.audit,
        app_secret_arn=fake_aws.app_secret_arn,
        refresh_queue_url=fake_aws.queue_url,
        topic_arn=fake_aws.topic_arn,
        bus_name="default",
        public_url=SITE,
        site_name="daybook",
        capabilities=("insights", "comments", "publishing"),
        refresh_spread_minutes=0,
    )
    use(made, monkeypatch)
    return made


def use(settings: TokensSettings, monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    feature.forget()
    for name, value in (settings.to_env() | more).items():
        monkeypatch.setenv(name, value)


pytestmark = pytest.mark.usefixtures("settings")


class Operator(Browser):
    """A browser that sends the operators' sign-in along."""

    def __init__(self, handler: Any, groups: str = "[operators]") -> None:
        def signed_in(event: dict[str, Any], context: Any) -> dict[str, Any]:
            event["requestContext"]["authorizer"] = {"jwt": {"claims": {"cognito:groups": groups}}}
            answer: dict[str, Any] = handler(event, context)
            return answer

        super().__init__(signed_in)


def connect(
    account: str = ACCOUNT_ID,
    login_type: str = "instagram",
    browser: Browser | None = None,
    **change: str,
) -> Any:
    """From the operator's link through the dialog to the last page."""
    browser = browser or Operator(handlers.connect)
    answer = browser.get("/instagram/connect", {"login_type": login_type})
    assert answer.status == 302, answer.text
    back = allow(answer.headers["location"], account, **change)
    return browser.get("/instagram/callback", back, accept="text/html")


def allow(dialog: str, account: str = ACCOUNT_ID, **change: str) -> dict[str, str]:
    """What somebody's consent leads back with."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(dialog).query).items()}
    pages = ["100000000000001", "100000000000002", "100000000000003"]
    sent: dict[str, Any] = {
        **query,
        "account": account,
        "decision": "allow",
        "granted": query["scope"].split(","),
        "page": pages,
        **change,
    }
    answer = requests.get(dialog.partition("?")[0], params=sent, allow_redirects=False, timeout=10)
    return {
        name: values[0]
        for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
    }


def operate(method: str, path: str, **query: str) -> Any:
    return Operator(handlers.operate).send(method, path, query or None, {})


def test_only_operators_get_in() -> None:
    for handler, method, path in (
        (handlers.connect, "GET", "/instagram/connect"),
        (handlers.operate, "GET", "/instagram/accounts"),
        (handlers.operate, "DELETE", "/instagram/accounts/1"),
        (handlers.operate, "GET", "/instagram/accounts/1/audit"),
        (handlers.operate, "GET", "/instagram/accounts/1/check"),
        (handlers.operate, "GET", "/instagram/token/status"),
        (handlers.operate, "POST", "/instagram/token/refresh"),
    ):
        answer = Operator(handler, "[guests]").send(method, path, None, {})
        assert (answer.status, answer.json["error"]["code"]) == (403, "operators_only"), path


def test_an_account_is_connected_and_listed() -> None:
    page = connect()

    assert page.status == 200
    assert "@example_shop is connected" in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    [listed] = operate("GET", "/instagram/accounts").json["accounts"]
    assert (listed["id"], listed["username"], listed["state"]) == (
        ACCOUNT_ID,
        "example_shop",
        "active",
    )
    assert "token" not in json.dumps(listed).replace("tokenExpires", "")
    [entry] = operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/audit").json["entries"]
    assert entry["what"] == "connected"


def test_many_accounts_are_listed_page_by_page() -> None:
    connect()
    connect(MAKER)

    first = operate("GET", "/instagram/accounts", limit="1").json
    second = operate("GET", "/instagram/accounts", limit="1", after=first["next"]).json

    assert ([one["id"] for one in first["accounts"]], first["next"]) == ([ACCOUNT_ID], ACCOUNT_ID)
    assert ([one["id"] for one in second["accounts"]], second["next"]) == ([MAKER], None)
    assert len(operate("GET", "/instagram/accounts", state="active").json["accounts"]) == 2
    assert operate("GET", "/instagram/accounts", state="reconnect_required").json == {
        "accounts": [],
        "next": None,
    }


@pytest.mark.parametrize(
    ("query", "code"),
    [
        *(
            ({"limit": limit}, "invalid_limit")
            for limit in ("0", "1001", "-1", "x", "", "9" * 5000)
        ),
        ({"state": "disconnected"}, "unknown_state"),
        ({"after": "1" * 65}, "invalid_after"),
    ],
)
def test_a_list_that_cannot_be_asked_for_is_refused(query: dict[str, str], code: str) -> None:
    answer = operate("GET", "/instagram/accounts", **query)

    assert (answer.status, answer.json["error"]["code"]) == (400, code)


def test_a_login_that_fails_is_a_page_that_says_what_to_do() -> None:
    cancelled = connect(decision="cancel")
    personal = connect("17841400000000003")
    nothing = Browser(handlers.connect).get("/instagram/callback", {}, accept="text/html")

    assert (cancelled.status, personal.status, nothing.status) == (400, 400, 400)
    assert "You cancelled" in cancelled.text
    assert "personal account" in personal.text
    assert "cannot be finished" in nothing.text
    assert operate("GET", "/instagram/accounts").json == {"accounts": [], "next": None}


def test_an_unknown_login_type_is_refused() -> None:
    answer = Operator(handlers.connect).get("/instagram/connect", {"login_type": "myspace"})

    assert (answer.status, answer.json["error"]["code"]) == (400, "unknown_flavour")


def test_without_an_app_secret_it_says_so(settings: TokensSettings) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=settings.app_secret_arn, SecretString='{"instagram_app_id":""}'
    )

    answer = Operator(handlers.connect).get("/instagram/connect")

    assert (answer.status, answer.json["error"]["code"]) == (500, "app_secret_missing")


class TestStatusAndRefresh:
    def test_nothing_is_there(self) -> None:
        status = operate("GET", "/instagram/token/status")
        refresh = operate("POST", "/instagram/token/refresh")

        assert status.json == {
            "configured": False,
            "source": "missing",
            "state": "missing",
            "refreshLeadDays": 10,
            "expiresAt": None,
            "refreshedAt": None,
            "daysRemaining": None,
            "dueForRefresh": False,
        }
        assert (refresh.status, refresh.json["error"]["code"]) == (404, "no_account")

    def test_an_unknown_account_is_not_found(self) -> None:
        for method, path in (
            ("GET", "/instagram/token/status"),
            ("POST", "/instagram/token/refresh"),
        ):
            answer = operate(method, path, account="1")
            assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_account")
        assert operate("DELETE", "/instagram/accounts/1").status == 404
        assert operate("GET", "/instagram/accounts/1/audit").status == 404
        assert operate("GET", "/instagram/accounts/1/check").status == 404

    def test_of_two_accounts_one_must_be_named(self) -> None:
        connect()
        connect(MAKER)

        for method, path in (
            ("GET", "/instagram/token/status"),
            ("POST", "/instagram/token/refresh"),
        ):
            answer = operate(method, path)
            assert (answer.status, answer.json["error"]["code"]) == (400, "account_not_named")
        assert operate("GET", "/instagram/token/status", account=MAKER).json["account"] == MAKER

    def test_the_environments_token_is_used_until_it_is_stored(
        self, settings: TokensSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(settings, monkeypatch, IG_ACCESS_TOKEN=TOKEN, IG_USER_ID=ACCOUNT_ID)
        before = operate("GET", "/instagram/token/status").json

        refreshed = operate("POST", "/instagram/token/refresh")
        after = operate("GET", "/instagram/token/status").json

        assert (before["configured"], before["source"], before["state"]) == (True, "env", "active")
        assert (refreshed.status, refreshed.json["previousSource"]) == (200, "env")
        assert set(refreshed.json) == {
            "message",
            "previousSource",
            "expiresIn",
            "expiresAt",
            "refreshedAt",
        }
        assert (
            after["source"],
            after["state"],
            after["daysRemaining"],
            after["dueForRefresh"],
        ) == ("stored", "active", 59, False)
        assert from_rfc3339(after["expiresAt"]) - from_rfc3339(after["refreshedAt"]) > timedelta(
            days=59
        )

    def test_a_refresh_within_a_day_is_a_conflict(self) -> None:
        connect()

        answer = operate("POST", "/instagram/token/refresh")

        assert (answer.status, answer.json["error"]["code"]) == (409, "token_too_young")

    def test_a_dead_environment_token_asks_for_a_person(
        self, settings: TokensSettings, graph: GraphServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use(settings, monkeypatch, INSTAGRAM_ACCESS_TOKEN=TOKEN)
        graph.emulator.emulator_state.tokens[TOKEN].dead = 460

        answer = operate("POST", "/instagram/token/refresh")

        assert (answer.status, answer.json["error"]["code"]) == (424, "reconnect_required")
        assert "the person changed the password" in answer.json["error"]["message"]


def age(settings: TokensSettings, account_id: str = ACCOUNT_ID, days: int = 31) -> None:
    """Makes a stored token, and the emulator's, older, so that it is due."""
    table = boto3.resource("dynamodb").Table(settings.tokens_table_name)
    key = {"pk": "TENANT#main", "sk": f"ACCOUNT#{account_id}"}
    row: Any = table.get_item(Key=key)["Item"]
    for name in ("issued_at", "next_refresh_at", "expires_at", "refreshed_at"):
        moment = from_rfc3339(row[name]) - timedelta(days=days)
        row[name] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    table.put_item(Item=row)


def refresh_message(account_id: str) -> None:
    handlers.refresh(sqs_event({"account": account_id}), Context())


def metrics(captured: str) -> dict[str, float]:
    """The metrics that were written, the last value of each."""
    found: dict[str, float] = {}
    for line in captured.splitlines():
        if '"_aws"' in line:
            document = json.loads(line)
            names = [
                metric["Name"]
                for directive in document["_aws"]["CloudWatchMetrics"]
                for metric in directive["Metrics"]
            ]
            found |= {
                name: document[name][-1] if isinstance(document[name], list) else document[name]
                for name in names
            }
    return found


@pytest.mark.usefixtures("due")
class TestMessages:
    @pytest.fixture
    def due(
        self, settings: TokensSettings, graph: GraphServer, capsys: pytest.CaptureFixture[str]
    ) -> TokensSettings:
        connect()
        age(settings)
        for token in graph.emulator.emulator_state.tokens.values():
            token.issued_at -= timedelta(days=31)
        capsys.readouterr()
        return settings

    def test_a_due_account_is_refreshed_and_counted(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        refresh_message(ACCOUNT_ID)

        assert metrics(capsys.readouterr().out) == {"TokenRefreshed": 1}
        assert operate("GET", "/instagram/token/status").json["daysRemaining"] == 59

    def test_a_message_that_comes_twice_changes_nothing(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        refresh_message(ACCOUNT_ID)
        capsys.readouterr()
        refresh_message(ACCOUNT_ID)
        refresh_message("1")

        assert metrics(capsys.readouterr().out) == {}

    def test_a_failure_is_written_counted_and_raised(
        self, graph: GraphServer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        requests.post(
            f"{graph.url}/_control/fail",
            json={"count": 1, "path": "refresh", "status": 500, "code": 2},
            timeout=10,
        )

        with pytest.raises(RefreshFailed):
            refresh_message(ACCOUNT_ID)

        assert metrics(capsys.readouterr().out) == {"TokenRefreshFailed": 1, "AccountsFailing": 1}
        status = operate("GET", "/instagram/token/status").json
        assert (status["state"], status["lastError"]["code"], status["lastError"]["traceId"]) == (
            "active",
            2,
            "AEmulatorTrace",
        )

    def test_a_dead_token_needs_a_person_who_is_told(
        self, graph: GraphServer, fake_aws: Aws, capsys: pytest.CaptureFixture[str]
    ) -> None:
        requests.post(
            f"{graph.url}/_control/token", json={"account": ACCOUNT_ID, "dead": 458}, timeout=10
        )

        with pytest.raises(RefreshFailed):
            refresh_message(ACCOUNT_ID)

        assert metrics(capsys.readouterr().out) == {
            "TokenRefreshFailed": 1,
            "AccountsNeedingPerson": 1,
        }
        answer = operate("POST", "/instagram/token/refresh")
        assert (answer.status, answer.json["error"]["code"]) == (424, "reconnect_required")
        assert operate("GET", "/instagram/token/status").json["state"] == "reconnect_required"
        [notice] = boto3.client("sqs").receive_message(QueueUrl=fake_aws.notices_url)["Messages"]
        link = next(
            word for word in json.loads(notice["Body"])["Message"].split() if "/reconnect/" in word
        )
        self.reconnect(link.removeprefix(SITE), capsys)

    def test_a_token_that_another_feature_found_refused_is_looked_at_at_once(
        self, graph: GraphServer, fake_aws: Aws, capsys: pytest.CaptureFixture[str]
    ) -> None:
        fact = {
            "detail-type": "TokenRefused",
            "source": "daybook",
            "detail": {"account_id": ACCOUNT_ID},
        }
        # The word of another feature is not enough: a token that works stays as it is.
        handlers.refresh(sqs_event(fact), Context())
        assert operate("GET", "/instagram/token/status").json["state"] == "active"

        requests.post(
            f"{graph.url}/_control/token", json={"account": ACCOUNT_ID, "dead": 458}, timeout=10
        )
        with pytest.raises(RefreshFailed):
            handlers.refresh(sqs_event(fact), Context())

        assert metrics(capsys.readouterr().out) == {
            "TokenRefreshFailed": 1,
            "AccountsNeedingPerson": 1,
        }
        assert operate("GET", "/instagram/token/status").json["state"] == "reconnect_required"
        # Others who found the same are late.
        handlers.refresh(sqs_event(fact), Context())
        assert metrics(capsys.readouterr().out) == {}
        assert (
            len(
                boto3.client("sqs").receive_message(
                    QueueUrl=fake_aws.notices_url, MaxNumberOfMessages=10
                )["Messages"]
            )
            == 1
        )

    def reconnect(self, path: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The link of the notice leads back to a connected account, for this account alone, without a sign-in."""
        browser = Browser(handlers.connect)
        other = browser.get(
            "/instagram/callback",
            allow(browser.get(path).headers["location"], MAKER),
            accept="text/html",
        )
        assert (other.status, "That was another account" in other.text) == (400, True)
        page = browser.get(
            "/instagram/callback", allow(browser.get(path).headers["location"]), accept="text/html"
        )
        assert "@example_shop is connected" in page.text
        assert operate("GET", "/instagram/token/status").json["state"] == "active"
        assert metrics(capsys.readouterr().out)["AccountsNeedingPerson"] == 0
        over = browser.get("/instagram/reconnect/made-up", accept="text/html")
        assert (over.status, "This link is over" in over.text) == (404, True)

    def test_a_sweep_sends_each_due_account_a_message_of_its_own(
        self, fake_aws: Aws, capsys: pytest.CaptureFixture[str]
    ) -> None:
        connect(MAKER)
        capsys.readouterr()
        handlers.sweep(sqs_event({"sweep": "hourly"}), Context())
        hourly = metrics(capsys.readouterr().out)
        handlers.sweep(sqs_event({"sweep": "daily"}), Context())

        messages = boto3.client("sqs").receive_message(
            QueueUrl=fake_aws.queue_url, MaxNumberOfMessages=10
        )["Messages"]
        assert [json.loads(message["Body"]) for message in messages] == [
            {"account": ACCOUNT_ID},
            {"account": MAKER, "task": "verify"},
        ]
        assert "RefreshHeartbeat" not in hourly
        daily = metrics(capsys.readouterr().out)
        assert (
            daily["RefreshHeartbeat"],
            daily["ConnectedAccounts"],
            daily["AccountsNeedingPerson"],
        ) == (1, 2, 0)
        assert 28 < daily["DaysToExpiry"] <= 29


def test_the_bootstrap_message_adopts_the_environments_token(
    settings: TokensSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(settings, monkeypatch, IG_ACCESS_TOKEN=TOKEN)
    refresh_message("bootstrap")
    refresh_message("bootstrap")

    assert metrics(capsys.readouterr().out) == {"TokenRefreshed": 1}
    assert operate("GET", "/instagram/token/status").json["source"] == "stored"


def test_a_dead_token_of_the_environment_stays_among_those_that_fail(
    settings: TokensSettings,
    graph: GraphServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use(settings, monkeypatch, IG_ACCESS_TOKEN=TOKEN)
    graph.emulator.emulator_state.tokens[TOKEN].dead = 460
    with pytest.raises(GraphError):
        refresh_message("bootstrap")
    capsys.readouterr()

    handlers.sweep(sqs_event({"sweep": "hourly"}), Context())
    failing = metrics(capsys.readouterr().out)["AccountsFailing"]
    graph.emulator.emulator_state.tokens[TOKEN].dead = None
    operate("POST", "/instagram/token/refresh")
    capsys.readouterr()
    handlers.sweep(sqs_event({"sweep": "hourly"}), Context())

    assert failing == 1
    assert metrics(capsys.readouterr().out)["AccountsFailing"] == 0


class TestCheck:
    def test_a_healthy_connection(self) -> None:
        connect()

        checks = operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check").json["checks"]

        assert [one["question"] for one in checks] == [
            "Which app is calling",
            "Which professional account is authorised",
            "Which Page is linked",
            "Which permissions are granted",
            "Redirect address",
            "App mode",
            "Token age",
            "Token expiry",
            "API version",
        ]
        assert not [one for one in checks if one["ok"] is False]

    def test_what_is_wrong_is_said_with_the_way_to_mend_it(self, graph: GraphServer) -> None:
        connect(login_type="facebook")
        for token in graph.emulator.emulator_state.tokens.values():
            token.scopes -= {"instagram_manage_comments"}
            token.pages = set()

        checks = operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check").json["checks"]

        wrong = {one["question"]: one for one in checks if one["ok"] is False}
        assert set(wrong) == {"Which Page is linked", "Feature comments"}
        assert "instagram_manage_comments" in wrong["Feature comments"]["answer"]
        assert all(one["fix"] for one in wrong.values())
        for token in graph.emulator.emulator_state.tokens.values():
            token.dead = 460
        dead = operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check").json["checks"]
        assert {one["question"] for one in dead if one["ok"] is False} >= {
            "Which professional account is authorised",
            "Token",
        }


def signed_request(
    user_id: str, secret: str = "instagram-secret", issued_at: int = 4102444800
) -> str:
    payload = base64.urlsafe_b64encode(
        json.dumps(
            {"algorithm": "HMAC-SHA256", "user_id": user_id, "issued_at": issued_at}
        ).encode()
    )
    text = payload.decode().rstrip("=")
    signature = (
        base64.urlsafe_b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())
        .decode()
        .rstrip("=")
    )
    return f"{signature}.{text}"


def call_back(path: str, text: str) -> Any:
    form = {"content-type": "application/x-www-form-urlencoded"}
    return Browser(handlers.privacy).send(
        "POST", path, None, form, urlencode({"signed_request": text})
    )


class TestPrivacy:
    @pytest.mark.parametrize("secret", ["instagram-secret", "facebook-secret"])
    def test_somebody_removes_the_app(self, secret: str) -> None:
        connect()

        answer = call_back(
            "/webhooks/instagram/deauthorize", signed_request("25000000000000001", secret)
        )

        assert answer.status == 200
        assert operate("GET", "/instagram/token/status").json["state"] == "reconnect_required"
        assert (
            operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/audit").json["entries"][0]["what"]
            == "deauthorized"
        )

    def test_an_old_callback_does_not_undo_a_new_login(self) -> None:
        connect()

        assert (
            call_back(
                "/webhooks/instagram/deauthorize",
                signed_request("25000000000000001", issued_at=1777485600),
            ).status
            == 200
        )
        assert operate("GET", "/instagram/token/status").json["state"] == "active"

    def test_somebody_wants_their_data_deleted(self) -> None:
        connect()
        connect(MAKER)

        answer = call_back("/webhooks/instagram/data-deletion", signed_request(ACCOUNT_ID))

        assert set(answer.json) == {"url", "confirmation_code"}
        assert answer.json["confirmation_code"].isalnum()
        assert [one["id"] for one in operate("GET", "/instagram/accounts").json["accounts"]] == [
            MAKER
        ]
        page = Browser(handlers.privacy).get(
            answer.json["url"].removeprefix(SITE), accept="text/html"
        )
        assert (page.status, "Your data were deleted" in page.text) == (200, True)
        assert Browser(handlers.privacy).get("/instagram/data-deletion/unknown").status == 404

    @pytest.mark.parametrize(
        "path", ["/webhooks/instagram/deauthorize", "/webhooks/instagram/data-deletion"]
    )
    @pytest.mark.parametrize(
        "text",
        ["", "x", "a.b", signed_request(ACCOUNT_ID, "wrong"), signed_request(ACCOUNT_ID)[:-4]],
    )
    def test_what_meta_did_not_sign_does_nothing(self, path: str, text: str) -> None:
        connect()

        answer = call_back(path, text)

        assert (answer.status, answer.json["error"]["code"]) == (400, "bad_signature")
        assert operate("GET", "/instagram/token/status").json["state"] == "active"

    def test_a_stranger_who_is_known_to_nobody_is_answered_all_the_same(self) -> None:
        assert call_back("/webhooks/instagram/deauthorize", signed_request("999")).status == 200
        assert call_back("/webhooks/instagram/data-deletion", signed_request("999")).status == 200

    def test_other_bodies_are_refused(self) -> None:
        answer = Browser(handlers.privacy).post(
            "/webhooks/instagram/deauthorize", {"signed_request": "x"}
        )

        assert answer.status == 415


class TestDisconnecting:
    def test_a_page_is_disconnected_and_its_permissions_taken_back(
        self, graph: GraphServer
    ) -> None:
        connect(login_type="facebook", page="100000000000001")
        answer = operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}")

        assert (answer.status, answer.json["revoked"]) == (200, True)
        assert operate("GET", "/instagram/accounts").json == {"accounts": [], "next": None}
        assert any(token.dead == 458 for token in graph.emulator.emulator_state.tokens.values())

    def test_permissions_that_another_account_uses_are_left(self, graph: GraphServer) -> None:
        connect(login_type="facebook")

        assert operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}").json["revoked"] is False
        assert operate("GET", "/instagram/token/status", account=MAKER).json["state"] == "active"
        assert not any(token.dead for token in graph.emulator.emulator_state.tokens.values())

    def test_where_the_api_cannot_the_answer_says_what_a_person_can_do(self) -> None:
        connect()
        answer = operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}").json

        assert answer["revoked"] is False
        assert "Website permissions" in answer["note"]
        entries = operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/audit").json["entries"]
        assert {one["what"] for one in entries} == {"connected", "disconnected"}


def test_no_answer_log_or_row_shows_a_token(
    settings: TokensSettings, graph: GraphServer, fake_aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = [connect().text, connect(login_type="facebook", page="100000000000003").text]
    seen += [
        operate("GET", path).text
        for path in ("/instagram/accounts", f"/instagram/accounts/{MAKER}/check")
    ]
    age(settings)
    requests.post(
        f"{graph.url}/_control/token", json={"account": ACCOUNT_ID, "dead": 467}, timeout=10
    )
    with pytest.raises(RefreshFailed) as failed:
        refresh_message(ACCOUNT_ID)
    seen += [str(failed.value), capsys.readouterr().out]
    for name in (fake_aws.tokens, fake_aws.audit, fake_aws.table):
        seen.append(repr(boto3.resource("dynamodb").Table(name).scan()["Items"]))
    text = "".join(seen)

    for secret in (*graph.emulator.emulator_state.tokens, "instagram-secret", "facebook-secret"):
        assert secret not in text
