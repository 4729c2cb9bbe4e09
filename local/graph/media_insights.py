"""Insights of media: one metric that is not available fails the whole call."""

from __future__ import annotations

from collections.abc import Sequence

from local.graph.call import Answer, Call
from local.graph.data import EmulatedMedia
from local.graph.errors import GraphError, bad_parameter
from local.graph.metrics import (
    FACEBOOK_MEDIA,
    MEDIA,
    MEDIA_BREAKDOWNS,
    SHARED_ONLY,
    metric_texts,
    requested_metrics,
    total_value,
    unknown_metric,
)
from local.graph.records import EmulatedAccount
from local.graph.reported import has_data, media_number

MIN_STORY_VIEWERS = 5
EVERY_METRIC = set().union(*MEDIA.values(), *FACEBOOK_MEDIA.values())
BEFORE_BUSINESS = 2108006


def read(call: Call, media: EmulatedMedia) -> Answer:
    """`GET /{media-id}/insights`. The period is always `lifetime`."""
    metrics = requested_metrics(call.params)
    return {"data": entries(call, call.account, media, metrics, call.params.words("breakdown"))}


def entries(
    call: Call,
    owner: EmulatedAccount,
    media: EmulatedMedia,
    metrics: Sequence[str],
    breakdowns: Sequence[str] = (),
) -> list[Answer]:
    """Return the insights of a media object; empty without data. Raises GraphError."""
    if media.before_business:
        raise GraphError(100, "Media posted before business account conversion", BEFORE_BUSINESS)
    _check_metrics(metrics, available_metrics(call, media.product_type))
    if media.product_type == "STORY" and media.viewers < MIN_STORY_VIEWERS:
        raise GraphError(10, "(#10) Not enough viewers for the media to show insights")
    if not has_data(owner, media, call.state.now()):
        return []
    if breakdowns and any(breakdowns != [MEDIA_BREAKDOWNS.get(name)] for name in metrics):
        raise GraphError(1, "An unknown error has occurred.", status=500)
    return [_entry(call, owner, media, name, breakdowns) for name in metrics]


def available_metrics(call: Call, product_type: str) -> set[str]:
    """Return the metrics that media of a product type have for the call's login type."""
    facebook = set() if call.is_instagram_login else FACEBOOK_MEDIA[product_type]
    return (MEDIA[product_type] | facebook) - call.state.refused_metrics[product_type]


def _check_metrics(metrics: Sequence[str], available: set[str]) -> None:
    for index, name in enumerate(metrics):
        if name not in EVERY_METRIC:
            raise bad_parameter(unknown_metric(index, available))
        if name not in available:
            raise bad_parameter(
                f"The Media Insights API does not support the {name} metric"
                " for this media product type."
            )
    if SHARED_ONLY & set(metrics):
        raise GraphError(100, "The media is not shared to Facebook", 2207086)


def _entry(
    call: Call,
    owner: EmulatedAccount,
    media: EmulatedMedia,
    name: str,
    breakdowns: Sequence[str],
) -> Answer:
    value = media_number(owner, media, name, call.state.now())
    entry: dict[str, object] = {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        **metric_texts(name),
        "id": f"{media.id}/insights/{name}/lifetime",
    }
    return entry | ({"total_value": total_value(value, breakdowns)} if breakdowns else {})
