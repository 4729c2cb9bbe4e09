"""Which server a feature calls."""

from __future__ import annotations

import pytest

from lambdas.instagram.settings import InstagramSettings
from lambdas.kit.login_type import LoginType
from stacks.context import from_context


@pytest.mark.parametrize(
    ("login_type", "graph_base", "expected"),
    [
        ("instagram", "", (None, "v25.0")),
        ("facebook", "", (None, "v25.0")),
        ("instagram", "http://127.0.0.1:4571", ("http://127.0.0.1:4571", "v25.0")),
        ("facebook", "http://graph.test/some/path/", ("http://graph.test/some/path", "v25.0")),
    ],
)
def test_bases_give_server_and_version(
    login_type: str, graph_base: str, expected: tuple[str | None, str]
) -> None:
    config = from_context({"stage": "prod", "login_type": login_type, "graph_base": graph_base})
    settings = InstagramSettings(
        tokens_table_name="t",
        token_key_arn="k",
        budget_table_name="e",
        tenant=config.tenant,
        login_type=LoginType(config.login_type),
        instagram_graph_base=config.graph_address("graph.instagram.com"),
        facebook_graph_base=config.graph_address("graph.facebook.com"),
    )

    assert settings.graph_address(LoginType(login_type)) == expected


@pytest.mark.parametrize("written", ["IGAAtoken\n", ' "IGAAtoken" ', "'IGAAtoken'"])
def test_token_is_tidied(written: str) -> None:
    needed = dict.fromkeys(("TOKENS_TABLE_NAME", "TOKEN_KEY_ARN", "BUDGET_TABLE_NAME"), "x")
    bases = dict.fromkeys(("INSTAGRAM_GRAPH_BASE", "FACEBOOK_GRAPH_BASE", "TENANT"), "x")
    given = {"LOGIN_TYPE": "instagram", "IG_ACCESS_TOKEN": written, "IG_USER_ID": "1784\n"}

    settings = InstagramSettings.from_env({**needed, **bases, **given})

    assert (settings.bootstrap_token, settings.ig_user_id) == ("IGAAtoken", "1784")
