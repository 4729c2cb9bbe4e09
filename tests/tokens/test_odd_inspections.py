"""Answers about a token that say nothing of it: they end no account, and lose no new token."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.graph.transport import Answer, FakeTransport, Request
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import State
from lambdas.tokens.dependencies import TokensDependencies
from local.graph.data import ACCOUNT_ID
from tests.conftest import Aws
from tests.tokens.conftest import Feature
from tests.tokens.site import Site

BODIES = [b"{}", b"[]", b'{"data":null}', b'{"data":[]}', b'{"data":{"is_valid":"true"}}']


def answering(feature: Feature, body: bytes) -> FakeTransport:
    """Return a transport on which every token is described by this body."""

    def answer(request: Request) -> Answer:
        if request.url.endswith("debug_token"):
            return Answer(200, {}, body)
        return feature.bench.transport.send(request)

    return FakeTransport(answer)


@pytest.mark.parametrize("body", BODIES)
def test_renewal_keeps_its_token(feature: Feature, body: bytes) -> None:
    record = feature.connected(LoginType.FACEBOOK)
    made: TokensDependencies = feature.build(transport=answering(feature, body))

    for _ in range(2):
        feature.clock.advance(timedelta(days=2))
        made.refresher.refresh(ACCOUNT_ID, forced=True)

    after = feature.now(record)
    assert (after.state, after.failures) == (State.ACTIVE, 0)
    assert after.version == record.version + 2


@pytest.mark.parametrize("body", BODIES)
def test_login_can_be_started_again(fake_aws: Aws, body: bytes) -> None:
    site = Site(fake_aws)
    other = site.sibling(overrides={"transport": answering(site, body)})

    page = other.connect(login_type="facebook")

    assert page.status == 503
    assert "not responding" in page.text


def test_check_blames_no_app_for_an_outage(fake_aws: Aws) -> None:
    site = Site(fake_aws)
    site.connected(LoginType.FACEBOOK)
    site.bench.control("fail", count=99, path="debug_token", status=500, code=2)

    checks = site.operate("GET", f"/instagram/accounts/{ACCOUNT_ID}/check").json["checks"]

    assert (checks[0]["question"], checks[0]["ok"]) == ("Which app is calling", None)
    assert "did not respond" in checks[0]["answer"]
