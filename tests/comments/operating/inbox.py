"""An inbox in memory, with the handlers of operators' requests on top."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount
from lambdas.comments.media import MediaRecord
from lambdas.comments.operate_dependencies import OperateDependencies
from lambdas.comments.operating.handlers import operate
from lambdas.comments.people import Person
from lambdas.comments.records import Action, ActionKind, Item, ItemKind
from lambdas.comments.rows import position_of
from lambdas.comments.settings import CommentsSettings
from lambdas.kit.clock import FixedClock
from lambdas.kit.login_type import LoginType
from tests.comments.memory import MemoryPauses
from tests.json_types import JsonObject
from tests.lambda_events import Browser, HttpAnswer

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SHOP, CAFE = "17841400000000001", "17841400000000002"
TENANT = "site"

T = TypeVar("T")


def comment(number: int, **changes: Any) -> Item:
    """Return a comment of `number` minutes before noon."""
    at = NOON - timedelta(minutes=number)
    known: dict[str, Any] = {
        "id": f"c{number}",
        "account_id": SHOP,
        "kind": ItemKind.COMMENT,
        "at": at,
        "received_at": at,
        "thread": "m1",
        "media_id": "m1",
        "author_id": "900",
        "username": "anna",
        "text": f"comment {number}",
        "checked": True,
    }
    return Item(**{**known, **changes})


def message(number: int, **changes: Any) -> Item:
    """Return a message of `number` minutes before noon."""
    known = {"id": f"d{number}", "kind": ItemKind.MESSAGE, "thread": "900", "media_id": None}
    return comment(number, **{**known, **changes})


def action(kind: ActionKind, item: Item | None = None, **changes: Any) -> Action:
    """Return an action about an item, or about nothing."""
    subject = item.id if item else "person"
    known: dict[str, Any] = {
        "id": f"{subject}~1",
        "account_id": SHOP,
        "subject": subject,
        "kind": kind,
        "target": subject,
        "created_at": NOON,
        "due_at": NOON,
        "item_id": item.id if item else None,
        "by": "ola",
    }
    return Action(**{**known, **changes})


def account(account_id: str, **changes: Any) -> InboxAccount:
    """Return a connected account with the Facebook login."""
    known: dict[str, Any] = {
        "id": account_id,
        "name": "shop",
        "username": "shop",
        "login_type": LoginType.FACEBOOK,
        "own_ids": frozenset({account_id}),
        "connected_at": NOON,
        "is_connected": True,
        "needs_login": False,
        "page_id": None,
        "scopes": (),
    }
    return InboxAccount(**{**known, **changes})


@dataclass
class MemoryLedger:
    """Items and actions; `looked_at` counts the items that lists went over."""

    items: dict[str, Item] = field(default_factory=dict)
    made: list[Action] = field(default_factory=list)
    tenant: str = TENANT
    looked_at: int = 0

    def put(self, *items: Item) -> None:
        """Store items."""
        self.items |= {one.id: one for one in items}

    def item(self, item_id: str) -> Item | None:
        """Return an item, or None."""
        return self.items.get(item_id)

    def actions(self, subject: str) -> list[Action]:
        """Return the actions of a subject."""
        return [one for one in self.made if one.subject == subject]

    def listed(
        self, index: str, value: str, *, before: str | None = None, after: str | None = None
    ) -> Iterator[Item]:
        """Iterate over items of an index, the newest first."""
        for item in sorted(self.items.values(), key=position_of, reverse=True):
            place = position_of(item)
            if self._list(index, item) != value or (before and place >= before):
                continue
            if after and place <= after:
                return
            self.looked_at += 1
            yield item

    def _list(self, index: str, item: Item) -> str:
        lists = {
            keys.BY_ACCOUNT: keys.account_list(TENANT, item.account_id),
            keys.BY_STATE: keys.state_list(TENANT, item.account_id, item.state),
            keys.BY_THREAD: keys.thread_list(TENANT, item.account_id, item.thread),
            keys.BY_AUTHOR: keys.author_list(TENANT, item.author_id or ""),
        }
        return lists[index]


class Accounts:
    """The accounts of the site."""

    def __init__(self, *accounts: InboxAccount) -> None:
        self.known = {one.id: one for one in accounts}

    def all(self) -> dict[str, InboxAccount]:
        """Return the accounts by id."""
        return self.known

    def of(self, account_id: str) -> InboxAccount | None:
        """Return an account, or None."""
        return self.known.get(account_id)


class Known(Generic[T]):
    """Media objects or persons by their ids; those of all accounts together."""

    def __init__(self) -> None:
        self.known: dict[str, T] = {}

    def get(self, _: str, known_id: str) -> T | None:
        """Return one, or None."""
        return self.known.get(known_id)


class Secrets:
    """The secret that signs cursors."""

    def get(self, _: str, **__: object) -> str:
        """Return the secret."""
        return "s" * 64


def settings() -> CommentsSettings:
    """Return settings of which nothing is asked."""
    names = (
        "inbox_table_name", "events_table_name", "bucket_name", "bus_name", "cursor_secret_arn",
        "public_url", "tokens_table_name", "token_key_arn", "budget_table_name",
        "instagram_graph_base", "facebook_graph_base",
    )  # fmt: skip
    texts: dict[str, Any] = {name: name for name in names}
    return CommentsSettings(**texts, tenant=TENANT, login_type=LoginType.FACEBOOK)


class Inbox:
    """The handlers, and what they work with. `operator` is signed in."""

    def __init__(self, accounts: Sequence[InboxAccount] = (), **overrides: Any) -> None:
        self.clock, self.ledger = FixedClock(NOON), MemoryLedger()
        self.accounts = Accounts(*(accounts or [account(SHOP)]))
        self.media, self.people = Known[MediaRecord](), Known[Person]()
        self.pauses = MemoryPauses()
        self.dependencies = OperateDependencies(
            settings(),
            clock=self.clock,
            ledger=self.ledger,
            accounts=self.accounts,
            media=self.media,
            people=self.people,
            pauses=self.pauses,
            secrets=Secrets(),
            rate_limiter=None,
            **overrides,
        )
        self.operator = Browser(self._signed_in)

    def get(self, path: str, **query: str) -> HttpAnswer:
        """Send a GET request below /instagram/."""
        return self.operator.get(f"/instagram/{path}", query)

    def send(self, method: str, path: str, body: Any = None, **query: str) -> HttpAnswer:
        """Send a request with a JSON body below /instagram/."""
        headers = {"content-type": "application/json"} if body is not None else {}
        text = None if body is None else body if isinstance(body, str) else json.dumps(body)
        return self.operator.send(method, f"/instagram/{path}", query, headers, text)

    def ids(self, **query: str) -> list[str]:
        """Return the ids of a page of the inbox."""
        return [one["id"] for one in self.get("inbox", **query).json["items"]]

    def _signed_in(self, event: JsonObject, context: object) -> JsonObject:
        claims = {"cognito:groups": "[operators]", "username": "ola"}
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims}}
        answer: JsonObject = operate.using(self.dependencies)(event, context)
        return answer
