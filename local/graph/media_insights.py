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
    made_up_number,
    metric_texts,
    requested_metrics,
    total_value,
    unknown_metric,
)

MIN_STORY_VIEWERS = 5


def read(call: Call, media: EmulatedMedia) -> Answer:
    """`GET /{media-id}/insights`. The period is always `lifetime`."""
    metrics = requested_metrics(call.params)
    if media.before_business:
        raise GraphError(100, "Media posted before business account conversion", 2108006)
    _check_metrics(metrics, media.product_type, is_instagram_login=call.is_instagram_login)
    if media.product_type == "STORY" and media.viewers < MIN_STORY_VIEWERS:
        raise GraphError(10, "(#10) Not enough viewers for the media to show insights")
    if media.viewers == 0:
        return {"data": []}
    breakdowns = call.params.words("breakdown")
    if breakdowns and any(breakdowns != [MEDIA_BREAKDOWNS.get(name)] for name in metrics):
        raise GraphError(1, "An unknown error has occurred.", status=500)
    return {"data": [_entry(media, name, breakdowns) for name in metrics]}


def _check_metrics(metrics: Sequence[str], product_type: str, *, is_instagram_login: bool) -> None:
    facebook = set() if is_instagram_login else FACEBOOK_MEDIA[product_type]
    available = MEDIA[product_type] | facebook
    every = set().union(*MEDIA.values(), *FACEBOOK_MEDIA.values())
    for index, name in enumerate(metrics):
        if name not in every:
            raise bad_parameter(unknown_metric(index, available))
        if name not in available:
            raise bad_parameter(
                f"The Media Insights API does not support the {name} metric"
                " for this media product type."
            )
    if SHARED_ONLY & set(metrics):
        raise GraphError(100, "The media is not shared to Facebook", 2207086)


def _entry(media: EmulatedMedia, name: str, breakdowns: Sequence[str]) -> Answer:
    value = media.numbers.get(name, made_up_number(media.id + name))
    entry: dict[str, object] = {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        **metric_texts(name),
        "id": f"{media.id}/insights/{name}/lifetime",
    }
    return entry | ({"total_value": total_value(value, breakdowns)} if breakdowns else {})
