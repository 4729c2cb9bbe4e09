"""The keys of the posts table.

Everything of an account is in the partition `<tenant>#<account id>`:

| sort key                | row                                                              |
|-------------------------|------------------------------------------------------------------|
| `POST#<number>`         | a post; its id is `<account id>.<number>`                        |
| `STEP#<number>#<n>`     | a step of its history; `n` is the version that it led to         |
| `REQUEST#<hash>`        | which post a `client_request_id` made                            |
| `MEDIA#<media id>`      | which post a media object on Instagram is                        |
| `QUOTA`                 | shares of the account's quota that are reserved, and containers  |
| `ACCOUNT`               | the account's settings for posts, and whether its queue stopped  |
| `NOTICES#<hour>#<cause>` | how many messages about it were sent within an hour             |
| `PLAN`                  | the account's slots, standing hashtags and caption templates     |
| `SLOT#<wall>#<zone>`    | which post holds a slot of the plan                              |
| `BATCH#<id>`            | a batch of posts that was accepted: an import, or a series       |
| `PART#<batch>#<nonce>#<n>` | its posts, until they are created                             |

and, in partitions of their own,

| partition / sort key                          | row                                         |
|-----------------------------------------------|---------------------------------------------|
| `<tenant>#OPEN` / `<post id>`                 | a post that is not at rest                  |
| `<tenant>#PHOTO#<event>#<photo>` / `<post id>` | a post that uses a guest's photo           |
| `<tenant>#UPLOADS` / `<upload id>`            | an operator's own file                      |
| `<tenant>#PENDING` / `<account>#<batch>`      | a batch whose posts are not all created     |
| `<tenant>#APPROVALS` / `<hash of a secret>`   | which post a link decides about             |

An account's id holds digits only, so that none of these is an account's partition.
"""

from __future__ import annotations

import hashlib

from lambdas.publishing.records import SEPARATOR
from lambdas.storage.keys import PARTITION, SORT

ACCOUNT = "ACCOUNT"
QUOTA = "QUOTA"
PLAN = "PLAN"
NOTICES = "NOTICES"
BODY = "body"
"""The column of packed records."""
VERSION = "post_version"
STATE = "state"
DUE = "due_at"


def account_partition(tenant: str, account_id: str) -> str:
    """Return the partition of an account."""
    return f"{tenant}#{account_id}"


def account_key(tenant: str, account_id: str, sort: str) -> dict[str, str]:
    """Return the primary key of one of an account's rows."""
    return {PARTITION: account_partition(tenant, account_id), SORT: sort}


def post_key(tenant: str, post_id: str) -> dict[str, str]:
    """Return the primary key of a post. Raises ValueError for a text that is no post's id."""
    account_id, separator, number = post_id.partition(SEPARATOR)
    if not (separator and account_id and number):
        raise ValueError("not a post's id")
    return account_key(tenant, account_id, post_sort(number))


def post_sort(number: str) -> str:
    """Return the sort key of a post, or with an empty number the common prefix."""
    return f"POST#{number}"


def step_sort(number: str, version: int | None = None) -> str:
    """Return the sort key of a step, or without a version the common prefix of a post's steps."""
    return f"STEP#{number}#" + ("" if version is None else f"{version:06}")


def request_sort(client_request_id: str) -> str:
    """Return the sort key of a request id, which may hold anything."""
    return f"REQUEST#{hashlib.sha256(client_request_id.encode()).hexdigest()}"


def media_sort(media_id: str) -> str:
    """Return the sort key of the claim on a media object."""
    return f"MEDIA#{media_id}"


def slot_sort(slot: str) -> str:
    """Return the sort key of the claim on a slot."""
    return f"SLOT#{slot}"


def batch_sort(batch_id: str) -> str:
    """Return the sort key of an accepted batch."""
    return f"BATCH#{batch_id}"


def part_sort(batch_id: str, nonce: str, index: int) -> str:
    """Return the sort key of a part of a batch's posts."""
    return f"PART#{batch_id}#{nonce}#{index:03}"


def pending_partition(tenant: str) -> str:
    """Return the partition of batches that are not complete."""
    return f"{tenant}#PENDING"


def approval_key(tenant: str, secret_hash: str) -> dict[str, str]:
    """Return the primary key of the row that finds a post by the secret of its link."""
    return {PARTITION: f"{tenant}#APPROVALS", SORT: secret_hash}


def open_partition(tenant: str) -> str:
    """Return the partition of posts that are not at rest."""
    return f"{tenant}#OPEN"


def open_key(tenant: str, post_id: str) -> dict[str, str]:
    """Return the primary key of the mark that a post is not at rest."""
    return {PARTITION: open_partition(tenant), SORT: post_id}


def photo_partition(tenant: str, event_id: str, photo_id: str) -> str:
    """Return the partition of the posts that use a guest's photo."""
    return f"{tenant}#PHOTO#{event_id}#{photo_id}"


def upload_key(tenant: str, upload_id: str) -> dict[str, str]:
    """Return the primary key of an operator's file."""
    return {PARTITION: f"{tenant}#UPLOADS", SORT: upload_id}
