"""What a plan adds to a new post: a caption from a template, standing hashtags, a slot, repeats.

The request is turned into one without any of these, which is then checked as every other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lambdas.api.findings import Findings
from lambdas.api.lenient import decode_fields
from lambdas.kit.clock import Clock
from lambdas.publishing.plan import Plan
from lambdas.publishing.plan_store import PlanStore
from lambdas.publishing.planned_caption import CaptionPlanner
from lambdas.publishing.planning_request import PlanningRequest, RepeatRequest
from lambdas.publishing.records import PublishAt
from lambdas.publishing.repeat_rules import check_repeat

FIELDS = tuple(PlanningRequest.__struct_encode_fields__)
SLOT, NEXT, AT = "slot", "next", "publish_at"
MAX_ID = 128


@dataclass
class AccountPlanning:
    """An account's plan, and its free slots: each is handed out once."""

    plan: Plan
    slots: Iterator[PublishAt]


@dataclass(frozen=True)
class Planned:
    """A body without what the plan adds, and what was found on the way.

    `slot` is the one that was chosen for it; another post may take it before it is stored.
    `times` are those of all occurrences, if it is repeated.
    """

    body: dict[str, object]
    found: Findings = field(default_factory=Findings)
    slot: PublishAt | None = None
    times: Sequence[PublishAt] = ()


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Applies accounts' plans to new posts."""

    plans: PlanStore
    captions: CaptionPlanner
    clock: Clock

    def of(self, account_id: str) -> AccountPlanning:
        """Return an account's plan with its free slots."""
        plan = self.plans.read(account_id)
        return AccountPlanning(plan, self._slots(account_id, plan))

    def apply(self, raw: Mapping[str, object], known: AccountPlanning | None = None) -> Planned:
        """Return a new post's body without planning fields; `known` is its account's planning."""
        found = Findings()
        body = {name: value for name, value in raw.items() if name not in FIELDS}
        wanted = {name: raw[name] for name in FIELDS if name in raw}
        request = decode_fields(PlanningRequest, wanted, "", found)
        account_id = raw.get("account")
        if request is None or not isinstance(account_id, str) or not 0 < len(account_id) <= MAX_ID:
            return Planned(body, found)
        planning = known or self.of(account_id)
        caption = self.captions.caption(raw, request, planning.plan, found)
        if caption is not None:
            body["caption"] = caption
        slot = self._slot(body, planning, found)
        times: Sequence[PublishAt] = ()
        if isinstance(request.repeat, RepeatRequest) and not found.has_within("repeat"):
            at = None if slot else body.get(AT)
            times = check_repeat(request.repeat, at, self.clock.now(), found)
        return Planned(body, found, slot, times)

    def _slots(self, account_id: str, plan: Plan) -> Iterator[PublishAt]:
        # The account's posts are read only if a slot is wanted.
        yield from self.plans.free_slots(account_id, plan, self.clock.now())

    def _slot(
        self, body: dict[str, object], planning: AccountPlanning, found: Findings
    ) -> PublishAt | None:
        """Put the time of the next free slot into a body that asks for it; return the slot."""
        at = body.get(AT)
        if not isinstance(at, dict) or at.get(SLOT) is None:
            return None
        body.pop(AT)
        place = f"{AT}.{SLOT}"
        slot = None
        if at[SLOT] != NEXT:
            found.refuse(place, "unknown_value", f"{place}: choose {NEXT}.")
        elif len(at) > 1:
            found.refuse(AT, "slot_and_time", "Send either a slot, or a time with its zone.")
        elif not planning.plan.slots:
            message = "The account's plan has no slots. Set them: PUT /instagram/posts/plan."
            found.refuse(place, "no_slots", message)
        else:
            slot = next(planning.slots, None)
            if slot is None:
                found.refuse(place, "no_free_slot", "All slots of the next year are taken.")
        if slot:
            body[AT] = {"wall": slot.wall, "zone": slot.zone}
        return slot
