"""What keeps the inbox, in memory; tests of their own show that the stored ones behave alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from lambdas.comments import keys
from lambdas.comments.accounts import InboxAccount, InboxAccounts
from lambdas.comments.media import MediaRecord
from lambdas.comments.people import Person
from lambdas.comments.records import Action, Item
from lambdas.comments.refused_writes import AccountDataDeleted, RequestUsed, ResultClaimed
from lambdas.comments.rows import author_of, item_due_at, position_of
from lambdas.comments.rules.limits import PERIODS, LimitKind, Reached
from lambdas.comments.rules.model import Rule
from lambdas.comments.rules.subject import Subject
from lambdas.comments.taking.used import counted
from lambdas.comments.updates import Foreign
from lambdas.kit.clock import Clock, to_sortable
from lambdas.kit.errors import ConflictError
from lambdas.storage.packing import packed, unpacked

TENANT = "main"
Around = Callable[[str], None]


class MemoryStore:
    """Items and actions in memory; `around` is called before and after each write."""

    tenant = TENANT

    def __init__(self) -> None:
        self.rows: dict[str, Item] = {}
        self.made: dict[str, Action] = {}
        self.requests: dict[tuple[str, str], str] = {}
        self.claims: dict[tuple[str, str], str] = {}
        self.deleted: dict[str, datetime] = {}
        self.around: Around = lambda _: None

    def item(self, item_id: str) -> Item | None:
        """Return an item, or None."""
        return self.rows.get(item_id)

    def action(self, action_id: str) -> Action | None:
        """Return an action, or None."""
        return self.made.get(action_id)

    def actions(self, subject: str) -> list[Action]:
        """Return the actions of a subject, the oldest first."""
        found = [one for one in self.made.values() if one.subject == subject]
        return sorted(found, key=lambda one: one.id)

    def add(self, item: Item) -> bool:
        """Store a new item; return False if it is there already."""
        try:
            self.save(item)
        except ConflictError:
            return False
        return True

    def save(
        self, item: Item | None = None, actions: Sequence[Action] = ()
    ) -> tuple[Item | None, tuple[Action, ...]]:
        """Store an item and actions as their next versions, all or none; return these."""
        self.around("before write")
        self._check_owner(item or actions[0])
        saved = replace(item, version=item.version + 1) if item else None
        done = tuple(replace(one, version=one.version + 1) for one in actions)
        for one in done:
            claim = self.claims.get((one.account_id, str(one.result_id)), one.id)
            if one.result_id and one.is_settled and claim != one.id:
                raise ResultClaimed
        for one in done:
            known = self.of_request(one) if one.version == 1 else None
            if known and known != one.id:
                raise RequestUsed(known)
        versions = [(self.rows.get(saved.id), saved)] if saved else []
        versions += [(self.made.get(one.id), one) for one in done]  # type: ignore[misc]
        if any((old.version if old else 0) != new.version - 1 for old, new in versions):
            raise ConflictError
        self._write(saved, done)
        self.around("after write")
        return saved, done

    def _check_owner(self, owner: Item | Action) -> None:
        deleted_at = self.deleted.get(owner.account_id)
        if deleted_at and not (owner.connected_at and deleted_at < owner.connected_at):
            raise AccountDataDeleted

    def _write(self, item: Item | None, actions: Sequence[Action]) -> None:
        # What is stored is what can be packed.
        if item:
            self.rows[item.id] = unpacked(Item, packed(item))
        for one in actions:
            self.made[one.id] = unpacked(Action, packed(one))
            if one.client_request_id:
                self.requests[one.account_id, one.client_request_id] = one.id
            if one.result_id and one.is_settled:
                self.claims[one.account_id, one.result_id] = one.id

    def of_request(self, action: Action) -> str | None:
        """Return the id of the action that this action's request id made, or None."""
        return self.requests.get((action.account_id, str(action.client_request_id)))

    def maker_of(self, account_id: str, result_id: str) -> str | None:
        """Return the id of the action that made a comment or message, or None."""
        return self.claims.get((account_id, result_id))

    def listed(
        self, index: str, value: str, *, before: str | None = None, after: str | None = None
    ) -> Iterator[Item]:
        """Iterate over items of an index, the newest first, between two positions."""
        found = [one for one in self.rows.values() if _partition(index, one) == value]
        for one in sorted(found, key=position_of, reverse=True):
            at = position_of(one)
            if (before is None or at < before) and (after is None or at > after):
                yield one

    def due(self, now: datetime) -> Iterator[Item | Action]:
        """Iterate over what has to be looked at by now, the longest due first."""
        pairs = [(item_due_at(one), one) for one in self.rows.values()]
        found: list[tuple[str, Item | Action]] = [(to_sortable(at), one) for at, one in pairs if at]
        found += [
            (to_sortable(one.due_at), one) for one in self.made.values() if not one.is_settled
        ]
        found.sort(key=lambda pair: pair[0])
        yield from [entry for due_at, entry in found if due_at <= to_sortable(now)]


def _partition(index: str, item: Item) -> str | None:
    match index:
        case keys.BY_ACCOUNT:
            return keys.account_list(TENANT, item.account_id)
        case keys.BY_STATE:
            return keys.state_list(TENANT, item.account_id, item.state)
        case keys.BY_THREAD:
            return keys.thread_list(TENANT, item.account_id, item.thread)
        case _:
            author = author_of(item)
            return keys.author_list(TENANT, author) if author else None


@dataclass(frozen=True)
class FixedAccounts(InboxAccounts):
    """The connected accounts."""

    known: dict[str, InboxAccount] = field(default_factory=dict)

    def all(self) -> dict[str, InboxAccount]:
        """Return the accounts by id."""
        return self.known


@dataclass
class MemoryMedia:
    """Media objects in memory."""

    rows: dict[tuple[str, str], MediaRecord] = field(default_factory=dict)

    def get(self, account_id: str, media_id: str) -> MediaRecord | None:
        """Return a media object, or None."""
        return self.rows.get((account_id, media_id))

    def put(
        self,
        account_id: str,
        media: MediaRecord,
        connected_at: datetime | None,
        known_as: str | None = None,
    ) -> None:
        """Store a media object."""
        del connected_at
        self.rows[account_id, known_as or media.id] = media

    def set_enabled(self, account_id: str, media_id: str, enabled: bool) -> None:
        """Store whether people can comment."""
        if media := self.get(account_id, media_id):
            changed = replace(media, comments_enabled=enabled)
            self.rows[account_id, media_id] = changed


@dataclass
class MemoryPeople:
    """Persons in memory."""

    rows: dict[tuple[str, str], Person] = field(default_factory=dict)

    def get(self, account_id: str, person_id: str) -> Person | None:
        """Return a person, or None."""
        return self.rows.get((account_id, person_id))

    def wrote(self, account: InboxAccount, person_id: str, at: datetime) -> None:
        """Record that a person wrote."""
        known = self.rows.get((account.id, person_id), Person(person_id))
        latest = max(filter(None, (known.wrote_at, at)))
        self.rows[account.id, person_id] = Person(person_id, known.username, latest)

    def name(self, account: InboxAccount, person_id: str, username: str, at: datetime) -> None:
        """Record a person's name."""
        del at
        known = self.rows.get((account.id, person_id), Person(person_id))
        self.rows[account.id, person_id] = Person(person_id, username, known.wrote_at)


@dataclass
class MemoryPauses:
    """Pauses in memory."""

    ends: dict[str, datetime] = field(default_factory=dict)

    def pause(self, account_id: str, now: datetime) -> bool:
        """Pause for a day; return False if a pause was on."""
        if self.until(account_id, now):
            return False
        self.ends[account_id] = now + timedelta(hours=24)
        return True

    def until(self, account_id: str, now: datetime) -> datetime | None:
        """Return when an account's pause ends."""
        end = self.ends.get(account_id)
        return end if end and end > now else None

    def end(self, account_id: str) -> None:
        """End an account's pause."""
        self.ends.pop(account_id, None)


@dataclass
class MemoryKept:
    """Updates that nothing understands."""

    updates: list[str] = field(default_factory=list)

    def keep(self, account: InboxAccount, update: Foreign) -> None:
        """Keep an update."""
        del account
        self.updates.append(update.field)


Uses = dict[tuple[str, str, str], dict[str, datetime]]


@dataclass(frozen=True)
class MemoryRuleUse:
    """The counts of rules for one item."""

    uses: Uses
    turns: dict[str, int]
    item: Item
    clock: Clock
    around: Around

    def free(self, rule: Rule, subject: Subject) -> Reached | None:
        """Return None if the rule may act, else the limit that keeps it from that."""
        for kind, limit, recent in self._limits(rule, subject):
            if len(recent) >= limit and self.item.id not in recent:
                return Reached(kind, limit)
        return None

    def use(self, rule: Rule, subject: Subject) -> Reached | None:
        """Count an act of a rule; return None, or the limit that is reached."""
        for kind, limit, recent in self._limits(rule, subject):
            self.around("before count")
            if len(recent) >= limit and self.item.id not in recent:
                return Reached(kind, limit)
            recent.setdefault(self.item.id, self.clock.now())
            self.around("after count")
        return None

    def turn(self, rule: Rule) -> int:
        """Return how many answers of the rule were made before, and count this one."""
        self.turns[rule.name] = self.turns.get(rule.name, 0) + 1
        return self.turns[rule.name] - 1

    def _limits(
        self, rule: Rule, subject: Subject
    ) -> Iterator[tuple[LimitKind, int, dict[str, datetime]]]:
        for kind, limit, value in counted(rule, subject, self.item.account_id):
            recent = self.uses.setdefault((rule.name, kind, value), {})
            since = self.clock.now() - PERIODS[kind]
            for item_id in [one for one, at in recent.items() if at <= since]:
                del recent[item_id]
            yield kind, limit, recent
