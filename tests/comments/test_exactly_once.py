"""Hundreds of inboxes through kills, lost answers and second workers: nothing missed or doubled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import timedelta

import pytest
from msgspec.structs import replace

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.acting import refusals
from lambdas.comments.acting.performer import Performer
from lambdas.comments.records import Action, ActionState, ItemState
from lambdas.graph.client import Account
from lambdas.kit.errors import DaybookError
from local.graph.data import ACCOUNT_ID
from tests.comments.inbox_parts import OTHER, PERSON
from tests.comments.inbox_world import World
from tests.comments.trouble import BY_HAND, Trouble, Verdicts

RUNS, GROUPS = 400, 10
RULES: tuple[dict[str, object], ...] = (
    {"name": "Spam", "when": {"keywords": ["followers"], "kinds": ["comment"]}, "then": "hide"},
    {"name": "Abuse", "when": {"keywords": ["idiot"]}, "then": "escalate"},
    {
        "name": "Private",
        "when": {"keywords": ["discount"], "kinds": ["comment"]},
        "then": "private_reply",
        "template": "Your discount, {name}",
    },
    {
        "name": "Price",
        "when": {"keywords": ["price"]},
        "then": "reply",
        # It matches itself.
        "template": ["The price is here, {name}", "You find the price there"],
        "limits": {"per_author": 3, "per_hour": 4},
    },
)
FIELDS = fields(Performer)
TEXTS = ("price?", "the price please", "get followers now", "idiot", "a discount?", "lovely")


class Run:
    """One inbox with people, operators and trouble."""

    def __init__(self, seed: int) -> None:
        self.seed, self.world = seed, World(seed, *RULES)
        rng = self.rng = random.Random(seed)
        self.trouble = Trouble(self.world, 1 + seed % 7, 0.03 + 0.2 * rng.random())
        self.trouble.others = [self.operator, self.operator, self.owner]
        self.comments: list[str] = []
        self.requests: list[Callable[[], object]] = []
        self.world.lose_messages = 0.1 if seed % 5 == 0 else 0.0
        for number in range(1 + seed % 4):
            self.person(number)

    def person(self, number: int) -> None:
        """Let a person write; its webhook may come late, and twice."""
        rng, world = self.rng, self.world
        author, text = rng.choice((PERSON, OTHER)), rng.choice(TEXTS)
        if rng.random() < 0.3:
            update = world.message(f"{text} {number}", author)
        else:
            update = world.comment(f"{text} {number}", author)  # type: ignore[assignment]
            self.comments.append(update.comment_id)  # type: ignore[attr-defined]
        for _ in range(rng.choice((1, 1, 2, 3))):
            world.webhook(update, timedelta(seconds=rng.choice((0, 0, 1, 40, 200))))

    def operator(self) -> object:
        """Let an operator do something, or repeat a request."""
        operations, rng = self.world.dependencies.operations, self.rng
        if self.requests and rng.random() < 0.5:
            return self._ask(rng.choice(self.requests))
        known = [one for one in self.comments if one in self.world.ledger.rows]
        if not known:
            return None
        one, request_id = rng.choice(known), f"request {len(self.requests)}"
        hidden = rng.random() < 0.5
        wanted: list[Callable[[], object]] = [
            lambda: operations.reply(one, "Thank you", "anna", request_id),
            lambda: operations.reply_privately(one, "Hello", "anna", request_id),
            lambda: operations.set_hidden(one, hidden, "anna", request_id),
            lambda: operations.set_hidden(one, not hidden, "anna", request_id),
            lambda: operations.message(ACCOUNT_ID, PERSON, "Yes", "anna", request_id),
            lambda: operations.set_state(one, ItemState.DONE, "anna"),
            lambda: self.world.dependencies.undoing.undo(one, "anna"),
        ]
        self.requests.append(rng.choice(wanted))
        return self._ask(self.requests[-1])

    def owner(self) -> None:
        """Let the account's owner answer in the Instagram app."""
        if not self.comments or self.rng.random() < 0.5:
            self.world.message(BY_HAND, self.rng.choice((PERSON, OTHER)), is_own=True)
            return
        self.world.comment(BY_HAND, ACCOUNT_ID, self.rng.choice(self.comments))

    def _ask(self, request: Callable[[], object]) -> object:
        try:
            return request()
        except DaybookError as refused:
            return refused

    def finish(self) -> None:
        """Run until everything is settled."""
        self.trouble.start()
        for _ in range(self.rng.choice((0, 1, 3))):
            self.world.later(
                timedelta(seconds=self.rng.choice((0, 1, 30, 100))),
                self.rng.choice((self.operator, self.operator, self.owner)),
                "person",
            )
        self.world.run(60)
        self.world.lose_messages = 0.0
        for _ in range(26):
            if self.world.waiting or ActionState.RECORDED in self.world.states():
                self.world.run(60)

    def story(self) -> list[str]:
        """Return what was done, for the message of a failure."""
        return [
            f"{one.created_at:%H:%M:%S} {one.id[-12:]} {one.kind} {one.state} {one.by or one.rule}"
            f" {one.target}: {one.text} {one.failure.code if one.failure else one.last_error}"
            for one in self.world.actions()
        ]


def _runs(first: int, count: int, performer: type[Performer] = Performer) -> Iterator[Run]:
    for seed in range(first, first + count):
        run = Run(seed)
        if performer is not Performer:
            world = run.world
            real = {one.name: getattr(world.dependencies.performer, one.name) for one in FIELDS}
            world.dependencies = world.build(performer=performer(**real))
        run.finish()
        yield run


def _fault_of(run: Run) -> str | None:
    try:
        Verdicts(run.world).check()
    except AssertionError as error:
        return f"{error} {run.trouble.seen} {run.story()}"
    return None


@pytest.mark.parametrize("group", range(GROUPS))
def test_nothing_is_missed_or_done_twice(group: int) -> None:
    outcomes: Counter[ActionState] = Counter()
    share = RUNS // GROUPS
    for run in _runs(group * share, share):
        assert _fault_of(run) is None, run.seed
        outcomes.update(run.world.states())
    # A world in which nothing is ever done would prove nothing.
    assert outcomes[ActionState.DONE] > 0.8 * outcomes.total(), outcomes


class Blind(Performer):
    """Repeats a call whose answer was lost, without looking."""

    def _look(self, action: Action, account: Account, known: InboxAccount) -> Action:
        del known
        return self._send(replace(action, intent=None), account)


class Forgetful(Performer):
    """Takes a call whose answer was lost for one that was never made."""

    def _look(self, action: Action, account: Account, known: InboxAccount) -> Action:
        del account, known
        return self.endings.fail(replace(action, intent=None), refusals.TOO_LATE)


class Stubborn(Performer):
    """Does what was wanted first after what was wanted last."""

    def _hindered(self, action: Action) -> Action | None:
        del action
        return None


@pytest.mark.parametrize("performer", [Blind, Forgetful, Stubborn])
def test_wrong_performers_are_noticed(performer: type[Performer]) -> None:
    assert any(_fault_of(run) for run in _runs(0, RUNS, performer))
