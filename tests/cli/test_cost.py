"""docs/cost.md is what the model says, and the model counts what the templates contain."""

from __future__ import annotations

import pytest

from cli.cost import prices
from cli.cost.document import USAGES, document
from cli.cost.model import Usage, bill, cdn_bill
from cli.paths import ROOT
from tests.stacks.conftest import PROD, synthesise


def test_the_document_is_up_to_date() -> None:
    assert (ROOT / "docs" / "cost.md").read_text() == document()


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("AWS::CloudWatch::Alarm", prices.ALARMS),
        ("AWS::CloudWatch::CompositeAlarm", prices.COMPOSITES),
        ("AWS::KMS::Key", prices.KEYS),
        ("AWS::SecretsManager::Secret", prices.SECRETS),
    ],
)
def test_fixed_costs_are_counted(kind: str, count: int) -> None:
    assert len(synthesise("prod", *PROD).resources(kind)) == count


def test_more_use_costs_more() -> None:
    small, large = bill(USAGES[0]), bill(USAGES[1])

    assert all(dollars >= 0 for dollars in small.lines.values())
    assert large.total > small.total > 0
    assert bill(Usage("idle", 0, 0)).total > 5, "alarms and keys are always paid for"


def test_the_cdn_is_counted() -> None:
    site = synthesise("prod", *PROD, ("cdn", "true"))
    [firewall] = site.resources("AWS::WAFv2::WebACL").values()

    assert len(firewall["Properties"]["Rules"]) == prices.FIREWALL_RULES
    assert len(site.resources("AWS::KMS::Key")) == prices.KEYS + prices.CDN_KEYS
    assert len(site.resources("AWS::CloudWatch::Alarm")) == prices.ALARMS + prices.CDN_ALARMS
    assert cdn_bill(USAGES[1]).total > cdn_bill(USAGES[0]).total > prices.FIREWALL_RULES


def test_alarms_abroad_need_a_key() -> None:
    site = synthesise("prod", *PROD, ("cdn", "true"), ("region", "eu-central-1"))
    keys = prices.KEYS + prices.CDN_KEYS + prices.CDN_KEYS_ABROAD

    assert len(site.resources("AWS::KMS::Key")) == keys


def test_unchecked_prices_are_marked() -> None:
    if not prices.PRICES_OF.endswith("2026"):
        assert "not been checked again in 2026" in document()
