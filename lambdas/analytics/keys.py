"""The keys of the analytics table.

Everything about an account is in one partition, `<tenant>#<account id>`:

| sort key                | row                                                                |
|-------------------------|--------------------------------------------------------------------|
| `ACCOUNT`               | zone, profile, revision, and how its units of collection are doing |
| `COLLECT`               | when a collection was last started by hand                         |
| `LEASE#<unit>`          | the lease on collecting a unit                                     |
| `LEARNED#<api>`         | what the API refused for this account, by login type and version   |
| `POST#<time>#<id>`      | a post with its newest numbers                                     |
| `STORY#<time>#<id>`     | a story with its newest numbers                                    |
| `MEDIA#<id>`            | the sort key of a post or story, by its id                         |
| `HISTORY#<id>#<date>`   | a post's or story's numbers at the end of a day                    |
| `DAY#<end>`             | a day of the account                                               |
| `WINDOW#<start>#<end>`  | totals of several days                                             |
| `AUDIENCE#<date>`       | demographics                                                       |
| `ONLINE#<end>`          | when followers were online                                         |
| `ANSWER#<hash>#<part>`  | a computed answer                                                  |
"""

from __future__ import annotations

from datetime import datetime

from lambdas.kit.clock import to_sortable
from lambdas.storage.keys import PARTITION, SORT

ACCOUNT = "ACCOUNT"
COLLECT = "COLLECT"
BODY = "body"
"""The column of packed records."""


def partition(tenant: str, account_id: str) -> str:
    """Return the partition of an account."""
    return f"{tenant}#{account_id}"


def row_key(tenant: str, account_id: str, sort: str) -> dict[str, str]:
    """Return the primary key of one of an account's rows."""
    return {PARTITION: partition(tenant, account_id), SORT: sort}


def lease(unit: str) -> str:
    """Return the sort key of the lease on collecting a unit."""
    return f"LEASE#{unit}"


def learned(api: str) -> str:
    """Return the sort key of what the API refused; `api` is login type and version."""
    return f"LEARNED#{api}"


def at(kind: str, moment: datetime, media_id: str = "") -> str:
    """Return a sort key that sorts by time: `POST#<time>#<id>`, or a bound without an id."""
    bound = f"{kind}#{to_sortable(moment)}"
    return f"{bound}#{media_id}" if media_id else bound


def media(media_id: str) -> str:
    """Return the sort key of the row that finds a post or story by its id."""
    return f"MEDIA#{media_id}"


def history(media_id: str, date: str = "") -> str:
    """Return the sort key of a media object's numbers on a date, or their common prefix."""
    return f"HISTORY#{media_id}#{date}"


def window(start: datetime, end: datetime) -> str:
    """Return the sort key of a window."""
    return f"WINDOW#{to_sortable(start)}#{to_sortable(end)}"


def answer(digest: str, part: int) -> str:
    """Return the sort key of a part of a computed answer."""
    return f"ANSWER#{digest}#{part:03}"
