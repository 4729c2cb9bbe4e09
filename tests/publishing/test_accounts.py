"""What concerns a whole account: its quota, and whether its posts are stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.kit.login_type import LoginType
from lambdas.publishing.dependencies import PublishingDependencies
from lambdas.publishing.states import State
from lambdas.storage import keys
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets
from lambdas.storage.rows import to_row
from local.graph.data import ACCOUNT_ID, TOKEN
from tests.conftest import NOW, Aws
from tests.graph.conftest import TOKENS, Bench
from tests.lambda_events import HttpAnswer
from tests.publishing.site import ACCOUNT, PATH, Site

CLOCK = "2026-04-29T18:00:00Z"


class Reserved:
    """Three posts hold a share of the quota."""

    def reserved(self, account_id: str) -> int:
        """Return 3."""
        assert account_id == ACCOUNT_ID
        return 3


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def connected(fake_aws: Aws, bench: Bench) -> Site:
    """Provide a site whose account is one of the emulator."""
    site = Site(fake_aws, transport=bench.transport, reservations=Reserved(), sleep=bench.sleep)
    connect(site.dependencies)
    return site


def connect(
    dependencies: PublishingDependencies,
    login_type: LoginType = LoginType.INSTAGRAM,
    token: str = TOKEN,
) -> None:
    """Store the emulator's account with its token."""
    record = TokenRecord("main", ACCOUNT_ID, login_type, "1000000001", NOW, connected_at=NOW)
    columns = dependencies.token_cipher.encrypted_columns(record, TokenSecrets(token))
    row = {**keys.account_key("main", ACCOUNT_ID), **to_row(record), **columns}
    dependencies.tokens_table.put_item(Item=row)


def limit(site: Site, account: str = ACCOUNT_ID) -> HttpAnswer:
    return site.operator.get(f"{PATH}/limit", {"account": account})


def test_the_limit_is_shown(connected: Site) -> None:
    answer = limit(connected)

    assert answer.status == 200, answer.text
    assert answer.json == {
        "used": 0, "total": answer.json["total"], "window_seconds": 86400, "reserved": 3,
    }  # fmt: skip
    assert answer.json["total"] > 0


def test_the_limit_is_read_once_a_minute(connected: Site, bench: Bench) -> None:
    limit(connected)
    limit(connected)
    assert bench.calls("content_publishing_limit") == 1

    connected.clock.advance(timedelta(seconds=61))
    limit(connected)
    assert bench.calls("content_publishing_limit") == 2


def test_limits_need_an_account(connected: Site) -> None:
    assert limit(connected, "12").json["error"]["code"] == "unknown_account"
    assert connected.operator.get(f"{PATH}/limit").json["error"]["code"] == "invalid_account"


def test_broken_accounts_have_no_limit(connected: Site) -> None:
    connected.connect(ACCOUNT_ID, expires_at=NOW - timedelta(days=1))
    answer = limit(connected)

    assert (answer.status, answer.json["error"]["code"]) == (424, "reconnect_required")


def test_published_posts_are_deleted(connected: Site, bench: Bench) -> None:
    connect(connected.dependencies, LoginType.FACEBOOK, TOKENS["facebook"])
    media = bench.emulator_state.accounts[ACCOUNT_ID].media[0]
    for name in ("once", "again"):
        post = connected.made(account=ACCOUNT_ID, client_request_id=name)
        connected.become(post, state=State.PUBLISHED, published_at=NOW)
        assert connected.cancel(post).json["error"]["code"] == "media_not_found_yet"
        connected.become(post, settled=True)
        connected.become(post, media_id=f"{media.id}" if name == "once" else "1799")
        answer = connected.cancel(post)

        assert answer.status == 200, answer.text
        assert (answer.json["state"], answer.json["deleted_at"]) == ("cancelled", CLOCK)


def test_stopped_accounts_are_resumed(site: Site) -> None:
    states = site.dependencies.account_states
    assert states.stop(ACCOUNT, "spam", NOW)
    assert not states.stop(ACCOUNT, "again", NOW + timedelta(hours=1))
    assert states.read(ACCOUNT).stopped_code == "spam"
    assert site.warnings() == ["account_stopped"]

    answer = site.operator.send("POST", f"{PATH}/resume", {"account": ACCOUNT}, {})
    assert answer.json == {"account": ACCOUNT, "was_stopped": True}
    again = site.operator.send("POST", f"{PATH}/resume", {"account": ACCOUNT}, {})
    assert again.json["was_stopped"] is False
    assert site.warnings() == []


def test_a_stop_keeps_other_settings(site: Site) -> None:
    found = site.dependencies
    key = {"pk": f"main#{ACCOUNT}", "sk": "ACCOUNT"}
    found.table.put_item(Item=key | {"body": "settings"})
    found.account_states.stop(ACCOUNT, "spam", NOW)
    found.account_states.resume(ACCOUNT)

    assert found.table.get_item(Key=key)["Item"] == key | {"body": "settings"}


def test_no_key_is_made_of_what_is_no_id(site: Site) -> None:
    def check(params: dict[str, bytes], **_: object) -> None:
        # A partition key has at most 2,048 bytes, a sort key 1,024.
        assert b"1" * 1000 not in params["body"]

    for table in (site.dependencies.tokens_table, site.dependencies.table):
        table.meta.client.meta.events.register("before-call.dynamodb.*", check)

    for strange in ("1" * 1001, "1" * 3000, "", "a b", "é", "1#2", "\x00"):
        assert ("account", "unknown_account") in site.problems(account=strange)
        answer = site.create(account=strange)
        assert answer.status in (400, 404), answer.text
