"""The keys of rows. Standard library only: stacks import it too.

One table holds everything about an event under the partition key `EVENT#<event id>`:

| sort key        | row                                                        |
|-----------------|------------------------------------------------------------|
| `EVENT`         | an event that an operator created                          |
| `USAGE`         | how many files and bytes the event holds or has granted    |
| `FEED`          | when the Instagram posts were last read, and how that went |
| `PHOTO#<id>`    | a guest's photo, from its grant to its end                 |
| `DIGEST#<hash>` | which photo has these bytes                                |
| `POST#<id>`     | an Instagram post of the event's window                    |
| `DEVICE#<hash>` | how much a device has announced and not sent               |
| `GRANT#<until>#<id>` | the grants of one request that hold a share of the quota |
| `HOST#<id>`     | a host link: the hash of its secret, and its role          |
| `HOST_LINKS`    | how often a host link was added, for the limit of them     |
| `AUDIT#<time>#<id>` | what a host or an operator did, and when              |
| `REPORT#<photo>#<device>` | a guest's report of a photo                     |
| `SHOWN#<time>#<row>` | that a photo or post appeared on the page, for a day      |
| `DOWNLOAD#<id>` | a download of all photos, and how far it is                |
| `PREPARING#<kind>` | the download of a kind that is in preparation           |
| `CARE`          | which reminders and summaries the hosts have had           |

and, under keys of their own, what the callers of the Graph API share (`GRAPH#<limit>` / `BUDGET`,
`GRAPH#<read>` / `READ`), the pictures whose objects may not match their rows yet
(`CLEANUP` / `<event id>#<picture id>`), counts of what the whole site may do only so often
(`RATION#<name>` / `RATION`), such as wrong PINs, events of which photos wait for a host
(`HOST_NOTICES` / `<event id>`), messages to hosts that are to be sent (`HOST_MESSAGES` /
`<event id>#<kind>#<channel>`), and how far the hourly look at all events is (`CARING_ROUND` /
`CARING_ROUND`). `SITE#DATE_PIN` / `SITE` holds the PIN of dates.

A second table, of tokens, holds one row `TENANT#<tenant>` / `ACCOUNT#<id>` for each connected
account, and with it

| partition                          | row                                                     |
|------------------------------------|---------------------------------------------------------|
| `PERSON#<id>`                      | the accounts that a person's callbacks from Meta mean   |
| `LOGIN#<hash>`                     | a login that was begun; single-use                      |
| `PENDING#<hash>`                   | a login whose accounts are searched, chosen or connected |
| `PENDING_OF#<person>`              | the pending logins of a person                          |
| `TICKET#<hash>`                    | a link that was mailed to connect one account again     |
| `DELETION#<id>`                    | a request to delete data, and its state                 |
| `DELETIONS#<tenant>`               | requests that are not finished                          |
| `NOTICES#<hour>`                   | how many notices of one kind were sent in that hour     |
| `ADOPTION#<tenant>#<fingerprint>`  | the lease on adopting the environment's token           |
| `READING#<tenant>`                 | accounts whose posts could not be read, and since when  |
| `SUSPECTS#<tenant>`                | accounts refused within minutes: perhaps the app's fault |

The events' table also holds `DELETED#<account>` (posts of this account must not be written) and
`FEED_EMPTY` (a first empty answer, before a second one counts). Accounts whose token is due are in
the sparse index `due`; one that needs a person leaves it. A third table, which no function may
change or delete from, holds the audit trail: `AUDIT#<tenant>#<account>` / time. A fourth counts
requests of limited routes: `LIMIT#<route>#<window>`.

What is shown is also in the sparse index `timeline`; whatever leaves the page leaves the index. The
same index lists operators' events (`EVENTS`), by their start, and those that were deleted and may
still have rows and objects (`EVENTS_DELETED`), and downloads (`DOWNLOADS`), by their end.
"""

from __future__ import annotations

from datetime import datetime

PARTITION = "pk"
SORT = "sk"
EXPIRES = "expires_at"
"""When a row may be deleted, in Unix seconds."""
TIMELINE_INDEX = "timeline"
TIMELINE_PARTITION = "timeline_pk"
TIMELINE_SORT = "timeline_sk"

HOST_PREFIX = "HOST#"
HOST_LINKS_ROW = "HOST_LINKS"
HOST_AUDIT_PREFIX = "AUDIT#"
REPORT_PREFIX = "REPORT#"
APPEARANCE_PREFIX = "SHOWN#"
DOWNLOAD_PREFIX = "DOWNLOAD#"
PREPARING_PREFIX = "PREPARING#"
CARE_ROW = "CARE"
HOST_NOTICES = "HOST_NOTICES"
HOST_MESSAGES = "HOST_MESSAGES"
CARING_ROUND = "CARING_ROUND"
PHOTO_PREFIX = "PHOTO#"
POST_PREFIX = "POST#"
DIGEST_PREFIX = "DIGEST#"
DEVICE_PREFIX = "DEVICE#"
GRANT_PREFIX = "GRANT#"
CLEANUP = "CLEANUP"
DUE_INDEX = "due"
DUE_PARTITION = "due_pk"
DUE_SORT = "next_refresh_at"

EVENT_ROW = "EVENT"
EVENTS = "EVENTS"
EVENTS_DELETED = "EVENTS_DELETED"
DOWNLOADS = "DOWNLOADS"
USAGE_ROW = "USAGE"
FEED_ROW = "FEED"


def event_partition(event_id: str) -> str:
    """Return the partition key of everything about an event."""
    return f"EVENT#{event_id}"


def row_key(event_id: str, sort: str) -> dict[str, str]:
    """Return the primary key of one row of an event."""
    return {PARTITION: event_partition(event_id), SORT: sort}


def graph_key(name: str, sort: str) -> dict[str, str]:
    """Return the primary key of what callers of the Graph API share."""
    return {PARTITION: f"GRAPH#{name}", SORT: sort}


def account_key(tenant: str, account_id: str) -> dict[str, str]:
    """Return the primary key of a connected account in the table of tokens."""
    return {PARTITION: f"TENANT#{tenant}", SORT: f"ACCOUNT#{account_id}"}


def person_key(person_id: str, tenant: str, account_id: str) -> dict[str, str]:
    """Return the primary key of the row that says which account a person's id means."""
    return {PARTITION: f"PERSON#{person_id}", SORT: f"{tenant}#{account_id}"}


def pending_key(login_id: str) -> dict[str, str]:
    """Return the primary key of a pending login."""
    return single_key("PENDING", login_id)


def pending_of_key(person_id: str, tenant: str, login_id: str) -> dict[str, str]:
    """Return the primary key of the row that says which pending login is a person's."""
    return {PARTITION: f"PENDING_OF#{person_id}", SORT: f"{tenant}#{login_id}"}


def single_key(kind: str, name: str) -> dict[str, str]:
    """Return the primary key of a row that is alone in its partition, such as `LOGIN`."""
    return {PARTITION: f"{kind}#{name}", SORT: kind}


def audit_key(tenant: str, account_id: str, sort: str) -> dict[str, str]:
    """Return the primary key of an audit entry; `sort` begins with its time."""
    return {PARTITION: f"AUDIT#{tenant}#{account_id}", SORT: sort}


def photo_row(photo_id: str) -> str:
    """Return the sort key of a guest's photo."""
    return PHOTO_PREFIX + photo_id


def post_row(media_id: str) -> str:
    """Return the sort key of an Instagram post."""
    return POST_PREFIX + media_id


def digest_row(sha256: str) -> str:
    """Return the sort key of the row that names the photo with these bytes.

    `sha256` is lower-case hexadecimal.
    """
    return DIGEST_PREFIX + sha256


def device_row(device: str) -> str:
    """Return the sort key of what a device has announced; `device` is the hash of its key."""
    return DEVICE_PREFIX + device


def grant_row(until: str, batch_id: str) -> str:
    """Return the sort key of a request's grants; `until` sorts as times do."""
    return f"{GRANT_PREFIX}{until}#{batch_id}"


def appearance_row(at: datetime, item_row: str) -> str:
    """Return the sort key of the row which says when a photo or post appeared on the page."""
    return f"{APPEARANCE_PREFIX}{at:%Y-%m-%dT%H:%M:%S.%fZ}#{item_row}"


def cleanup_key(event_id: str, photo_id: str) -> dict[str, str]:
    """Return the primary key of the mark that a photo's objects may not match its row."""
    return {PARTITION: CLEANUP, SORT: f"{event_id}#{photo_id}"}


def host_notice_key(event_id: str) -> dict[str, str]:
    """Return the primary key of the mark that photos of an event wait for a host."""
    return {PARTITION: HOST_NOTICES, SORT: event_id}


def host_message_key(event_id: str, name: str) -> dict[str, str]:
    """Return the primary key of a message to an event's hosts, of one kind, to one address."""
    return {PARTITION: HOST_MESSAGES, SORT: f"{event_id}#{name}"}


def caring_round_key() -> dict[str, str]:
    """Return the primary key of how far the hourly look at all events is."""
    return {PARTITION: CARING_ROUND, SORT: CARING_ROUND}


def ration_key(name: str) -> dict[str, str]:
    """Return the primary key of a count of what may happen only so often on the whole site."""
    return {PARTITION: f"RATION#{name}", SORT: "RATION"}
