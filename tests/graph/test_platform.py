"""The two platforms: the same interface, and nothing of one mixed with the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lambdas.graph import client
from lambdas.graph.capability import PlatformFeature
from lambdas.graph.errors import ErrorReason, RequestRefused
from lambdas.graph.login_type import FACEBOOK, INSTAGRAM, LoginType, platform_of
from tests.graph.conftest import TOKENS, Bench

GRAPH = Path(client.__file__).parent


def test_each_login_type_has_a_platform() -> None:
    assert {platform_of(one).login_type for one in LoginType} == set(LoginType)


def test_stored_value_names_a_platform() -> None:
    assert platform_of("facebook") is FACEBOOK
    with pytest.raises(ValueError, match="myspace"):
        platform_of("myspace")


@pytest.mark.parametrize("feature", PlatformFeature)
def test_missing_feature_is_refused(feature: PlatformFeature) -> None:
    FACEBOOK.require(feature, "edge")
    with pytest.raises(RequestRefused) as refused:
        INSTAGRAM.require(feature, "edge")

    assert refused.value.reason is ErrorReason.NOT_OFFERED


def test_revocation_differs(bench: Bench) -> None:
    assert bench.graph("instagram").revoke(TOKENS["instagram"]) is False
    assert bench.calls() == 0
    assert bench.graph("facebook").revoke(TOKENS["facebook"]) is True


def test_inspection_differs(bench: Bench) -> None:
    assert bench.graph("instagram").inspect(TOKENS["instagram"]) is None
    info = bench.graph("facebook").inspect(TOKENS["facebook"])
    assert info is not None
    assert info.is_valid


def test_owner_of_token_differs(bench: Bench) -> None:
    profile = bench.graph("instagram").profile_of_token(TOKENS["instagram"])
    assert profile is not None
    assert profile.username == "example_shop"
    assert bench.graph("facebook").profile_of_token(TOKENS["facebook"]) is None


def test_no_login_type_is_compared() -> None:
    compared = re.compile(r"(==|!=|\bis|\bis not) (LoginType|INSTAGRAM|FACEBOOK|\"(insta|face))")

    for path in GRAPH.glob("*.py"):
        assert not compared.search(path.read_text()), path
        assert ".name ==" not in path.read_text(), path


def test_constructors_are_short() -> None:
    for path in GRAPH.glob("*.py"):
        for found in re.finditer(r"def __init__\(([^)]*)\)", path.read_text()):
            names = [one for one in found[1].split(",") if ":" in one]
            assert len(names) <= 5, path
