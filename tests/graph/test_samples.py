"""Envelopes, signatures and headers as Meta sends them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.graph import parsing
from lambdas.graph.errors import RequestRefused
from lambdas.graph.login import appsecret_proof
from lambdas.graph.signed_request import parse_signed_request
from lambdas.graph.usage import Usage, usage_of
from lambdas.graph.version import days_left, version_warning

SIGNED = (
    "FwxiQdL0DYPLIyMiIU1045t282Lx4hOm955GRpXjr5k.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjE3OTMwMDM2MDAsImlzc3VlZF9hdCI6"
    "MTc5MzAwMDAwMCwidXNlcl9pZCI6IjI1MDAwMDAwMDAwMDAwMDAxIn0"
)


def test_either_secret_verifies() -> None:
    found = parse_signed_request(SIGNED, ["other", "test-secret"])

    assert (found.user_id, found.issued_at) == (
        "25000000000000001",
        datetime.fromtimestamp(1793000000, UTC),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a.b",
        SIGNED[:-1],
        SIGNED.replace("F", "G", 1),
        SIGNED.split(".")[1],
        SIGNED + ".x",
        "é.é",
    ],
)
def test_wrong_signature_is_refused(text: str) -> None:
    with pytest.raises(RequestRefused):
        parse_signed_request(text, ["test-secret"])


def test_no_secret_verifies_nothing() -> None:
    with pytest.raises(RequestRefused):
        parse_signed_request(SIGNED, [])


def test_usage_header_is_read() -> None:
    headers = {
        "x-app-usage": '{"call_count":41,"total_time":30,"total_cputime":22}',
        "x-business-use-case-usage": (
            '{"1":[{"type":"instagram","call_count":100,"total_cputime":25,"total_time":25,'
            '"estimated_time_to_regain_access":19}],'
            '"2":[{"type":"pages","call_count":97,"estimated_time_to_regain_access":0}]}'
        ),
    }
    found = usage_of(headers, "1")

    assert found.app == Usage(41.0)
    assert found.account == Usage(100.0, timedelta(minutes=19))


@given(st.text(), st.text())
def test_any_header_is_survived(app: str, business: str) -> None:
    usage_of({"x-app-usage": app, "x-business-use-case-usage": business})


@pytest.mark.parametrize(
    "header",
    [
        "null",
        "[]",
        "{}",
        '{"1": {}}',
        '{"1": [5]}',
        '{"call_count": "9"}',
        '{"call_count": -1}',
        '{"call_count": true}',
    ],
)
def test_odd_header_is_ignored(header: str) -> None:
    found = usage_of({"x-app-usage": header, "x-business-use-case-usage": header})

    assert (found.app, found.account) == (None, None)


def test_both_exchange_envelopes_are_read() -> None:
    documented = {"data": [{"access_token": "a", "user_id": "25", "permissions": "x,y"}]}
    observed = {"access_token": "a", "user_id": 25, "permissions": ["x", "y"]}

    for raw in (documented, observed):
        one = parsing.single(raw)
        assert (
            parsing.text(one, "access_token"),
            parsing.identifier(one, "user_id"),
            parsing.words(one, "permissions"),
        ) == (
            "a",
            "25",
            ("x", "y"),
        )


def test_version_end_is_known() -> None:
    assert days_left("v21.0", date(2027, 1, 20)) == 1
    assert version_warning("v25.0", date(2026, 11, 22)) is None
    assert version_warning("v26.0", date(2030, 1, 1)) is None
    assert (
        version_warning("v20.0", date(2026, 11, 22)) == "the Graph version v20.0 ended 59 days ago"
    )
    assert version_warning("v21.0", date(2026, 11, 22)) == "the Graph version v21.0 ends in 60 days"
    assert version_warning("v99.0", date(2026, 11, 22)) == "the Graph version v99.0 is unknown"


def test_proof_is_a_hash() -> None:
    proof = appsecret_proof("secret", "token")

    assert len(proof) == 64
    assert proof != appsecret_proof("other", "token")
