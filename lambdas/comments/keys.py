"""The keys of the inbox table. Standard library only: the stack imports it too.

A subject is what actions can be about; its partition `<tenant>#<subject>` holds everything of it:

| subject                     | is                                                            |
|-----------------------------|---------------------------------------------------------------|
| `<comment id>`              | a comment below the account's media                           |
| `m<account>.<media>[.<comment>]` | a mention                                                |
| `d<hash>`                   | a message                                                     |
| `media.<media id>`          | a media object                                                |
| `person.<account>.<person>` | the messages with a person                                    |

| sort key          | row                                                                |
|-------------------|--------------------------------------------------------------------|
| `ITEM`            | the comment, mention or message                                    |
| `ACTION#<number>` | an action; its id is `<subject>~<number>`                          |

and, in partitions of their own,

| partition / sort key                      | row                                              |
|-------------------------------------------|--------------------------------------------------|
| `<tenant>#ACCOUNT#<account>` / `RULES`    | the account's rules                              |
| `<tenant>#ACCOUNT#<account>` / `STATE`    | subscriptions, last event, last backfill         |
| `<tenant>#ACCOUNT#<account>` / `PAUSE`    | until when rules send nothing                    |
| `<tenant>#ACCOUNT#<account>` / `MEDIA#<media id>` | a media object: where it is, when read |
| `<tenant>#ACCOUNT#<account>` / `PERSON#<id>` | a person's name, and when they last wrote   |
| `<tenant>#ACCOUNT#<account>` / `RESULT#<id>` | which action made a comment or message      |
| `<tenant>#ACCOUNT#<account>` / `USED#...` | what rules did, counted for their limits         |
| `<tenant>#ACCOUNT#<account>` / `NOTICES#...` | messages to people within an hour             |
| `<tenant>#requests.<account>` / `REQUEST#<hash>` | which action a `client_request_id` made   |
| `<tenant>#APP` / `STATE`                  | the subscription of the app itself               |
| `<tenant>#KEPT#<account>` / `<hash>` | updates that nothing here understands          |

Items are also in the indexes by account, state, thread and author, the newest last; what the sweep
has to look at is in the sparse index by due time.
"""

from __future__ import annotations

import hashlib

from lambdas.storage.keys import PARTITION, SORT

ITEM = "ITEM"
RULES, STATE, PAUSE, USED, NOTICES = "RULES", "STATE", "PAUSE", "USED", "NOTICES"
BODY = "body"
"""The column of packed records."""
VERSION = "row_version"

BY_ACCOUNT, BY_STATE, BY_THREAD, BY_AUTHOR = "by_account", "by_state", "by_thread", "by_author"
BY_DUE = "by_due"
ACCOUNT_LIST, STATE_LIST, THREAD_LIST, AUTHOR_LIST = (
    "account_list",
    "state_list",
    "thread_list",
    "author_list",
)
LISTED_AT = "listed_at"
"""The sort key of the first four indexes: `<time>#<item id>`."""
DUE_LIST, DUE_AT = "due_list", "due_at"
# Partition and sort key of each index.
INDEXES = {
    BY_ACCOUNT: (ACCOUNT_LIST, LISTED_AT),
    BY_STATE: (STATE_LIST, LISTED_AT),
    BY_THREAD: (THREAD_LIST, LISTED_AT),
    BY_AUTHOR: (AUTHOR_LIST, LISTED_AT),
    BY_DUE: (DUE_LIST, DUE_AT),
}
SEPARATOR = "~"
"""Between the subject and the rest of an action's id."""


def subject_partition(tenant: str, subject: str) -> str:
    """Return the partition of a subject."""
    return f"{tenant}#{subject}"


def subject_key(tenant: str, subject: str, sort: str) -> dict[str, str]:
    """Return the primary key of one of a subject's rows."""
    return {PARTITION: subject_partition(tenant, subject), SORT: sort}


def account_partition(tenant: str, account_id: str) -> str:
    """Return the partition of what is stored once for an account."""
    return f"{tenant}#ACCOUNT#{account_id}"


def account_key(tenant: str, account_id: str, sort: str) -> dict[str, str]:
    """Return the primary key of one of an account's own rows."""
    return {PARTITION: account_partition(tenant, account_id), SORT: sort}


def media_sort(media_id: str) -> str:
    """Return the sort key of a media object, or with an empty id the common prefix."""
    return f"MEDIA#{media_id}"


def result_sort(result_id: str) -> str:
    """Return the sort key of the claim on what an action made."""
    return f"RESULT#{hashlib.sha256(result_id.encode()).hexdigest()[:32]}"


def person_sort(person_id: str) -> str:
    """Return the sort key of a person who writes to the account."""
    return f"PERSON#{person_id}"


def app_key(tenant: str) -> dict[str, str]:
    """Return the primary key of the state of the app's own subscription."""
    return {PARTITION: f"{tenant}#APP", SORT: STATE}


def kept_partition(tenant: str, account_id: str) -> str:
    """Return the partition of updates that nothing here understands."""
    return f"{tenant}#KEPT#{account_id}"


def mention_id(account_id: str, media_id: str, comment_id: str | None) -> str:
    """Return the item id of a mention."""
    return ".".join(filter(None, (f"m{account_id}", media_id, comment_id)))


def message_id(account_id: str, mid: str) -> str:
    """Return the item id of a message; Instagram's own ids are long."""
    return "d" + hashlib.sha256(f"{account_id}#{mid}".encode()).hexdigest()[:32]


def media_subject(media_id: str) -> str:
    """Return the subject of a media object."""
    return f"media.{media_id}"


def person_subject(account_id: str, person_id: str) -> str:
    """Return the subject of the messages with a person."""
    return f"person.{account_id}.{person_id}"


def action_sort(number: str) -> str:
    """Return the sort key of an action, or with an empty number the common prefix."""
    return f"ACTION#{number}"


def action_key(tenant: str, action_id: str) -> dict[str, str]:
    """Return the primary key of an action. Raises ValueError for a text that is no action's id."""
    subject, separator, number = action_id.rpartition(SEPARATOR)
    if not (subject and separator and number):
        raise ValueError("not an action's id")
    return subject_key(tenant, subject, action_sort(number))


def request_sort(client_request_id: str) -> str:
    """Return the sort key of a request id, which may hold anything."""
    return f"REQUEST#{hashlib.sha256(client_request_id.encode()).hexdigest()}"


def account_list(tenant: str, account_id: str) -> str:
    """Return the partition of an account's items, in the index by account."""
    return f"{tenant}#{account_id}"


def state_list(tenant: str, account_id: str, state: str) -> str:
    """Return the partition of an account's items of a state, in the index by state."""
    return f"{tenant}#{account_id}#{state}"


def thread_list(tenant: str, account_id: str, thread: str) -> str:
    """Return the partition of a thread, in the index by thread."""
    return f"{tenant}#{account_id}#{thread}"


def author_list(tenant: str, author_id: str) -> str:
    """Return the partition of an author's items, in the index by author."""
    return f"{tenant}#{author_id}"
