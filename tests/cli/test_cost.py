"""The document is what the model says, and the model counts what the templates hold."""

from __future__ import annotations

import pytest

from cli.cost import (
    ALARMS,
    CDN_KEYS,
    COMPOSITES,
    FIREWALL_RULES,
    KEYS,
    SECRETS,
    USAGES,
    Usage,
    bill,
    cdn_bill,
    document,
)
from local.deployment import ROOT
from tests.stacks.conftest import PROD, synthesise


def test_the_document_is_the_models() -> None:
    assert (ROOT / "docs" / "cost.md").read_text() == document()


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("AWS::CloudWatch::Alarm", ALARMS),
        ("AWS::CloudWatch::CompositeAlarm", COMPOSITES),
        ("AWS::KMS::Key", KEYS),
        ("AWS::SecretsManager::Secret", SECRETS),
    ],
)
def test_what_is_paid_for_all_the_time_is_counted(kind: str, count: int) -> None:
    assert len(synthesise("prod", *PROD).resources(kind)) == count


def test_more_use_costs_more_and_nothing_costs_less_than_nothing() -> None:
    small, large = bill(USAGES[0]), bill(USAGES[1])

    assert all(dollars >= 0 for dollars in small.lines.values())
    assert large.total > small.total > 0
    assert bill(Usage("idle", 0, 0)).total > 5, "alarms and keys are paid for all the time"


def test_what_the_edge_adds_is_counted() -> None:
    site = synthesise("prod", *PROD, ("edge", "true"))
    [firewall] = site.resources("AWS::WAFv2::WebACL").values()

    assert len(firewall["Properties"]["Rules"]) == FIREWALL_RULES
    assert len(site.resources("AWS::KMS::Key")) == KEYS + CDN_KEYS
    assert cdn_bill(USAGES[1]).total > cdn_bill(USAGES[0]).total > FIREWALL_RULES
