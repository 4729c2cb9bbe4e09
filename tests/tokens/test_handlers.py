"""The feature's routes and messages, as API Gateway and the queues call them."""

from __future__ import annotations

import json
from datetime import timedelta

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

from lambdas.api.identifiers import is_identifier
from lambdas.kit.clock import from_rfc3339
from lambdas.kit.login_type import LoginType
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.conftest import Aws
from tests.lambda_events import Browser
from tests.tokens.conftest import MAKER, MINUTES, PERSONAL, SITE
from tests.tokens.site import Operator, Site

DEAD = {"TokenRefreshFailed": 1, "AccountsFailing": 1}


@pytest.fixture
def site(fake_aws: Aws) -> Site:
    return Site(fake_aws)


def test_operators_only(site: Site) -> None:
    for handler, method, path in (
        (site.connect_entry, "GET", "/instagram/connect"),
        (site.operate_entry, "GET", "/instagram/accounts"),
        (site.operate_entry, "DELETE", "/instagram/accounts/1"),
        (site.operate_entry, "GET", "/instagram/accounts/1/audit"),
        (site.operate_entry, "GET", "/instagram/accounts/1/check"),
        (site.operate_entry, "GET", "/instagram/token/status"),
        (site.operate_entry, "POST", "/instagram/token/refresh"),
    ):
        answer = Operator(handler, "[guests]").send(method, path, None, {})
        assert (answer.status, answer.json["error"]["code"]) == (403, "operators_only"), path


def test_account_is_connected_and_listed(site: Site) -> None:
    page = site.connect()

    assert page.status == 200
    assert "@example_shop is connected" in page.text
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    [listed] = site.operate("GET", "/instagram/accounts").json["accounts"]
    assert (listed["id"], listed["username"], listed["state"]) == (
        ACCOUNT_ID,
        "example_shop",
        "active",
    )
    assert listed["login_type"] == "instagram"
    assert "token" not in json.dumps(listed).replace("tokenExpires", "")
    [entry] = site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/audit").json["entries"]
    assert entry["what"] == "connected"


def test_accounts_are_listed_by_page(site: Site) -> None:
    site.connect()
    site.connect(MAKER)

    first = site.operate("GET", "/instagram/accounts", limit="1").json
    second = site.operate("GET", "/instagram/accounts", limit="1", after=first["next"]).json

    assert ([one["id"] for one in first["accounts"]], first["next"]) == ([ACCOUNT_ID], ACCOUNT_ID)
    assert ([one["id"] for one in second["accounts"]], second["next"]) == ([MAKER], None)
    assert len(site.operate("GET", "/instagram/accounts", state="active").json["accounts"]) == 2
    assert site.operate("GET", "/instagram/accounts", state="reconnect_required").json == {
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
def test_impossible_list_is_refused(site: Site, query: dict[str, str], code: str) -> None:
    answer = site.operate("GET", "/instagram/accounts", **query)

    assert (answer.status, answer.json["error"]["code"]) == (400, code)


def test_failed_login_says_what_to_do(site: Site) -> None:
    cancelled = site.connect(decision="cancel")
    personal = site.connect(PERSONAL)
    nothing = Browser(site.connect_entry).get("/instagram/callback", {}, accept="text/html")

    assert (cancelled.status, personal.status, nothing.status) == (400, 400, 400)
    assert "You cancelled" in cancelled.text
    assert "personal account" in personal.text
    assert "cannot be finished" in nothing.text
    assert site.operate("GET", "/instagram/accounts").json == {"accounts": [], "next": None}


def test_unconnected_pages_are_named(site: Site) -> None:
    page = site.connect(login_type="facebook")

    assert "are connected" in page.text
    assert "Not connected" in page.text
    assert "No Instagram account is linked to this Page" in page.text


def test_unknown_login_type_is_refused(site: Site) -> None:
    answer = Operator(site.connect_entry).get("/instagram/connect", {"login_type": "myspace"})

    assert (answer.status, answer.json["error"]["code"]) == (400, "unknown_login_type")


def test_missing_app_secret_is_named(site: Site) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId=site.settings.app_secret_arn, SecretString='{"instagram_app_id":""}'
    )

    answer = Operator(site.connect_entry).get("/instagram/connect")

    assert (answer.status, answer.json["error"]["code"]) == (500, "app_secret_missing")


def test_every_invitation_opens_a_dialog(site: Site) -> None:
    secrets = [site.states.issue_invitation(LoginType.INSTAGRAM) for _ in range(200)]

    assert all(is_identifier(secret) for secret in secrets)


def test_used_invitation_opens_no_dialog(site: Site) -> None:
    path = f"/instagram/reconnect/{site.states.issue_invitation(LoginType.INSTAGRAM)}"
    browser = Browser(site.connect_entry)
    back = site.allow(browser.get(path).headers["location"])
    assert browser.get("/instagram/callback", back, accept="text/html").status == 200

    again = browser.get(path, accept="text/html")

    assert (again.status, "This link has expired or was used" in again.text) == (404, True)


class TestStatusAndRefresh:
    def test_nothing_is_connected(self, site: Site) -> None:
        status = site.operate("GET", "/instagram/token/status")
        refresh = site.operate("POST", "/instagram/token/refresh")

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

    @pytest.mark.parametrize("account", ["1", "9" * 2000, "a b"])
    def test_unknown_account_is_not_found(self, site: Site, account: str) -> None:
        for method, path in (
            ("GET", "/instagram/token/status"),
            ("POST", "/instagram/token/refresh"),
        ):
            answer = site.operate(method, path, account=account)
            assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_account")
        assert site.operate("DELETE", "/instagram/accounts/1").status == 404
        assert site.operate("GET", "/instagram/accounts/1/audit").status == 404
        assert site.operate("GET", "/instagram/accounts/1/check").status == 404

    def test_one_of_two_must_be_named(self, site: Site) -> None:
        site.connect()
        site.connect(MAKER)

        for method, path in (
            ("GET", "/instagram/token/status"),
            ("POST", "/instagram/token/refresh"),
        ):
            answer = site.operate(method, path)
            assert (answer.status, answer.json["error"]["code"]) == (400, "account_not_named")
        named = site.operate("GET", "/instagram/token/status", account=MAKER).json
        assert named["account"] == MAKER

    def test_bootstrap_token_is_stored_by_refresh(self, site: Site) -> None:
        site = site.sibling(ig_access_token=TOKEN, ig_user_id=ACCOUNT_ID)
        before = site.operate("GET", "/instagram/token/status").json

        refreshed = site.operate("POST", "/instagram/token/refresh")
        after = site.operate("GET", "/instagram/token/status").json

        assert (before["configured"], before["source"], before["state"]) == (True, "env", "active")
        assert (refreshed.status, refreshed.json["previousSource"]) == (200, "env")
        assert set(refreshed.json) == {
            "message",
            "previousSource",
            "expiresIn",
            "expiresAt",
            "refreshedAt",
        }
        assert (after["source"], after["state"], after["dueForRefresh"]) == (
            "stored",
            "active",
            False,
        )
        assert after["daysRemaining"] in (59, 60)
        life = from_rfc3339(after["expiresAt"]) - from_rfc3339(after["refreshedAt"])
        assert life > timedelta(days=59)

    def test_young_token_is_a_conflict(self, site: Site) -> None:
        site.connect()

        answer = site.operate("POST", "/instagram/token/refresh")

        assert (answer.status, answer.json["error"]["code"]) == (409, "token_too_young")

    def test_young_bootstrap_token_is_a_conflict(self, site: Site) -> None:
        site.bench.emulator_state.tokens[TOKEN].issued_at = site.clock.now()
        site = site.sibling(ig_access_token=TOKEN)

        answer = site.operate("POST", "/instagram/token/refresh")

        assert (answer.status, answer.json["error"]["code"]) == (409, "token_too_young")

    def test_dead_bootstrap_token_needs_a_login(self, site: Site) -> None:
        site.bench.emulator_state.tokens[TOKEN].dead = 460
        site = site.sibling(instagram_access_token=TOKEN)

        answer = site.operate("POST", "/instagram/token/refresh")

        assert (answer.status, answer.json["error"]["code"]) == (424, "reconnect_required")
        assert "the person changed the password" in answer.json["error"]["message"]


def metrics(captured: str) -> dict[str, float]:
    """Return the metrics that were written, the last value of each."""
    found: dict[str, float] = {}
    for line in captured.splitlines():
        if '"_aws"' in line:
            document = json.loads(line)
            names = [
                metric["Name"]
                for directive in document["_aws"]["CloudWatchMetrics"]
                if directive["Dimensions"] == [["service"]]
                for metric in directive["Metrics"]
            ]
            if document.get("service") != "tokens":
                continue
            found |= {
                name: document[name][-1] if isinstance(document[name], list) else document[name]
                for name in names
            }
    return found


class TestMessages:
    @pytest.fixture
    def due(self, site: Site, capsys: pytest.CaptureFixture[str]) -> Site:
        site.connect()
        site.clock.advance(timedelta(days=31))
        capsys.readouterr()
        return site

    def test_due_account_is_refreshed_and_counted(
        self, due: Site, capsys: pytest.CaptureFixture[str]
    ) -> None:
        due.message(account=ACCOUNT_ID)

        assert metrics(capsys.readouterr().out) == {"TokenRefreshed": 1}
        status = due.operate("GET", "/instagram/token/status").json
        assert status["daysRemaining"] in (59, 60)

    def test_repeated_message_changes_nothing(
        self, due: Site, capsys: pytest.CaptureFixture[str]
    ) -> None:
        due.message(account=ACCOUNT_ID)
        capsys.readouterr()
        due.message(account=ACCOUNT_ID)
        due.message(account="1")

        assert metrics(capsys.readouterr().out) == {}

    def test_failure_is_recorded_counted_and_raised(
        self, due: Site, capsys: pytest.CaptureFixture[str]
    ) -> None:
        due.bench.control("fail", count=1, path="refresh", status=500, code=2)

        with pytest.raises(BatchProcessingError):
            due.message(account=ACCOUNT_ID)

        assert metrics(capsys.readouterr().out) == DEAD
        status = due.operate("GET", "/instagram/token/status").json
        assert (status["state"], status["lastError"]["code"], status["lastError"]["traceId"]) == (
            "active",
            2,
            "AEmulatorTrace",
        )

    def test_dead_token_is_one_notice(self, due: Site, capsys: pytest.CaptureFixture[str]) -> None:
        due.bench.control("token", account=ACCOUNT_ID, dead=458)

        due.message(account=ACCOUNT_ID)
        assert metrics(capsys.readouterr().out) == {}
        assert due.sent() == []
        due.clock.advance(MINUTES)
        due.message(account=ACCOUNT_ID)

        assert metrics(capsys.readouterr().out) == {"AccountsNeedingPerson": 1}
        answer = due.operate("POST", "/instagram/token/refresh")
        assert (answer.status, answer.json["error"]["code"]) == (424, "reconnect_required")
        status = due.operate("GET", "/instagram/token/status").json
        assert status["state"] == "reconnect_required"
        [notice] = due.sent()
        link = next(word for word in notice.text.split() if "/reconnect/" in word)
        self.reconnect(due, link.removeprefix(SITE), capsys)

    def reconnect(self, site: Site, path: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Follow the notice's link: it connects this account alone, without a sign-in."""
        browser = Browser(site.connect_entry)
        other = site.allow(browser.get(path).headers["location"], MAKER)
        page = browser.get("/instagram/callback", other, accept="text/html")
        assert (page.status, "That was another account" in page.text) == (400, True)
        back = site.allow(browser.get(path).headers["location"])
        page = browser.get("/instagram/callback", back, accept="text/html")
        assert "@example_shop is connected" in page.text
        assert site.operate("GET", "/instagram/token/status").json["state"] == "active"
        assert metrics(capsys.readouterr().out)["AccountsNeedingPerson"] == 0
        expired = browser.get("/instagram/reconnect/made-up", accept="text/html")
        assert (expired.status, "This link has expired" in expired.text) == (404, True)

    @pytest.mark.parametrize("task", ["refresh", "verify"])
    def test_second_call_may_follow_at_once(self, due: Site, task: str) -> None:
        site = due.sibling(confirm_minutes=0)
        due.bench.control("token", account=ACCOUNT_ID, dead=458)

        site.message(account=ACCOUNT_ID, task=task)

        status = site.operate("GET", "/instagram/token/status").json
        assert status["state"] == "reconnect_required"
        assert len(site.sent()) == 1

    def test_refused_token_is_verified_at_once(
        self, due: Site, capsys: pytest.CaptureFixture[str]
    ) -> None:
        event = {
            "detail-type": "TokenRefused",
            "source": "daybook",
            "detail": {"account_id": ACCOUNT_ID},
        }
        # Another feature's report is not enough: a token that works stays as it is.
        due.message(**event)
        assert due.operate("GET", "/instagram/token/status").json["state"] == "active"

        due.bench.control("token", account=ACCOUNT_ID, dead=458)
        due.message(**event)
        due.clock.advance(MINUTES)
        due.message(**event)

        assert metrics(capsys.readouterr().out) == {"AccountsNeedingPerson": 1}
        status = due.operate("GET", "/instagram/token/status").json
        assert status["state"] == "reconnect_required"
        # A later report of the same changes nothing.
        due.message(**event)
        assert metrics(capsys.readouterr().out) == {}
        assert len(due.sent()) == 1

    def test_sweep_queues_each_account(self, due: Site, capsys: pytest.CaptureFixture[str]) -> None:
        due.connect(MAKER)
        capsys.readouterr()
        due.run_sweep("hourly")
        hourly = metrics(capsys.readouterr().out)

        messages = due.run_sweep("daily")

        assert messages == [{"account": ACCOUNT_ID}, {"account": MAKER, "task": "verify"}]
        assert "RefreshHeartbeat" not in hourly
        daily = metrics(capsys.readouterr().out)
        assert (
            daily["RefreshHeartbeat"],
            daily["ConnectedAccounts"],
            daily["AccountsNeedingPerson"],
        ) == (1, 2, 0)
        assert 28 < daily["DaysToExpiry"] <= 29


def test_bootstrap_message_stores_the_token(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site = site.sibling(ig_access_token=TOKEN)
    site.message(account="bootstrap")
    site.message(account="bootstrap")

    assert metrics(capsys.readouterr().out) == {"TokenRefreshed": 1}
    assert site.operate("GET", "/instagram/token/status").json["source"] == "stored"


def test_dead_bootstrap_token_keeps_failing(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site = site.sibling(ig_access_token=TOKEN)
    site.bench.emulator_state.tokens[TOKEN].dead = 460
    site.message(account="bootstrap")
    assert metrics(capsys.readouterr().out) == {}
    site.clock.advance(MINUTES)
    with pytest.raises(BatchProcessingError):
        site.message(account="bootstrap")
    capsys.readouterr()

    site.run_sweep("hourly")
    failing = metrics(capsys.readouterr().out)["AccountsFailing"]
    site.bench.emulator_state.tokens[TOKEN].dead = None
    site.operate("POST", "/instagram/token/refresh")
    capsys.readouterr()
    site.run_sweep("hourly")

    assert failing == 1
    assert metrics(capsys.readouterr().out)["AccountsFailing"] == 0


def test_young_bootstrap_token_is_no_failure(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.bench.emulator_state.tokens[TOKEN].issued_at = site.clock.now()
    site = site.sibling(ig_access_token=TOKEN)

    site.message(account="bootstrap")
    site.run_sweep("hourly")

    assert metrics(capsys.readouterr().out)["AccountsFailing"] == 0


def test_new_bootstrap_token_is_tried_within_an_hour(site: Site) -> None:
    site = site.sibling(ig_access_token=TOKEN, ig_user_id=ACCOUNT_ID)

    assert site.run_sweep("hourly") == [{"account": "bootstrap"}]
    site.message(account="bootstrap")
    assert site.run_sweep("hourly") == []


class TestCheck:
    def test_healthy_connection(self, site: Site) -> None:
        site.connect()

        checks = site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check").json["checks"]

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

    def test_faults_come_with_a_fix(self, site: Site) -> None:
        site.connect(login_type="facebook")
        for token in site.bench.emulator_state.tokens.values():
            token.scopes -= {"instagram_manage_comments"}
            token.pages = set()

        checks = site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check").json["checks"]

        wrong = {one["question"]: one for one in checks if one["ok"] is False}
        assert set(wrong) == {"Which Page is linked", "Feature comments"}
        assert "instagram_manage_comments" in wrong["Feature comments"]["answer"]
        assert all(one["fix"] for one in wrong.values())
        for token in site.bench.emulator_state.tokens.values():
            token.dead = 460
        dead = site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check").json["checks"]
        assert {one["question"] for one in dead if one["ok"] is False} >= {
            "Which professional account is authorised",
            "Token",
        }


class TestDisconnecting:
    def test_permissions_are_revoked(self, site: Site) -> None:
        site.connect(login_type="facebook", page="100000000000001")
        answer = site.operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}")

        assert (answer.status, answer.json["revoked"]) == (200, True)
        assert site.operate("GET", "/instagram/accounts").json == {"accounts": [], "next": None}
        assert any(token.dead == 458 for token in site.bench.emulator_state.tokens.values())

    def test_shared_permissions_are_kept(self, site: Site) -> None:
        site.connect(login_type="facebook")

        answer = site.operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}")
        assert answer.json["revoked"] is False
        status = site.operate("GET", "/instagram/token/status", account=MAKER).json
        assert status["state"] == "active"
        assert not any(token.dead for token in site.bench.emulator_state.tokens.values())

    def test_manual_step_is_named(self, site: Site) -> None:
        site.connect()
        answer = site.operate("DELETE", f"/instagram/accounts/{ACCOUNT_ID}").json

        assert answer["revoked"] is False
        assert "Website permissions" in answer["note"]
        entries = site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/audit").json["entries"]
        assert {one["what"] for one in entries} == {"connected", "disconnected"}


def test_no_answer_log_or_row_shows_a_token(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    pages = (site.connect(), site.connect(login_type="facebook", page="100000000000003"))
    seen = [page.text for page in pages]
    seen += [
        site.operate("GET", path).text
        for path in ("/instagram/accounts", f"/instagram/accounts/{MAKER}/check")
    ]
    site.clock.advance(timedelta(days=31))
    site.bench.control("token", account=ACCOUNT_ID, dead=467)
    site.message(account=ACCOUNT_ID)
    seen.append(capsys.readouterr().out)
    for name in (site.aws.tokens, site.aws.audit, site.aws.table):
        seen.append(repr(boto3.resource("dynamodb").Table(name).scan()["Items"]))
    text = "".join(seen)

    secrets = (*site.bench.emulator_state.tokens, "instagram-secret", "facebook-secret")
    assert not [secret for secret in secrets if secret in text]


def test_audits_continue_at_an_entry(site: Site) -> None:
    site.connect()
    [entry] = site.dependencies.audit.of(ACCOUNT_ID)
    path = f"/instagram/accounts/{ACCOUNT_ID}/audit"

    assert site.operate("GET", path, before=entry.key).json["entries"] == []
    # A key in the table has at most 1,024 bytes.
    for strange in ("x" * 1200, "", "2026", f"{entry.key}0", entry.key.replace("2", "٢")):
        answer = site.operate("GET", path, before=strange)
        assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_before")
