"""The rows that items and actions are stored as: their columns, and their places in indexes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lambdas.comments import keys
from lambdas.comments.records import RETENTION, Action, Item, ItemState
from lambdas.kit.clock import to_sortable
from lambdas.storage.keys import EXPIRES
from lambdas.storage.packing import packed
from lambdas.storage.rows import Row

# So long the function that writes something goes on with it; after that the sweep does.
GRACE = timedelta(minutes=2)
ACTION_ID = "action_id"
ACCOUNT_ID = "account_id"


@dataclass(frozen=True)
class InboxRows:
    """Makes the rows of a tenant's items and actions."""

    tenant: str

    def item_row(self, item: Item) -> Row:
        """Return the row of an item."""
        tenant = self.tenant
        row: Row = {
            **keys.subject_key(tenant, item.id, keys.ITEM),
            keys.BODY: packed(item),
            keys.VERSION: item.version,
            keys.ACCOUNT_LIST: keys.account_list(tenant, item.account_id),
            keys.STATE_LIST: keys.state_list(tenant, item.account_id, item.state),
            keys.THREAD_LIST: keys.thread_list(tenant, item.account_id, item.thread),
            keys.LISTED_AT: position_of(item),
            EXPIRES: int((item.at + RETENTION).timestamp()),
        }
        if author := author_of(item):
            row[keys.AUTHOR_LIST] = keys.author_list(tenant, author)
        if due := item_due_at(item):
            row |= {keys.DUE_LIST: tenant, keys.DUE_AT: to_sortable(due)}
        return row

    def action_row(self, action: Action) -> Row:
        """Return the row of an action."""
        row: Row = {
            **keys.action_key(self.tenant, action.id),
            keys.BODY: packed(action),
            keys.VERSION: action.version,
            ACCOUNT_ID: action.account_id,
            EXPIRES: _kept_until(action),
        }
        if not action.is_settled:
            row |= {keys.DUE_LIST: self.tenant, keys.DUE_AT: to_sortable(action.due_at)}
        return row

    def request_key(self, action: Action) -> dict[str, str]:
        """Return the key of the row that says which action a request id made."""
        sort = keys.request_sort(f"{action.account_id}#{action.client_request_id}")
        return keys.subject_key(self.tenant, f"requests.{action.account_id}", sort)

    def request_row(self, action: Action) -> Row:
        """Return the row that says that an action's request id made it."""
        until = _kept_until(action)
        return {**self.request_key(action), ACTION_ID: action.id, keys.VERSION: 1, EXPIRES: until}

    def result_key(self, account_id: str, result_id: str) -> dict[str, str]:
        """Return the key of the row that says which action made a comment or message."""
        return keys.account_key(self.tenant, account_id, keys.result_sort(result_id))

    def result_row(self, action: Action) -> Row:
        """Return the row that says that an action made its result."""
        key = self.result_key(action.account_id, str(action.result_id))
        return {**key, ACTION_ID: action.id, EXPIRES: _kept_until(action)}


def position_of(item: Item) -> str:
    """Return an item's place in lists: the later, the greater."""
    return f"{position_at(item.at)}#{item.id}"


def position_at(moment: datetime) -> str:
    """Return the place in lists before everything that was written at a time, or later."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def author_of(item: Item) -> str | None:
    """Return by what the author of an item is found: an id, or `@` and the name in a mention."""
    return item.author_id or (f"@{item.username.lower()}" if item.username else None)


def item_due_at(item: Item) -> datetime | None:
    """Return when the sweep has to look at an item; None if never."""
    if not item.checked:
        return item.received_at + GRACE
    if item.state is ItemState.ESCALATED and item.escalation:
        escalation = item.escalation
        return escalation.due_at if escalation.reported else escalation.at + GRACE
    return None


def _kept_until(action: Action) -> int:
    return int((action.created_at + RETENTION).timestamp())
