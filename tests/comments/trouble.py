"""Faults at random points of a run, and what must hold whatever happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lambdas.comments.records import Action, ActionKind, ActionState, ItemState
from lambdas.graph.transport import Request
from lambdas.kit.errors import Conflict, ConflictError
from local.graph.records import Fault
from tests.comments.inbox_parts import Killed, dropped
from tests.comments.inbox_world import World

# Meta's own errors, as fields of the emulator's knob `fail`.
ERRORS: tuple[dict[str, object], ...] = (
    {"status": 500, "code": 2},
    {"status": 400, "code": 4},
    {"status": 400, "code": 80002},
    {"status": 400, "code": 100, "subcode": 33},
    {"status": 400, "code": 1, "transient": True},
    {"status": 503, "body": "<html>"},
    {"status": 200, "body": "{"},
)
BY_HAND = "Written in the app"
ANSWERS = (ActionKind.REPLY, ActionKind.PRIVATE_REPLY, ActionKind.MESSAGE)
HIDING = (ActionKind.HIDE, ActionKind.UNHIDE)
Act = Callable[[], object]


@dataclass
class Trouble:
    """Up to so many faults, at random points of a run. `others` are what else may happen."""

    world: World
    left: int
    chance: float
    others: list[Act] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    is_nested: bool = False

    def start(self) -> None:
        """Watch the writes and calls of the world."""
        self.world.ledger.around = self.at_write
        self.world.around_call = self.at_call

    def at_write(self, point: str) -> None:
        """Kill the worker around a write, or let others run first."""
        self._strike(point, [self._kill, self._others])

    def at_call(self, request: Request, point: str) -> None:
        """Kill the worker or lose the connection around a call, or let Instagram fail."""
        choices = [self._kill, self._drop, self._others]
        if point == "before call":
            choices.append(self._fail)
        label = f"{point} {request.method} {request.url.rpartition('/')[2]}"
        self._strike(label, choices, 1 if request.method == "GET" else 3)

    def _strike(self, point: str, choices: Sequence[Act], times: int = 1) -> None:
        rng = self.world.rng
        if self.left > 0 and not self.is_nested and rng.random() < self.chance * times:
            self.left -= 1
            choice = rng.choice(choices)
            now = self.world.clock.now()
            self.seen.append(f"{now:%H:%M:%S} {point}: {getattr(choice, '__name__', '')}")
            choice()

    def _kill(self) -> None:
        raise Killed

    def _drop(self) -> None:
        raise dropped()

    def _fail(self) -> None:
        error = self.world.rng.choice(ERRORS)
        self.world.bench.emulator_state.faults.append(Fault(count=1, **error))  # type: ignore[arg-type]

    def _others(self) -> None:
        """Let another function run in the middle of this one: on the same things, or others."""
        world, rng = self.world, self.world.rng
        waiting = [one.work for one in world.waiting if one.at <= world.clock.now()]
        recorded = [one.id for one in world.actions() if not one.is_settled]
        choices: list[Act] = [world.sweep, world.echo, *self.others, *waiting]
        choices += [lambda one=one: world.dependencies.performer.perform(one) for one in recorded]  # type: ignore[misc]
        self.is_nested = True
        try:
            rng.choice(choices)()
        except (Conflict, ConflictError):
            return
        finally:
            self.is_nested = False


@dataclass(frozen=True)
class Verdicts:
    """What must hold at the end of a run, held against the emulator."""

    world: World

    def check(self) -> None:
        """Raise AssertionError if anything does not hold."""
        self.nothing_is_left()
        self.replies_are_there_once()
        self.messages_are_there_once()
        self.hidden_is_what_was_wanted_last()
        self.rules_decided_once()
        self.what_was_answered_by_hand_is_settled()
        self.people_know_of_failures()

    def nothing_is_left(self) -> None:
        """Everything is settled, and every comment and message of people is here."""
        world = self.world
        assert ActionState.RECORDED not in world.states()
        assert all(item.checked for item in world.ledger.rows.values())
        assert not set(world.instagram.comments) - set(world.ledger.rows)

    def replies_are_there_once(self) -> None:
        """As many replies as are done; of an uncertain one at most one, of a failed one none."""
        world = self.world
        own = [one for one in world.own_comments() if one["text"] != BY_HAND]
        found = Counter((str(one["parent_id"]), one["text"]) for one in own)
        self._compare(found, lambda one: (one.target, str(one.text)), ActionKind.REPLY)

    def messages_are_there_once(self) -> None:
        """The same for messages and private replies."""
        world = self.world
        found: Counter[tuple[str, str]] = Counter()
        for person in world.instagram.conversations:
            sent = [one for one in world.sent_messages(person) if one != BY_HAND]
            found.update((person, text) for text in sent)
        self._compare(found, self._of_person, ActionKind.MESSAGE, ActionKind.PRIVATE_REPLY)

    def _of_person(self, action: Action) -> tuple[str, str]:
        if action.kind is ActionKind.MESSAGE:
            return action.target, str(action.text)
        return str(self.world.item(str(action.item_id)).author_id), str(action.text)

    def _compare(
        self,
        found: Counter[tuple[str, str]],
        key: Callable[[Action], tuple[str, str]],
        *kinds: ActionKind,
    ) -> None:
        wanted = [one for one in self.world.actions() if one.kind in kinds]
        done = Counter(key(one) for one in wanted if one.state is ActionState.DONE)
        perhaps = Counter(key(one) for one in wanted if one.state is ActionState.UNCERTAIN)
        gone = {
            one.target
            for one in self.world.actions(ActionKind.DELETE)
            if one.state is ActionState.DONE
        }
        for each in found.keys() | done.keys():
            taken_back = sum(
                one.result_id in gone for one in wanted if key(one) == each and one.result_id
            )
            least, most = done[each] - taken_back, done[each] + perhaps[each]
            assert least <= found[each] <= most, (each, found[each], least, most)
        results = [one.result_id for one in wanted if one.result_id]
        assert len(results) == len(set(results)), "two actions have one result"

    def hidden_is_what_was_wanted_last(self) -> None:
        """The last wanted state is the one on Instagram and the one here."""
        last: dict[str, Action] = {}
        for one in self.world.actions():
            if one.kind in HIDING:
                last[one.target] = one
        for comment_id, one in last.items():
            if one.state is ActionState.DONE:
                wanted = one.kind is ActionKind.HIDE
                stored = self.world.instagram.comments[comment_id]["hidden"]
                assert (stored, self.world.item(comment_id).hidden) == (wanted, wanted), one

    def rules_decided_once(self) -> None:
        """Each rule acted once for an item, never for own ones, and within its limits."""
        world = self.world
        made = Counter((one.item_id, one.kind) for one in world.actions() if one.rule)
        assert all(count == 1 for count in made.values()), made
        for item_id, _ in made:
            item = world.item(str(item_id))
            assert not item.is_own
            assert item.decision
            assert item.decision.rule
        for compiled in world.rules.rules:
            limits = compiled.rule.limits
            acts = [
                item.decision.at
                for item in world.ledger.rows.values()
                if item.decision and item.decision.rule == compiled.rule.name
            ]
            if limits and limits.per_hour:
                assert most_within(acts, timedelta(hours=1)) <= limits.per_hour

    def what_was_answered_by_hand_is_settled(self) -> None:
        """What the owner answered waits for no one, unless a person opened it again."""
        for one in self.world.own_comments():
            if one["text"] == BY_HAND and one["parent_id"]:
                item = self.world.item(one["parent_id"])
                by_person = any(action.by for action in self.world.ledger.actions(item.id)) or (
                    item.decision and item.decision.undone_at
                )
                assert by_person or item.state in (ItemState.DONE, ItemState.HIDDEN), item

    def people_know_of_failures(self) -> None:
        """A rule's answer arrived within minutes, or a person was asked to look."""
        world = self.world
        asked = {item_id for item_id, _ in world.reports.escalations}
        for one in world.actions():
            if one.rule is None or one.kind not in ANSWERS or one.state is ActionState.DONE:
                continue
            item = world.item(str(one.item_id))
            undone = item.decision is not None and item.decision.undone_at is not None
            by_person = item.state in (ItemState.DONE, ItemState.HIDDEN) or undone
            assert by_person or item.id in asked, (one, item)


def most_within(times: list[datetime], period: timedelta) -> int:
    """Return the greatest number of times within a period."""
    return max((sum(at <= one < at + period for one in times) for at in times), default=0)
