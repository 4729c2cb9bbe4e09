"""A thousand posts through kills, lost answers, double starts and editors: never two of one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from lambdas.graph.transport import Request
from lambdas.kit.errors import ConflictError
from lambdas.publishing.post_kind import Kind
from lambdas.publishing.states import State
from local.graph.records import Fault
from tests.publishing.world import Execution, Killed, World, dropped

RUNS, GROUPS = 1000, 10
KINDS = ((Kind.PHOTO, 1), (Kind.CAROUSEL, 3), (Kind.STORY, 1))
# Meta's own errors, as fields of the emulator's knob `fail`.
ERRORS: tuple[dict[str, object], ...] = (
    {"status": 500, "code": 2},
    {"status": 400, "code": 4},
    {"status": 400, "code": 80002},
    {"status": 400, "code": 9007, "subcode": 2207027},
    {"status": 400, "code": 100, "subcode": 33},
    {"status": 400, "code": 24, "subcode": 2207008},
    {"status": 400, "code": 9004, "subcode": 2207052},
    {"status": 503, "body": "<html>"},
)


@dataclass
class Trouble:
    """Up to so many faults, at random points of a run."""

    world: World
    left: int
    chance: float
    post_id: str
    is_nested: bool = False
    seen: list[str] = field(default_factory=list)
    questions: dict[str, list[datetime]] = field(default_factory=dict)
    """When each container's state was asked for."""

    def at_write(self, point: str) -> None:
        """Kill the worker around a write of the ledger, or let another one run first."""
        self._strike(point, [self._kill, self._other_worker, self._edit])

    def at_call(self, request: Request, point: str) -> None:
        """Kill the worker or lose the connection around a call, or let Instagram fail."""
        if point == "before call":
            self._note_question(request)
        choices = [self._kill, self._drop, self._other_worker]
        self._strike(point, choices if point == "after call" else [*choices, self._fail], 2)

    def _note_question(self, request: Request) -> None:
        """Note when a container's state was asked for."""
        if "status_code" in request.query.get("fields", ""):
            container_id = request.url.rpartition("/")[2]
            self.questions.setdefault(container_id, []).append(self.world.clock.now())

    def _strike(self, point: str, choices: list[Callable[[], None]], times: int = 1) -> None:
        rng = self.world.rng
        if self.left > 0 and not self.is_nested and rng.random() < self.chance * times:
            self.left -= 1
            choice = rng.choice(choices)
            self.seen.append(f"{point}: {choice.__name__}")
            choice()

    def _kill(self) -> None:
        raise Killed

    def _drop(self) -> None:
        raise dropped()

    def _fail(self) -> None:
        state = self.world.bench.emulator_state
        error = self.world.rng.choice(ERRORS)
        state.faults.append(Fault(count=1, **error))  # type: ignore[arg-type]

    def _other_worker(self) -> None:
        """Let a second execution work on the same post in the middle of this one's step."""
        self.is_nested = True
        try:
            self.world.advance(self.post_id, self.world.ledger.posts[self.post_id].run)
        except ConflictError:
            return
        finally:
            self.is_nested = False

    def _edit(self) -> None:
        """Let an editor change the post, by the version that they see."""
        self.is_nested = True
        post = self.world.ledger.posts[self.post_id]
        if post.state.is_changeable:
            self.world.ledger.save(post, replace(post, late=post.late, attempts=0))
        self.is_nested = False


def _runs(group: int) -> Iterator[tuple[int, World, Trouble]]:
    for seed in range(group * RUNS // GROUPS, (group + 1) * RUNS // GROUPS):
        world = World(seed)
        kind, items = KINDS[seed % len(KINDS)]
        post = world.post(kind, items, first_comment="#hello" if seed % 4 == 0 else None)
        trouble = Trouble(world, 1 + seed % 8, 0.05 + 0.3 * world.rng.random(), post.id)
        world.ledger.around = trouble.at_write
        world.around_call = trouble.at_call
        yield seed, world, trouble


@pytest.mark.parametrize("group", range(GROUPS))
def test_exactly_one_post_or_a_reason(group: int) -> None:
    outcomes: dict[State, int] = dict.fromkeys(State, 0)
    for seed, world, trouble in _runs(group):
        start = world.clock.now()
        # The schedule fires twice; in every third run at the same moment.
        second = start if seed % 3 == 0 else start + timedelta(seconds=random.Random(seed).random())
        post = world.run(trouble.post_id, Execution(1, start), Execution(1, second))
        live = world.live(post)

        context = (seed, post.state, post.failure, trouble.seen, live)
        outcomes[post.state] += 1
        if post.state is State.PUBLISHED:
            assert len(live) == 1, context
            assert post.media_id in (live[0], None), context
        elif post.state is State.NEEDS_REVIEW:
            assert len(live) <= 1, context
        else:
            assert post.state is State.FAILED, context
            assert post.failure is not None, context
            assert not live, context
        assert len(_comments(world, live)) <= 1, context
        for times in trouble.questions.values():
            pauses = [later - earlier for earlier, later in pairwise(times)]
            assert all(pause >= timedelta(minutes=1) for pause in pauses), (context, times)
    # A world in which nothing is ever published would prove nothing.
    assert outcomes[State.PUBLISHED] > 0.9 * RUNS / GROUPS, outcomes


def _comments(world: World, live: list[str]) -> list[object]:
    account = world.bench.emulator_state.accounts[next(iter(world.bench.emulator_state.accounts))]
    return [one for one in account.comments.values() if one["media"] in live]
