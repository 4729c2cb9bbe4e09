"""Answers have the shapes of Meta's samples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.deployment import ROOT
from local.graph.data import TOKEN
from tests.json_types import JsonObject
from tests.local.graph.conftest import GraphClient
from tests.local.graph.sdk import PERSON_TOKEN

# Present on the machines that keep the samples; elsewhere the stored shapes are enough.
SAMPLES = ROOT.parent / "shared" / "graph-samples"
SHAPES: JsonObject = json.loads((Path(__file__).parent / "shapes.json").read_text())
MEDIA_FIELDS = (
    "id,permalink,shortcode,timestamp,username,comments_count,like_count,caption,media_type,"
    "media_product_type,media_url"
)
CALLS: dict[str, tuple[str, str, dict[str, str]]] = {
    "media-page.json": (TOKEN, "me/media", {"fields": MEDIA_FIELDS, "limit": "2"}),
    "media-insights.feed.json": (
        TOKEN,
        "17900000000000020/insights",
        {"metric": "views,reach,saved"},
    ),
    "media-insights.story.json": (
        TOKEN,
        "17900000000009001/insights",
        {"metric": "views,replies"},
    ),
    "account-insights.total-value.json": (
        TOKEN,
        "me/insights",
        {
            "metric": "reach",
            "period": "day",
            "metric_type": "total_value",
            "breakdown": "media_product_type",
        },
    ),
    "account-insights.time-series.json": (
        TOKEN,
        "me/insights",
        {"metric": "reach", "period": "day"},
    ),
    "content-publishing-limit.json": (TOKEN, "me/content_publishing_limit", {}),
    "me.instagram-login.observed.json": (
        TOKEN,
        "me",
        {"fields": "id,user_id,username,name,account_type,media_count"},
    ),
    "me-accounts.facebook-login.json": (
        PERSON_TOKEN,
        "me/accounts",
        {"fields": "id,name,access_token,tasks,instagram_business_account"},
    ),
}


def shape_of(value: object) -> object:
    """Return types by name; a list has the shape of its first entry."""
    if isinstance(value, dict):
        return {name: shape_of(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


def assert_fits(found: object, sample: object, where: str) -> None:
    """Assert that a shape has nothing that the sample lacks, and the same types."""
    if isinstance(found, dict) and isinstance(sample, dict):
        assert set(found) <= set(sample), (where, set(found) - set(sample))
        for name in found:
            assert_fits(found[name], sample[name], f"{where}.{name}")
    elif isinstance(found, list) and isinstance(sample, list):
        if found and sample:
            assert_fits(found[0], sample[0], f"{where}[]")
    else:
        assert found == sample, where


@pytest.mark.parametrize("name", CALLS)
def test_answer_has_shape_of_sample(graph: GraphClient, name: str) -> None:
    token, path, query = CALLS[name]

    found = graph.get(path, token, **query)

    assert "error" not in found
    assert_fits(shape_of(found), SHAPES[name], name)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not on this machine")
@pytest.mark.parametrize("name", CALLS)
def test_stored_shape_is_that_of_sample(name: str) -> None:
    assert SHAPES[name] == shape_of(json.loads((SAMPLES / name).read_text()))
