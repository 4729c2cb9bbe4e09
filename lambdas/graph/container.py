"""A publishing container: its state, and how much of the publishing quota is used."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import timedelta

from lambdas.graph import parsing
from lambdas.graph.decoding import Json, JsonObject

SUBCODE = re.compile(r"\b(22070\d\d)\b")


class ContainerState(enum.StrEnum):
    """The state of a container."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class ContainerStatus:
    """A container's state and, if it failed, the subcode of the cause, if given."""

    state: ContainerState
    subcode: int | None = None


@dataclass(frozen=True)
class PublishingLimit:
    """Posts published in the window, and allowed in it (None if not given: sources disagree)."""

    used: int | None
    total: int | None
    window: timedelta | None


def container_status_of(raw: JsonObject) -> ContainerStatus:
    """Return the status of a decoded answer."""
    code, text = parsing.text(raw, "status_code") or "", parsing.text(raw, "status") or ""
    found = SUBCODE.search(text)
    subcode = int(found[1]) if found else None
    if code in ContainerState.__members__:
        return ContainerStatus(ContainerState(code), subcode)
    # Seen: no status_code at all, and a status that begins with "Error".
    failed = subcode is not None or text.lower().startswith("error")
    return ContainerStatus(ContainerState.ERROR if failed else ContainerState.UNKNOWN, subcode)


def publishing_limit_of(answer: Json) -> PublishingLimit:
    """Return the limit of a decoded answer."""
    raw = parsing.single(answer)
    config = parsing.mapping(raw.get("config"))
    total = parsing.number(config, "quota_total")
    return PublishingLimit(
        parsing.number(raw, "quota_usage"),
        # None at all would never end: Instagram itself refuses what is too much.
        total if total and total > 0 else None,
        parsing.seconds(config, "quota_duration"),
    )
