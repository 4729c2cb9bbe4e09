"""The metrics that exist, and the values that the emulator makes up for them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from local.graph.errors import bad_parameter
from local.graph.parameters import Parameters

COMMON = {"views", "reach", "shares", "total_interactions", "reposts"}
MEDIA = {
    "FEED": COMMON
    | {"likes", "comments", "saved", "follows", "profile_visits", "profile_activity"},
    "REELS": COMMON
    | {
        "likes", "comments", "saved", "ig_reels_avg_watch_time", "ig_reels_video_view_total_time",
        "reels_skip_rate",
    },
    "STORY": COMMON | {"follows", "profile_visits", "profile_activity", "replies", "navigation"},
}  # fmt: skip
FACEBOOK_MEDIA = {
    "FEED": {"total_likes", "total_comments", "total_views", "facebook_views"},
    "REELS": {
        "total_likes", "total_comments", "total_views", "facebook_views", "crossposted_views",
    },
    "STORY": {"total_views", "link_clicks", "facebook_views"},
}  # fmt: skip
# These fail for media that was not shared to Facebook.
SHARED_ONLY = {"crossposted_views", "facebook_views"}
MEDIA_BREAKDOWNS = {"profile_activity": "action_type", "navigation": "story_navigation_action_type"}

TOTALS: dict[str, set[str]] = {
    "reach": {"media_product_type", "follow_type"},
    "views": {"media_product_type", "follow_type", "follower_type"},
    "accounts_engaged": set(),
    "replies": set(),
    "reposts": set(),
    "likes": {"media_product_type"},
    "comments": {"media_product_type"},
    "saves": {"media_product_type"},
    "shares": {"media_product_type"},
    "total_interactions": {"media_product_type"},
    "profile_links_taps": {"contact_button_type"},
    "follows_and_unfollows": {"follow_type"},
}
SERIES = {"reach", "follower_count"}
DEMOGRAPHICS = {"follower_demographics", "engaged_audience_demographics"}
ACCOUNT = {*TOTALS, *SERIES, *DEMOGRAPHICS, "online_followers"}
# What metrics can be refused for: media of a product type, or accounts.
ACCOUNT_LEVEL = "ACCOUNT"
METRIC_LEVELS: dict[str, set[str]] = {
    **{name: MEDIA[name] | FACEBOOK_MEDIA[name] for name in MEDIA},
    ACCOUNT_LEVEL: ACCOUNT,
}

DIMENSION_VALUES = {
    "media_product_type": ("POST", "REEL", "STORY"),
    "follow_type": ("FOLLOWER", "NON_FOLLOWER"),
    "follower_type": ("FOLLOWER", "NON_FOLLOWER"),
    "contact_button_type": ("EMAIL", "CALL"),
    "age": ("18-24", "25-34", "35-44"),
    "gender": ("F", "M", "U"),
    "country": ("US", "DE"),
    "city": ("Los Angeles, California", "Berlin, Berlin"),
    "story_navigation_action_type": ("tap_forward", "tap_back", "tap_exit"),
    "action_type": ("email", "call"),
}


def requested_metrics(params: Parameters) -> list[str]:
    """Return the names of the requested metrics. Raises GraphError when there are none."""
    names = params.words("metric")
    if not names:
        raise bad_parameter("The parameter metric is required")
    return names


def unknown_metric(index: int, known: set[str]) -> str:
    """Return Meta's message for a metric name that does not exist."""
    return f"metric[{index}] must be one of the following values: {', '.join(sorted(known))}"


def made_up_number(seed: str) -> int:
    """Return a number below 5000 that is the same for equal seeds."""
    return sum(ord(character) * (index + 1) for index, character in enumerate(seed)) % 5000


def total_value(
    value: int, breakdowns: Sequence[str], parts: Sequence[int] | None = None
) -> dict[str, object]:
    """Return a total, split over the combinations of the breakdowns' values.

    Without `parts`, the combinations have equal ones.
    """
    if not breakdowns:
        return {"value": value}
    groups = list(itertools.product(*(DIMENSION_VALUES[name] for name in breakdowns)))
    share, rest = divmod(value, len(groups))
    shares = parts or [share + rest, *[share] * (len(groups) - 1)]
    results = [
        {"dimension_values": list(group), "value": part}
        for group, part in zip(groups, shares, strict=True)
    ]
    split = {"dimension_keys": list(breakdowns), "results": results}
    return {"value": value, "breakdowns": [split]}


def metric_texts(name: str) -> dict[str, object]:
    """Return title and description, which Meta localises."""
    title = name.replace("_", " ").capitalize()
    return {"title": title, "description": "Localised text, do not parse."}
