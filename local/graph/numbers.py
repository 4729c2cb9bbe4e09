"""The numbers of accounts whose numbers depend on the emulated time.

Pure functions of ids, times and days: equal arguments give equal numbers, in any process. Tests
compute with them what the emulator should report.

- A media object's number grows from 0 at its time to its final value 30 days later; the older it
  is, the slower (half of it within about a day, three hours for stories).
- A day runs between two Pacific midnights. Its number grows evenly while the day lasts.
- Days are kept for 90 days.
- The followers at a time are those at the start, plus the follows and minus the unfollows of all
  days since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = timedelta(days=1)
GROWTH = timedelta(days=30)
HALF_LIFE = timedelta(hours=24)
RETENTION = timedelta(days=90)
STORY_HALF_LIFE = timedelta(hours=3)

# The final views of a media object by product type, from and to.
FINAL_VIEWS = {"FEED": (150, 6000), "REELS": (500, 40_000), "STORY": (40, 900), "AD": (150, 6000)}
# The other numbers of a media object: a percentage of another number, from and to.
MEDIA_PARTS: dict[str, tuple[str, int, int]] = {
    "reach": ("views", 55, 85),
    "likes": ("reach", 2, 12),
    "comments": ("likes", 1, 15),
    "saved": ("likes", 2, 25),
    "shares": ("likes", 1, 20),
    "reposts": ("shares", 0, 30),
    "follows": ("reach", 0, 1),
    "profile_visits": ("reach", 1, 6),
    "profile_activity": ("profile_visits", 0, 20),
    "replies": ("reach", 0, 2),
    "navigation": ("views", 60, 120),
    "link_clicks": ("reach", 0, 2),
    "total_likes": ("likes", 100, 110),
    "total_comments": ("comments", 100, 110),
    "total_views": ("views", 100, 110),
}
# These do not grow: milliseconds, and a percentage.
CONSTANTS = {"ig_reels_avg_watch_time": (2500, 14_000), "reels_skip_rate": (10, 70)}

# The numbers of an account's day, from and to.
DAY_RANGES = {
    "reach": (120, 900),
    "follows": (0, 40),
    "unfollows": (0, 30),
    "profile_links_taps": (0, 12),
}
# The others: a percentage of another number of the day, from and to.
DAY_PARTS: dict[str, tuple[str, int, int]] = {
    "views": ("reach", 120, 190),
    "accounts_engaged": ("reach", 5, 12),
    "likes": ("reach", 4, 14),
    "comments": ("likes", 1, 15),
    "saves": ("likes", 2, 25),
    "shares": ("likes", 1, 20),
    "replies": ("reach", 0, 2),
    "reposts": ("shares", 0, 30),
}
# The metric of an account, and the number of a day that it shows.
DAY_NAMES = {"follower_count": "follows"}
INTERACTIONS = {
    "media": ("likes", "comments", "saved", "shares"),
    "story": ("replies", "shares"),
    "day": ("likes", "comments", "saves", "shares"),
}
# Reach counts people: of the days beside the best one, this percentage are others.
NEW_PEOPLE_PERCENT = 40


@cache
def steady(seed: str, low: int, high: int) -> int:
    """Return a number from `low` to `high` that is the same for equal seeds."""
    digest = hashlib.sha256(seed.encode()).digest()
    return low + int.from_bytes(digest[:8]) % (high - low + 1)


@cache
def final_media_number(media_id: str, product_type: str, metric: str) -> int:
    """Return what a media object's number is 30 days after its time."""
    if metric == "views":
        return steady(f"{media_id}/views", *FINAL_VIEWS[product_type])
    if metric == "total_interactions":
        names = interactions(product_type)
        return sum(final_media_number(media_id, product_type, name) for name in names)
    if metric == "ig_reels_video_view_total_time":
        average = steady(
            f"{media_id}/ig_reels_avg_watch_time", *CONSTANTS["ig_reels_avg_watch_time"]
        )
        return average * final_media_number(media_id, product_type, "views")
    if metric in CONSTANTS:
        return steady(f"{media_id}/{metric}", *CONSTANTS[metric])
    of, low, high = MEDIA_PARTS[metric]
    whole = final_media_number(media_id, product_type, of)
    return whole * steady(f"{media_id}/{metric}", low, high) // 100


def interactions(product_type: str) -> tuple[str, ...]:
    """Return the metrics that `total_interactions` adds up."""
    return INTERACTIONS["story" if product_type == "STORY" else "media"]


def media_number(
    media_id: str, product_type: str, metric: str, age: timedelta, percent: int = 100
) -> int:
    """Return a media object's number at an age; 0 before its time.

    `percent` scales the numbers that grow. The sum of the interactions is that of their numbers
    at this age.
    """
    if metric == "total_interactions":
        names = interactions(product_type)
        return sum(media_number(media_id, product_type, one, age, percent) for one in names)
    final = final_media_number(media_id, product_type, metric)
    if metric in CONSTANTS:
        return final
    half = STORY_HALF_LIFE if product_type == "STORY" else HALF_LIFE
    return grown(final, age, half) * percent // 100


def grown(final: int, age: timedelta, half_life: timedelta = HALF_LIFE) -> int:
    """Return what has been reached of a final number: all of it after 30 days."""
    seconds = int(min(max(age, timedelta()), GROWTH).total_seconds())
    half, whole = int(half_life.total_seconds()), int(GROWTH.total_seconds())
    return final * seconds * (whole + half) // (whole * (seconds + half))


def day_of(moment: datetime) -> date:
    """Return the Pacific day of a time."""
    return moment.astimezone(PACIFIC).date()


@cache
def day_start(day: date) -> datetime:
    """Return the Pacific midnight with which a day starts, in UTC."""
    return datetime.combine(day, time(), PACIFIC).astimezone(UTC)


def day_end(day: date) -> datetime:
    """Return the Pacific midnight with which a day ends, in UTC: its `end_time`."""
    return day_start(day + DAY)


def days_between(since: datetime, until: datetime, now: datetime | None = None) -> Iterator[date]:
    """Yield the days that a request covers: those that end within `(since, until]`.

    With `now`, the day that is still open is covered once the request reaches into it, and no
    later day is.
    """
    day = day_of(since)
    while day_end(day) <= until:
        if now is not None and day_end(day) > now:
            break
        yield day
        day += DAY
    if now is not None and day_start(day) < min(now, until) and day_end(day) > now:
        yield day


@cache
def day_number(account_id: str, metric: str, day: date) -> int:
    """Return an account's number of a whole day.

    Beside the metrics of accounts there are `follows` and `unfollows`; `follower_count` is the
    follows.
    """
    name = DAY_NAMES.get(metric, metric)
    if name == "total_interactions":
        return sum(day_number(account_id, one, day) for one in INTERACTIONS["day"])
    seed = f"{account_id}/{name}/{day:%F}"
    if name in DAY_RANGES:
        return steady(seed, *DAY_RANGES[name])
    of, low, high = DAY_PARTS[name]
    return day_number(account_id, of, day) * steady(seed, low, high) // 100


def known_part(whole: int, day: date, known_until: datetime) -> int | None:
    """Return what is known of a day's number; None if the day starts after `known_until`."""
    start, end = day_start(day), day_end(day)
    if known_until <= start:
        return None
    return (
        whole
        * int((min(known_until, end) - start).total_seconds())
        // int((end - start).total_seconds())
    )


def reach_of_days(values: Iterable[int]) -> int:
    """Return the people reached in several days: more than on the best day, less than the sum."""
    reached = list(values)
    best = max(reached, default=0)
    return best + (sum(reached) - best) * NEW_PEOPLE_PERCENT // 100


def followers_at(
    account_id: str,
    followers: int,
    since: datetime,
    moment: datetime,
    overrides: Mapping[date, Mapping[str, int]] | None = None,
) -> int:
    """Return the followers at a time, of an account that had `followers` at the start of a day.

    That day is the one of `since`. The numbers of a day that is not over yet count in part.
    """
    total, day, today = followers, day_of(since), day_of(moment)
    while day <= today:
        own = (overrides or {}).get(day, {})
        for name, sign in (("follows", 1), ("unfollows", -1)):
            whole = own.get(name, day_number(account_id, name, day))
            total += sign * (whole if day < today else known_part(whole, day, moment) or 0)
        day += DAY
    return max(0, total)
