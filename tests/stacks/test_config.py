"""Test the settings of a stage and their validation."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.tokens.permissions import NEEDED, SiteCapability
from local.deployment import ROOT
from stacks.config import STAGES, StageConfig
from stacks.context import from_command, from_context
from stacks.validation import PERMISSIONS, ConfigError

ZONE = {"hosted_zone_id": "Z123", "hosted_zone_name": "example.com"}

INVALID = [
    ({"stage": "production"}, "production"),
    ({"region": "mars-1"}, "region"),
    ({"regoin": "eu-west-1"}, "regoin"),
    ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ({"time_zone": "../../etc/passwd"}, "time_zone"),
    ({"time_zone": ""}, "time_zone"),
    ({"account": "12"}, "account"),
    ({"log_retention_days": "17"}, "log_retention_days"),
    ({"log_retention_days": "many"}, "log_retention_days"),
    ({"max_file_bytes": "0"}, "max_file_bytes"),
    ({"max_file_bytes": "-5"}, "max_file_bytes"),
    ({"max_file_bytes": "1e9"}, "max_file_bytes"),
    ({"max_event_files": "0"}, "max_event_files"),
    ({"max_event_bytes": "2048"}, "max_event_bytes"),
    ({"feed_freshness_minutes": "0"}, "feed_freshness_minutes"),
    ({"date_events": "perhaps"}, "date_events"),
    ({"posting_consent": "perhaps"}, "posting_consent"),
    ({"login_type": "myspace"}, "login_type"),
    ({"refresh_lead_days": "0"}, "refresh_lead_days"),
    ({"refresh_lead_days": "90"}, "refresh_lead_days"),
    ({"refresh_spread_minutes": "16"}, "refresh_spread_minutes"),
    ({"extra_permissions": "insights,dancing"}, "extra_permissions"),
    ({"tenant": "Not a name"}, "tenant"),
    ({"features": "guests,kitchen"}, "features"),
    ({"cdn": "true"}, "cdn"),
    ({"price_class": "300"}, "price_class"),
    ({"graph_version": "25"}, "graph_version"),
    ({"graph_base": "ftp://x"}, "graph_base"),
    ({"graph_base": "http://[::1"}, "graph_base"),
    ({"alarm_email": "nobody"}, "alarm_email"),
    ({"mail_from": "Emma <emma@example.com>"}, "mail_from"),
    ({"mail_from": "emma"}, "mail_from"),
    ({"architecture": "mips"}, "architecture"),
    ({"python_version": "2.7"}, "python_version"),
    ({"removal_policy": "maybe"}, "removal_policy"),
    ({"allowed_origins": "example.com"}, "allowed_origins"),
    ({"allowed_origins": "https://example.com/path"}, "allowed_origins"),
    ({"domain_name": "photos.example.com"}, "hosted_zone_id"),
    ({"domain_name": "photos.example.org", **ZONE}, "example.org"),
    ({"domain_name": "not a domain", **ZONE}, "domain_name"),
    (ZONE, "domain_name"),
    ({"site_name": ""}, "site_name"),
    ({"allowed_origins": "https://*"}, "allowed_origins"),
    ({"region": "xx-nowhere-9"}, "region"),
    ({"public_url": "https://ex.com/<script>"}, "public_url"),
    ({"alarm_email": "a@b.c;rm"}, "alarm_email"),
    ({"time_zone": "localtime"}, "time_zone"),
    ({"features": "guests,guests"}, "guests"),
    ({"features": ""}, "features"),
    ({"site_name": "${Token[AWS.Region.4]}"}, "site_name"),
    ({"public_url": "https://{api_id}.execute-api.us-east-1.amazonaws.com"}, "public_url"),
    ({"account": "\u0660" * 12}, "account"),
    ({"refresh_lead_days": "\u0663"}, "refresh_lead_days"),
    ({"region": "us-east-9"}, "region"),
    ({"region": "cn-north-1"}, "region"),
    ({"region": "us-gov-west-1"}, "region"),
    ({"python_version": "3.13"}, "python_version"),
    ({"default_start_date": "2026-02-30"}, "default_start_date"),
    ({"default_start_date": "20260101"}, "default_start_date"),
    ({"default_start_date": "2026-W01-1"}, "default_start_date"),
    # CloudWatch refuses an alarm that notifies a topic of another region.
    ({"page_topic_arn": "arn:aws:sns:eu-west-1:123456789012:on-call"}, "page_topic_arn"),
    ({"bundle_for": "host"}, "bundle_for"),
    ({"alarm_email": "a..b@c.de"}, "alarm_email"),
    ({"domain_name": f"{'a' * 60}.example.com", **ZONE}, "domain_name"),
    ({"domain_name": "photos.example.com.", **ZONE}, "domain_name"),
    ({"domain_name": "Photos.example.com", **ZONE}, "domain_name"),
    (
        {
            "cdn": "true",
            "domain_name": "photos.example.com",
            "public_url": "https://other.example.com",
            **ZONE,
        },
        "public_url",
    ),
]


@pytest.mark.parametrize(("context", "named"), INVALID)
def test_invalid_values_are_named(context: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError) as refused:
        from_context({"stage": "prod", **context})

    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_international_domains_are_accepted() -> None:
    zone = {"hosted_zone_id": "Z123", "hosted_zone_name": "xn--e1afmkfd.xn--p1ai"}

    assert from_context(
        {"stage": "prod", "domain_name": "foto.xn--e1afmkfd.xn--p1ai", **zone}
    ).domain_name


def test_contexts_are_split_like_shell_words() -> None:
    config = from_command("prod", "site_name='Anna & Bob' region=eu-west-1")

    assert (config.stage, config.site_name, config.region) == ("prod", "Anna & Bob", "eu-west-1")


@pytest.mark.parametrize(
    "text",
    [
        "cdn",
        "site_name=Anna & Bob",
        "site_name='Anna",
        "=true",
        "cdn=true cdn=false",
        "stage=prod",
        "@aws-cdk/core:x=1",
    ],
)
def test_invalid_contexts_are_one_line(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        from_command("prod", text)

    assert "CONTEXT" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_context_overrides_the_stage() -> None:
    config = from_context(
        {
            "stage": "prod",
            "region": "eu-west-1",
            "date_events": "false",
            "allowed_origins": "https://a.test, https://b.test",
        }
    )

    assert (config.region, config.date_events, config.allowed_origins) == (
        "eu-west-1",
        False,
        ("https://a.test", "https://b.test"),
    )


def test_keys_of_the_cdk_are_ignored() -> None:
    context = {
        "aws:cdk:bundling-stacks": [],
        "@aws-cdk/core:x": True,
        "availability-zones:account=1": ["a"],
        "stage": "prod",
    }

    assert from_context(context) == StageConfig(stage="prod", **STAGES["prod"])


@given(st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=20), max_size=3))
def test_any_context_is_handled(context: dict[str, str]) -> None:
    with contextlib.suppress(ConfigError):
        assert from_context(context).stage in STAGES


def test_the_app_stops_before_writing(tmp_path: Path) -> None:
    env = os.environ | {
        "CDK_OUTDIR": f"{tmp_path}/out",
        "CDK_CONTEXT_JSON": '{"stage": "prod", "time_zone": "Mars/Olympus"}',
    }

    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "daybook: time_zone='Mars/Olympus': use a name of the IANA time zone database"
    ]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_permissions_match_the_capabilities() -> None:
    assert set(PERMISSIONS) == set(SiteCapability) == set(NEEDED)
