"""The knobs under `/_control` for accounts with many posts, their numbers, and usage that rises.

| knob | body |
|---|---|
| `generate` | `{"id", "since", "until", "posts": 300, "stories": 0, "seed": 1, "username",
  "followers": 1250, "account_type", "page_id", "token", "scopes", "login_type"}`: an account with
  many posts, as `generated.py` describes; its numbers are live |
| `live` | `{"account", "enabled": true, "since", "delay_hours": 0 to 48,
  "late": "growing" or "missing", "percent": 100}`: numbers that depend on the emulated time, as
  `numbers.py` describes. `since` is when the account had its `followers` (without it: now).
  `late`: of a day whose data is not complete, report the known part, or nothing.
  `percent` scales the numbers of media. What is not named stays as it is |
| `change_media` | `{"account", "media": id, "numbers": {metric: n or null}, "viewers", "caption",
  "copyrighted", "before_business", "hides_likes", "deleted": true}`: `numbers` overrides insights,
  `like_count` (`likes`) and `comments_count` (`comments`); null ends an override |
| `day` | `{"account", "day": "2026-11-01", "numbers": {metric: n or null}}`: overrides the numbers
  of a Pacific day; `follows` and `unfollows` move the followers |
| `refuse` | `{"level": "FEED", "REELS", "STORY" or "ACCOUNT", "metrics": [...]}`: these metrics are
  refused; `[]` ends it |
| `expansion` | `{"behaviour": "works", "fails_page" or "unsupported"}` of `insights.metric(...)` in
  lists of media |
| `rising_usage` | `{"account": id or "app", "percent_per_call": n, "window_minutes": 60}`: each
  call counts in a rolling window; calls at 100 are refused. Without `percent_per_call` it ends |
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from lambdas.kit.decoded import JsonObject
from local.graph.generated import AccountPlan, generated_account
from local.graph.media import FACEBOOK_COUNTS
from local.graph.metrics import METRIC_LEVELS
from local.graph.numbers import DAY_PARTS, DAY_RANGES
from local.graph.records import EmulatedAccount, Expansion, Late, LiveNumbers
from local.graph.rising_usage import APP, RisingUsage
from local.graph.state import EmulatorState
from local.graph.tokens import LoginType

Body = JsonObject
PLAN_OPTIONS = ("posts", "stories", "seed", "username", "followers")
ACCOUNT_OPTIONS = ("account_type", "page_id")
TOKEN_OPTIONS = ("token", "scopes", "login_type")
MEDIA_OPTIONS = ("viewers", "caption", "copyrighted", "before_business", "hides_likes")
MAX_DELAY_HOURS = 48
DAY_METRICS = {*DAY_RANGES, *DAY_PARTS, "total_interactions"}


def _generate(state: EmulatorState, body: Body) -> None:
    _check_names(body, ("id", "since", "until", *PLAN_OPTIONS, *ACCOUNT_OPTIONS, *TOKEN_OPTIONS))
    plan = AccountPlan(
        id=str(body["id"]),
        since=_moment(body["since"]),
        until=_moment(body["until"]),
        **{name: body[name] for name in PLAN_OPTIONS if name in body},
    )
    account = generated_account(plan)
    for name in ACCOUNT_OPTIONS:
        setattr(account, name, body.get(name, getattr(account, name)))
    state.accounts[account.id] = account
    if "token" in body:
        login_type = LoginType(body.get("login_type", "instagram"))
        scopes = set(body.get("scopes", login_type.scopes))
        issued_at = state.now() - timedelta(days=2)
        state.add_token(body["token"], account.id, login_type, scopes, issued_at)


def _live(state: EmulatorState, body: Body) -> None:
    _check_names(body, ("account", "enabled", "since", "delay_hours", "late", "percent"))
    account = _account(state, body)
    if not body.get("enabled", True):
        account.live = None
        return
    known = account.live or LiveNumbers(state.now())
    delay = known.delay
    if "delay_hours" in body:
        if not 0 <= body["delay_hours"] <= MAX_DELAY_HOURS:
            raise ValueError(f"delay_hours must be between 0 and {MAX_DELAY_HOURS}")
        delay = timedelta(hours=body["delay_hours"])
    percent = body.get("percent", known.percent)
    if not isinstance(percent, int) or percent < 0:
        raise ValueError("percent must be a whole number and not negative")
    account.live = LiveNumbers(
        _moment(body["since"]) if "since" in body else known.since,
        delay,
        Late(body.get("late", known.late)),
        percent,
    )


def _change_media(state: EmulatorState, body: Body) -> None:
    _check_names(body, ("account", "media", "numbers", "deleted", *MEDIA_OPTIONS))
    account, media_id = _account(state, body), str(body["media"])
    media_list = account.media if account.media.find(media_id) else account.stories
    index = next((n for n, one in enumerate(media_list) if one.id == media_id), None)
    if index is None:
        raise ValueError(f"the account has no media {media_id}")
    if body.get("deleted"):
        del media_list[index]
        return
    media = media_list[index]
    known = METRIC_LEVELS[media.product_type] | {*FACEBOOK_COUNTS, "likes", "comments"}
    numbers = _overridden(media.numbers, body.get("numbers", {}), known)
    changes = {name: body[name] for name in MEDIA_OPTIONS if name in body}
    media_list[index] = replace(media, numbers=numbers, **changes)


def _day(state: EmulatorState, body: Body) -> None:
    _check_names(body, ("account", "day", "numbers"))
    account, day = _account(state, body), date.fromisoformat(body["day"])
    known = account.day_numbers.get(day, {})
    account.day_numbers[day] = _overridden(known, body["numbers"], DAY_METRICS)


def _refuse(state: EmulatorState, body: Body) -> None:
    _check_names(body, ("level", "metrics"))
    level, metrics = str(body["level"]), set(body["metrics"])
    if level not in METRIC_LEVELS:
        raise ValueError(f"level must be one of {', '.join(METRIC_LEVELS)}")
    _check_metrics(metrics, METRIC_LEVELS[level])
    state.refused_metrics[level] = metrics


def _expansion(state: EmulatorState, body: Body) -> None:
    _check_names(body, ("behaviour",))
    state.expansion = Expansion(body["behaviour"])


def _rising_usage(state: EmulatorState, body: Body) -> None:
    _check_names(body, ("account", "percent_per_call", "window_minutes"))
    name = str(body["account"])
    if name != APP:
        _account(state, body)
    if "percent_per_call" not in body:
        state.rising.pop(name, None)
        return
    window = timedelta(minutes=body.get("window_minutes", 60))
    state.rising[name] = RisingUsage(name, body["percent_per_call"], window)


def _account(state: EmulatorState, body: Body) -> EmulatedAccount:
    account_id = str(body["account"])
    if account_id not in state.accounts:
        raise ValueError(f"there is no account {account_id}")
    return state.accounts[account_id]


def _overridden(
    known: Mapping[str, int], changes: Mapping[str, int | None], metrics: Collection[str]
) -> dict[str, int]:
    """Return the overrides after changes; None ends one."""
    _check_metrics(changes, metrics)
    for name, number in changes.items():
        if number is not None and (not isinstance(number, int) or number < 0):
            raise ValueError(f"{name} must be a whole number and not negative")
    merged = {**known, **changes}
    return {name: number for name, number in merged.items() if number is not None}


def _check_metrics(names: Collection[str], metrics: Collection[str]) -> None:
    unknown = sorted(set(names) - set(metrics))
    if unknown:
        raise ValueError(f"no metric: {', '.join(unknown)}; known: {', '.join(sorted(metrics))}")


def _check_names(body: Body, known: tuple[str, ...]) -> None:
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")


def _moment(text: str) -> datetime:
    """Return an ISO time; without an offset, it is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


INSIGHT_KNOBS: dict[str, Callable[[EmulatorState, Body], object]] = {
    "generate": _generate,
    "live": _live,
    "change_media": _change_media,
    "day": _day,
    "refuse": _refuse,
    "expansion": _expansion,
    "rising_usage": _rising_usage,
}
