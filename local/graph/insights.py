"""Numbers, as strict as Meta's: one bad metric fails the call, windows end after 30 days, and what is not there is an empty list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from local.graph.data import EmulatedMedia
from local.graph.nodes import graph_time
from local.graph.refusal import Refusal, bad_parameter
from local.graph.state import EmulatedAccount

COMMON = {"views", "reach", "shares", "total_interactions", "reposts"}
MEDIA = {
    "FEED": COMMON
    | {"likes", "comments", "saved", "follows", "profile_visits", "profile_activity"},
    "REELS": COMMON
    | {
        "likes",
        "comments",
        "saved",
        "ig_reels_avg_watch_time",
        "ig_reels_video_view_total_time",
        "reels_skip_rate",
    },
    "STORY": COMMON | {"follows", "profile_visits", "profile_activity", "replies", "navigation"},
}
# Facebook login type only; those that count what was shared to Facebook fail for media that was not.
FACEBOOK_MEDIA = {
    "FEED": {"total_likes", "total_comments", "total_views", "facebook_views"},
    "REELS": {
        "total_likes",
        "total_comments",
        "total_views",
        "facebook_views",
        "crossposted_views",
    },
    "STORY": {"total_views", "link_clicks", "facebook_views"},
}
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
VALUES = {
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
LONGEST = timedelta(days=30)
FEW_VIEWERS = 5
FEW_FOLLOWERS = 100


def of_media(media: EmulatedMedia, query: Mapping[str, str], host: str) -> dict[str, Any]:
    """`GET /{media-id}/insights`."""
    if "metric" not in query:
        raise bad_parameter("The parameter metric is required")
    if media.before_business:
        raise Refusal(100, "Media posted before business account conversion", 2108006)
    known = MEDIA[media.product_type] | (
        FACEBOOK_MEDIA[media.product_type] if host == "graph.facebook.com" else set()
    )
    everything = set().union(*MEDIA.values(), *FACEBOOK_MEDIA.values())
    metrics = query["metric"].split(",")
    for index, name in enumerate(metrics):
        if name not in everything | known:
            raise bad_parameter(
                f"metric[{index}] must be one of the following values: {', '.join(sorted(known))}"
            )
        if name not in known:
            raise bad_parameter(
                f"The Media Insights API does not support the {name} metric for this media product type."
            )
    if {"crossposted_views", "facebook_views"} & set(metrics):
        raise Refusal(100, "The media is not shared to Facebook", 2207086)
    if media.product_type == "STORY" and media.viewers < FEW_VIEWERS:
        raise Refusal(10, "(#10) Not enough viewers for the media to show insights")
    if media.viewers == 0:
        return {"data": []}
    breakdown = query.get("breakdown")
    if breakdown and any(MEDIA_BREAKDOWNS.get(name) != breakdown for name in metrics):
        raise Refusal(1, "An unknown error has occurred.", status=500)
    return {"data": [_lifetime(media, name, breakdown) for name in metrics]}


def _lifetime(media: EmulatedMedia, name: str, breakdown: str | None) -> dict[str, Any]:
    value = media.numbers.get(name, _number(media.id + name))
    entry: dict[str, Any] = {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        **_texts(name),
    }
    entry["id"] = f"{media.id}/insights/{name}/lifetime"
    return entry | ({"total_value": _total(value, breakdown)} if breakdown else {})


def of_account(account: EmulatedAccount, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """`GET /{ig-id}/insights`."""
    for name in ("metric", "period"):
        if name not in query:
            raise bad_parameter(f"The parameter {name} is required")
    metrics, period = query["metric"].split(","), query["period"]
    start, end = _window(query, now)
    kind, breakdown = query.get("metric_type"), query.get("breakdown")
    found: list[dict[str, Any]] = []
    for index, name in enumerate(metrics):
        if name in DEMOGRAPHICS:
            found.append(_demographics(account, name, period, kind, breakdown))
        elif name == "follower_count":
            found.append(_new_followers(account, start, end, now))
        elif name == "online_followers":
            if period != "lifetime" or len(metrics) > 1:
                raise bad_parameter("online_followers needs period=lifetime")
            found.append(_online_followers(account, now))
        elif name not in TOTALS:
            raise bad_parameter(
                f"metric[{index}] must be one of the following values: {', '.join(sorted({*TOTALS, *SERIES, *DEMOGRAPHICS}))}"
            )
        elif period != "day":
            raise bad_parameter(f"The period {period} is not available for {name}")
        elif kind == "total_value":
            if breakdown and breakdown not in TOTALS[name]:
                raise bad_parameter(f"The breakdown {breakdown} is not available for {name}")
            total = _total(_number(account.id + name), breakdown)
            if name == "follows_and_unfollows":
                # Without its breakdown there is no value, and with it none beside the parts.
                total.pop("value")
            found.append({"name": name, "period": "day", **_texts(name), "total_value": total})
        elif name in SERIES:
            found.append(_series(account.id, name, start, end))
        else:
            raise bad_parameter(
                f"The metric {name} should be specified with parameter metric_type=total_value"
            )
    return {
        "data": [
            {**entry, "id": f"{account.id}/insights/{entry['name']}/{entry['period']}"}
            for entry in found
        ]
    }


def _window(query: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    try:
        start = (
            datetime.fromtimestamp(int(query["since"]), UTC)
            if "since" in query
            else now - timedelta(days=1)
        )
        end = datetime.fromtimestamp(int(query["until"]), UTC) if "until" in query else now
    except (ValueError, OverflowError):
        raise bad_parameter("since and until must be Unix times") from None
    if end - start > LONGEST:
        raise bad_parameter("There cannot be more than 30 days (2592000 s) between since and until")
    if end <= start:
        raise bad_parameter("until must be after since")
    return start, end


def _demographics(
    account: EmulatedAccount, name: str, period: str, kind: str | None, breakdown: str | None
) -> dict[str, Any]:
    if period != "lifetime" or kind != "total_value":
        raise bad_parameter(f"The metric {name} needs period=lifetime and metric_type=total_value")
    if breakdown not in ("age", "gender", "country", "city"):
        raise bad_parameter(
            f"The metric {name} needs one of the breakdowns age, gender, country, city"
        )
    entry = {"name": name, "period": "lifetime", **_texts(name)}
    if account.followers < FEW_FOLLOWERS:
        return entry | {
            "total_value": {"breakdowns": [{"dimension_keys": [breakdown], "results": []}]}
        }
    total = _total(account.followers, breakdown)
    del total["value"]
    return entry | {"total_value": total}


def _new_followers(
    account: EmulatedAccount, start: datetime, end: datetime, now: datetime
) -> dict[str, Any]:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if start < today - LONGEST or end > now:
        raise bad_parameter(
            "(follower_count) metric only supports querying data for the last 30 days excluding the current day"
        )
    if account.followers < FEW_FOLLOWERS:
        raise bad_parameter(
            "follower_count is not available for accounts with fewer than 100 followers"
        )
    return _series(account.id, "follower_count", start, end)


def _online_followers(account: EmulatedAccount, now: datetime) -> dict[str, Any]:
    end = now.replace(hour=7, minute=0, second=0, microsecond=0)
    hours = (
        {str(hour): 40 + hour * 3 for hour in range(24)}
        if account.followers >= FEW_FOLLOWERS
        else {}
    )
    values = [
        {"value": hours, "end_time": graph_time(end - timedelta(days=1))},
        {"value": {}, "end_time": graph_time(end)},
    ]
    return {
        "name": "online_followers",
        "period": "lifetime",
        "values": values,
        **_texts("online_followers"),
    }


def _series(seed: str, name: str, start: datetime, end: datetime) -> dict[str, Any]:
    values = []
    day = start.replace(hour=7, minute=0, second=0, microsecond=0)
    while day <= end:
        if day > start:
            values.append(
                {"value": _number(f"{seed}{name}{day:%F}") % 300, "end_time": graph_time(day)}
            )
        day += timedelta(days=1)
    return {"name": name, "period": "day", "values": values, **_texts(name)}


def _total(value: int, breakdown: str | None) -> dict[str, Any]:
    if not breakdown:
        return {"value": value}
    names = VALUES[breakdown]
    shares = [value // len(names)] * len(names)
    shares[0] += value - sum(shares)
    results = [
        {"dimension_values": [name], "value": share}
        for name, share in zip(names, shares, strict=True)
    ]
    return {"value": value, "breakdowns": [{"dimension_keys": [breakdown], "results": results}]}


def _texts(name: str) -> dict[str, str]:
    return {
        "title": name.replace("_", " ").capitalize(),
        "description": "Localised text, do not parse.",
    }


def _number(seed: str) -> int:
    return sum(ord(character) * (index + 1) for index, character in enumerate(seed)) % 5000
