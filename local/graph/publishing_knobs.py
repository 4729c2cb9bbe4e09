"""The knobs under `/_control` for publishing, and what can be read there of it.

| knob | body |
|---|---|
| `publishing` | `{"account": id, "quota_total": 50, "quota_used": 0, "container_total": 400,
  "image_seconds": 0, "video_seconds": 30, "next_containers": [...], "lag_seconds": 0,
  "media_lag_seconds": 0, "permalink_lag_seconds": 0, "spam": null, "limit_config": true}`: these
  are the values at the start. What is not named stays as it is, null restores it |
| `container` | `{"id", "seconds", "failure": subcode}`: changes one that exists; a failure without
  `seconds` shows at once |

- `quota_used`: posts that were made elsewhere; they never age.
- `next_containers`: `[{"seconds": 1500}, {"failure": 2207026}, {"text_only": true}, {}]`, used up
  in this order by the containers that are created next, items and carousels too. A failure shows
  when the processing time is over. `text_only`: a failure without a `status_code`, which only the
  text of `status` tells; it has a subcode if `failure` is given as well.
- `lag_seconds`: for this time a new container is answered with 100/33, and not published.
- `media_lag_seconds`: for this time a new post is in no list and not found by its id.
- `permalink_lag_seconds`: for this time it has no `permalink`.
- `spam`: `"before"` or `"after"`: `media_publish` answers 4/2207051 without, or with, its effect.
- `limit_config`: false: `content_publishing_limit` has no `config`.

`GET /_control/published?account=id` lists the published posts, oldest first, with the options, the
bytes that arrived, the containers and the comments; `GET /_control/containers?account=id` all
containers, with the times at which the status was read. Without `account` they list all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lambdas.kit.decoded import JsonObject
from local.graph.container_record import PlannedContainer, PublishingRules, Spam
from local.graph.state import EmulatorState

Body = JsonObject
COUNTS = (
    "quota_total", "quota_used", "container_total", "image_seconds", "video_seconds",
    "lag_seconds", "media_lag_seconds", "permalink_lag_seconds",
)  # fmt: skip
PLAN = ("seconds", "failure", "text_only")


def _publishing(state: EmulatorState, body: Body) -> None:
    _check_names(body, ("account", "next_containers", "spam", "limit_config", *COUNTS))
    account_id = str(body["account"])
    if account_id not in state.accounts:
        raise ValueError(f"there is no account {account_id}")
    rules, initial = state.accounts[account_id].publishing, PublishingRules()
    changes = {name: _value(name, body[name]) for name in body if name != "account"}
    for name, value in changes.items():
        setattr(rules, name, getattr(initial, name) if value is None else value)


def _value(name: str, value: object) -> object:
    """Return a checked value; None restores the initial one."""
    if value is None:
        return None
    if name in COUNTS:
        return _count(name, value)
    if name == "spam":
        return Spam(str(value))
    if name == "limit_config":
        if not isinstance(value, bool):
            raise ValueError("limit_config must be true or false")
        return value
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise ValueError("next_containers must be a list of objects")
    return [_plan(one) for one in value]


def _plan(raw: Mapping[str, object]) -> PlannedContainer:
    _check_names(raw, PLAN)
    seconds, failure = raw.get("seconds"), raw.get("failure")
    return PlannedContainer(
        None if seconds is None else _count("seconds", seconds),
        None if failure is None else _count("failure", failure),
        raw.get("text_only") is True,
    )


def _count(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be a whole number and not negative")
    return value


def _container(state: EmulatorState, body: Body) -> None:
    container = state.containers[str(body["id"])]
    if body.get("failure") is not None and "seconds" not in body:
        container.seconds = 0
    container.seconds = int(body.get("seconds", container.seconds))
    container.failure = body.get("failure", container.failure)


def _check_names(body: Mapping[str, object], known: tuple[str, ...]) -> None:
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")


PUBLISHING_KNOBS: dict[str, Callable[[EmulatorState, Body], object]] = {
    "publishing": _publishing,
    "container": _container,
}
