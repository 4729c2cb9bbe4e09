"""A world to moderate: the real inbox on an emulated Instagram, in emulated time.

Only what keeps rows and queues is in memory, so that hundreds of runs take seconds.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.reading_dependencies import ReadingDependencies
from lambdas.comments.records import Action, ActionKind, ActionState, Item, Origin
from lambdas.comments.updates import CommentWritten, MessageWritten, Update
from lambdas.graph.transport import Answer, Request
from lambdas.instagram.account_rows import AccountRows
from lambdas.kit.login_type import LoginType
from local.graph.control import control
from local.graph.data import ACCOUNT_ID, USERNAME
from local.graph.records import EmulatedAccount, EmulatedComment
from local.graph.sample import CREATOR_ID
from tests.comments.inbox_parts import (
    ECHO_DELAY,
    MAX_RECEIVES,
    MEDIA_ID,
    PERSON,
    REDELIVERY,
    SETTINGS,
    SWEEPING,
    Connections,
    Killed,
    Recorded,
    Rules,
    Waiting,
)
from tests.comments.memory import (
    FixedAccounts,
    MemoryKept,
    MemoryMedia,
    MemoryPauses,
    MemoryPeople,
    MemoryRuleUse,
    MemoryStore,
    Uses,
)
from tests.comments.rules.building import compiled
from tests.graph.conftest import Bench


class World:
    """An inbox, its queues and the emulator; `around_call` can kill, or lose an answer."""

    def __init__(self, seed: int = 1, *rules: dict[str, object]) -> None:
        self.rng = random.Random(seed)
        self.bench = Bench()
        self.clock = self.bench.clock
        self.ledger, self.media, self.people = MemoryStore(), MemoryMedia(), MemoryPeople()
        self.pauses, self.kept, self.reports = MemoryPauses(), MemoryKept(), Recorded()
        self.reports.now = self.clock.now
        self.connections = Connections(self.bench)
        self.rules = Rules(compiled(*rules) if rules else ())
        self.uses: Uses = {}
        self.turns: dict[str, int] = {}
        self.waiting: list[Waiting] = []
        self.lose_messages = 0.0
        self._numbers = itertools.count()
        self._echoed: set[str] = set()
        self._next_sweep = self.clock.now() + SWEEPING
        self.around_call: Callable[[Request, str], None] = lambda _, __: None
        send = self.bench.transport.send
        self._send = send
        self.bench.transport.send = self._watched  # type: ignore[method-assign]
        self.accounts = FixedAccounts(
            cast("AccountRows", None), self.clock, {one.id: one for one in self._connected()}
        )
        self.dependencies = self.build()

    def build(self, **overrides: object) -> WorldDependencies:
        """Return the feature's dependencies on this world."""
        mine: dict[str, object] = {
            "clock": self.clock,
            "rng": self.rng,
            "ledger": self.ledger,
            "media": self.media,
            "people": self.people,
            "pauses": self.pauses,
            "kept": self.kept,
            "accounts": self.accounts,
            "instagram": self.connections,
            "notices": self.reports,
            "metrics": self.reports,
            "act_queue": self,
            "unfinished": Unfinished(self),
            "rule_sets": self.rules,
        }
        return WorldDependencies(self, **(mine | overrides))

    def _connected(self) -> Iterator[InboxAccount]:
        names = {ACCOUNT_ID: USERNAME, CREATOR_ID: "example_maker"}
        for account_id, username in names.items():
            yield InboxAccount(
                id=account_id,
                name=username,
                username=username,
                login_type=LoginType.INSTAGRAM,
                own_ids=frozenset({account_id, f"25{account_id[2:]}"}),
                connected_at=self.clock.now() - timedelta(days=30),
                is_connected=True,
                needs_login=False,
                page_id=None,
                scopes=(),
            )

    def _watched(self, request: Request, max_bytes: int = 1 << 24) -> Answer:
        self.around_call(request, "before call")
        answer = self._send(request, max_bytes)
        self.around_call(request, "after call")
        return answer

    # Instagram: what people do there.

    @property
    def instagram(self) -> EmulatedAccount:
        """Return the account on the emulator."""
        found: EmulatedAccount = self.bench.emulator_state.accounts[ACCOUNT_ID]
        return found

    def knob(self, name: str, **body: object) -> dict[str, str]:
        """Turn a knob of the emulator for the account."""
        self.bench.emulator_state.fixed = self.clock.now()
        found = control(self.bench.emulator_state, name, {"account": ACCOUNT_ID, **body})
        return cast("dict[str, str]", found)

    def comment(
        self, text: str, author: str = PERSON, parent: str | None = None, **more: object
    ) -> CommentWritten:
        """Let a person comment; return the update of its webhook."""
        body = {"media": MEDIA_ID, "text": text, "author_id": author, "parent": parent}
        name = USERNAME if author == ACCOUNT_ID else f"guest_{author[-1]}"
        comment_id = self.knob("comment", username=name, **body)["id"]
        return self.comment_update(comment_id, **more)

    def comment_update(self, comment_id: str, **more: object) -> CommentWritten:
        """Return what a webhook says of a comment of the emulator."""
        stored = self.instagram.comments[comment_id]
        values: dict[str, object] = {
            "account_id": ACCOUNT_ID,
            "at": datetime.fromisoformat(stored["timestamp"]),
            "comment_id": comment_id,
            "media_id": stored["media"],
            "author_id": stored["author"]["id"],
            "username": stored["username"],
            "text": stored["text"],
            "parent_id": stored["parent_id"],
        }
        return CommentWritten(**(values | more))  # type: ignore[arg-type]

    def message(
        self, text: str, person: str = PERSON, *, is_own: bool = False, **more: object
    ) -> MessageWritten:
        """Let a person, or the owner in the app, write a message; return its update."""
        body = {"sender": person, "text": text, "echo": is_own, "username": f"guest_{person[-1]}"}
        mid = self.knob("message", **body)["mid"]
        return self.message_update(person, mid, **more)

    def message_update(self, person: str, mid: str, **more: object) -> MessageWritten:
        """Return what a webhook says of a message of the emulator."""
        found = next(one for one in self.instagram.conversations[person].messages if one.mid == mid)
        values: dict[str, object] = {
            "account_id": ACCOUNT_ID,
            "at": found.at,
            "mid": mid,
            "person_id": person,
            "is_own": found.is_own,
            "text": found.text,
        }
        return MessageWritten(**(values | more))  # type: ignore[arg-type]

    def own_comments(self, parent: str | None = None) -> list[EmulatedComment]:
        """Return the account's own comments on the emulator, perhaps below one comment."""
        return [
            one
            for one in self.instagram.comments.values()
            if one["author"]["id"] == self.instagram.scoped_id
            and (parent is None or one["parent_id"] == parent)
        ]

    def sent_messages(self, person: str = PERSON) -> list[str]:
        """Return the texts that the account sent to a person."""
        conversation = self.instagram.conversations.get(person)
        return (
            [str(one.text) for one in conversation.messages if one.is_own] if conversation else []
        )

    def fail(self, **fault: object) -> None:
        """Let the next call of the emulator fail."""
        control(self.bench.emulator_state, "fail", {"count": 1, **fault})

    # The site: queues and the sweep.

    def put(self, action_id: str, delay: timedelta = timedelta()) -> None:
        """Put an action into the queue."""
        if self.rng.random() >= self.lose_messages:
            self.later(delay, lambda: self.dependencies.performer.perform(action_id), action_id)

    def webhook(self, update: Update, delay: timedelta = timedelta()) -> None:
        """Put an update into the queue of updates."""
        self.later(delay, lambda: self.take(update), "update")

    def take(self, update: Update, origin: Origin = Origin.WEBHOOK) -> bool:
        """Take an update now."""
        return self.dependencies.taker.take(update, origin)

    def complete(self, item_id: str) -> None:
        """Put an item whose rules were not applied into the queue of updates."""
        self.later(
            timedelta(), lambda: self.dependencies.completion.complete(item_id), "unfinished"
        )

    def later(self, delay: timedelta, work: Callable[[], object], label: str) -> None:
        """Let something happen later, which is repeated if it fails."""
        self.waiting.append(Waiting(self.clock.now() + delay, next(self._numbers), work, label))

    def echo(self) -> None:
        """Report the account's own new comments and messages by webhook."""
        for comment_id, one in tuple(self.instagram.comments.items()):
            if one["author"]["id"] == self.instagram.scoped_id and comment_id not in self._echoed:
                self._echoed.add(comment_id)
                self.webhook(self.comment_update(comment_id), ECHO_DELAY)
        for person, conversation in self.instagram.conversations.items():
            for message in conversation.messages:
                if message.is_own and message.mid not in self._echoed:
                    self._echoed.add(message.mid)
                    self.webhook(self.message_update(person, message.mid), ECHO_DELAY)

    def run(self, minutes: float = 30, *, echoes: bool = True) -> None:
        """Deliver messages when they are due, and sweep every five minutes."""
        end = self.clock.now() + timedelta(minutes=minutes)
        while True:
            if echoes:
                self.echo()
            first = min(self.waiting, default=None)
            at = min(self._next_sweep, first.at) if first else self._next_sweep
            if at > end:
                break
            if at > self.clock.now():
                self.clock.advance(at - self.clock.now())
            if first and first.at <= at:
                self._deliver(first)
            else:
                self._next_sweep = self.clock.now() + SWEEPING
                self.sweep()
        if end > self.clock.now():
            self.clock.advance(end - self.clock.now())

    def sweep(self) -> None:
        """Run the sweep; one that is killed or fails is run again five minutes later."""
        try:
            self.dependencies.inbox_sweep.run()
        except (Killed, RuntimeError):
            return

    def _deliver(self, message: Waiting) -> None:
        self.waiting.remove(message)
        try:
            message.work()
        except (Killed, Exception):
            message.receives += 1
            message.at = self.clock.now() + REDELIVERY
            if message.receives < MAX_RECEIVES:
                self.waiting.append(message)

    # What is stored.

    def item(self, item_id: str) -> Item:
        """Return a stored item."""
        return self.ledger.rows[item_id]

    def actions(self, kind: ActionKind | None = None) -> list[Action]:
        """Return all actions, or those of a kind, the oldest first."""
        found = sorted(self.ledger.made.values(), key=lambda one: (one.created_at, one.id))
        return [one for one in found if kind in (None, one.kind)]

    def states(self) -> list[ActionState]:
        """Return the states of all actions."""
        return [one.state for one in self.actions()]


@dataclass(frozen=True)
class Unfinished:
    """Puts items into the queue of updates."""

    world: World

    def put(self, item_id: str) -> None:
        """Put an item into the queue."""
        self.world.complete(item_id)


class WorldDependencies(ReadingDependencies):
    """The feature's own composition root, with counts of rules in memory."""

    def __init__(self, world: World, **overrides: object) -> None:
        super().__init__(SETTINGS, **overrides)
        self._world = world

    def note_event(self, account_id: str) -> None:
        """Do nothing: subscriptions are not watched here."""

    def rule_use(self, item: Item) -> MemoryRuleUse:
        """Return what counts the uses of rules about an item."""
        world = self._world
        return MemoryRuleUse(
            world.uses, world.turns, item, world.clock, lambda point: world.ledger.around(point)
        )
