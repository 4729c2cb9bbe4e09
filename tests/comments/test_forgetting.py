"""What is left of an account, or of a person, after its deletion: nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from boto3.dynamodb.conditions import Key

from lambdas.comments.forgetting import Forgetting
from lambdas.comments.media import MediaStore
from lambdas.comments.pauses import StoredPauses
from lambdas.comments.people import StoredPeople
from lambdas.comments.records import Item, ItemKind, Origin
from lambdas.comments.store import InboxStore
from lambdas.comments.taking.kept import KeptUpdates
from lambdas.comments.taking.used import StoredRuleUse
from lambdas.comments.updates import Foreign, MessageReaction
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.storage.keys import PARTITION, SORT
from lambdas.storage.rows import Row, query_all, scan_all
from local.graph.data import ACCOUNT_ID
from local.graph.sample import CREATOR_ID
from tests.comments.inbox_parts import MEDIA_ID, OTHER, PERSON, Killed
from tests.comments.inbox_world import World, WorldDependencies
from tests.comments.reading.site import INBOX, inbox_table
from tests.conftest import Aws

RULES: tuple[dict[str, object], ...] = (
    {
        "name": "Price",
        "when": {"keywords": ["price"]},
        "then": "reply",
        "template": "The price is here, {name}",
    },
)


class Stored(WorldDependencies):
    """A world whose inbox is in the table."""

    def rule_use(self, item: Item) -> StoredRuleUse:  # type: ignore[override]
        """Return what counts the uses of rules about an item."""
        return StoredRuleUse(self.store.table, "main", item.account_id, item.id, self.clock)


class StoredWorld(World):
    """An inbox in the table, with comments and messages of two persons."""

    def __init__(self, aws: Aws) -> None:
        inbox_table()
        super().__init__(1, *RULES)
        self.table = aws.clients.table(INBOX)
        marks = DeletionMarks(aws.clients.table(aws.table))
        self.store = InboxStore(self.table, marks, "main")
        parts: dict[str, object] = {
            **{name: value for name, value in vars(self.dependencies).items() if name[0] != "_"},
            "store": self.store,
            "ledger": self.store,
            "media": MediaStore(self.table, marks, "main"),
            "people": StoredPeople(self.table, marks, "main"),
            "pauses": StoredPauses(self.table, "main"),
            "kept": KeptUpdates(self.table, marks, "main"),
        }
        parts.pop("settings")
        self.dependencies = Stored(self, **parts)
        self.forgetting = Forgetting(
            store=self.store, marks=marks, accounts=self.accounts, clock=self.clock
        )

    def fill(self, person: str) -> None:
        """Let a person write, and rules and operators answer."""
        operations, now = self.dependencies.operations, self.clock.now()
        asked, other = self.comment("The price?", person), self.comment("Hello", person)
        message = self.message("The price?", person)
        for update in (asked, other, message):
            self.webhook(update)
        foreign = {"sender": {"id": person}}
        for more in (
            MessageReaction(
                account_id=ACCOUNT_ID,
                at=now,
                mid=message.mid,
                person_id=person,
                author_id=person,
                emoji="❤️",
            ),
            Foreign(account_id=ACCOUNT_ID, at=now, field="new", value=foreign, why="unknown"),
        ):
            self.webhook(more)
        self.run(2)
        operations.reply_privately(other.comment_id, "Hi", "anna", f"private {person}")
        operations.message(ACCOUNT_ID, person, "Yes", "anna", f"message {person}")
        operations.set_hidden(other.comment_id, True, "anna", f"hide {person}")
        self.mention(person)
        self.run(2)

    def mention(self, person: str) -> None:
        """Let a person mention the account in a caption, where Instagram gives no id."""
        now = self.clock.now()
        mention = Item(
            id=f"m{ACCOUNT_ID}.{person[-1]}",
            account_id=ACCOUNT_ID,
            kind=ItemKind.MENTION,
            at=now,
            received_at=now,
            thread="900",
            origin=Origin.WEBHOOK,
            username=f"Guest_{person[-1]}",
            checked=True,
        )
        self.store.add(mention)

    def rows(self) -> list[Row]:
        """Return all rows of the table."""
        return list(scan_all(self.table))

    def naming(self, *words: str) -> list[Row]:
        """Return the rows that hold one of these words in any column."""
        pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
        return [row for row in self.rows() if pattern.search(str(row))]


@pytest.fixture
def world(fake_aws: Aws) -> StoredWorld:
    found = StoredWorld(fake_aws)
    for person in (PERSON, OTHER):
        found.fill(person)
    return found


def test_nothing_is_left_of_a_person(world: StoredWorld) -> None:
    others = len(world.naming(OTHER, "guest_2"))
    assert len(world.naming(PERSON, "guest_1")) > 8
    gone = [one for one in world.instagram.comments.values() if one["author"]["id"] == PERSON]
    world.forgetting.person(PERSON)

    assert len(gone) == 2
    assert [str(row)[:300] for row in world.naming(PERSON, "guest_1")] == []
    assert len(world.naming(OTHER, "guest_2")) == others


def test_no_row_names_a_comment_of_the_person(world: StoredWorld) -> None:
    comments = [
        comment_id
        for comment_id, one in world.instagram.comments.items()
        if one["author"]["id"] == PERSON
    ]
    world.forgetting.person(PERSON)

    # The marks that keep them from being stored again.
    left = world.naming(*comments)
    assert {name for row in left for name in row} == {"pk", "sk", "expires_at"}


def test_forgotten_comment_does_not_come_back(world: StoredWorld) -> None:
    comment_id = next(
        one for one, row in world.instagram.comments.items() if row["author"]["id"] == PERSON
    )
    world.forgetting.person(PERSON)
    answers = len(world.own_comments())

    world.take(world.comment_update(comment_id), Origin.BACKFILL)
    world.run(10)

    assert world.store.item(comment_id) is None
    assert len(world.own_comments()) == answers


def test_person_is_forgotten_in_parts(world: StoredWorld) -> None:
    parts = [world.forgetting.person(PERSON, 1)]
    while parts[-1].more:
        parts.append(world.forgetting.person(PERSON, 1))

    assert len(parts) > 2
    assert world.naming(PERSON, "guest_1") == []


class Deadly(InboxStore):
    """A store whose function is killed when it lists mentions."""

    def listed(self, index: str, value: str, **between: str | None) -> Iterator[Item]:
        if "@" in value:
            raise Killed
        return super().listed(index, value, **between)


def test_mentions_go_though_a_deletion_was_cut_off(fake_aws: Aws) -> None:
    world = StoredWorld(fake_aws)
    world.take(world.comment("Hello", PERSON))
    world.mention(PERSON)
    deadly = Deadly(world.table, world.store.marks, "main")
    with pytest.raises(Killed):
        replace(world.forgetting, store=deadly).person(PERSON)

    world.forgetting.person(PERSON)

    assert world.naming(PERSON, "guest_1") == []


class DeadlyDeletion(InboxStore):
    """A store whose function is killed when it deletes what is recorded about an item."""

    def _delete_rows(self, partition: str, kept: str | None = None) -> int:
        rows = query_all(self.table, KeyConditionExpression=Key(PARTITION).eq(partition))
        if kept and any(str(row[SORT]).startswith("ACTION") for row in rows):
            raise Killed
        return super()._delete_rows(partition, kept)


def test_actions_go_though_a_deletion_was_cut_off(world: StoredWorld) -> None:
    deadly = DeadlyDeletion(world.table, world.store.marks, "main")
    with pytest.raises(Killed):
        replace(world.forgetting, store=deadly).person(PERSON)

    world.forgetting.person(PERSON)

    assert [str(row)[:300] for row in world.naming(PERSON, "guest_1")] == []


def test_nothing_is_left_of_an_account(world: StoredWorld) -> None:
    operations = world.dependencies.operations
    operations.set_comments_enabled(ACCOUNT_ID, MEDIA_ID, False, "anna", None)
    operations.set_comments_enabled(ACCOUNT_ID, "17900000000000030", False, "anna", None)
    world.forgetting.account(ACCOUNT_ID, world.clock.now())

    assert [str(row)[:300] for row in world.rows()] == []


def test_what_a_deleted_account_wrote_elsewhere_goes(world: StoredWorld) -> None:
    update = world.comment("Hello", OTHER)
    mine = {"author_id": f"25{ACCOUNT_ID[2:]}", "username": "example_shop"}
    world.take(type(update)(**(vars(update) | mine | {"account_id": CREATOR_ID})))
    world.forgetting.account(ACCOUNT_ID, world.clock.now())

    assert world.naming("example_shop") == []


def test_deleted_account_stores_nothing_more(world: StoredWorld) -> None:
    world.forgetting.account(ACCOUNT_ID, world.clock.now())
    before = len(world.rows())
    foreign = Foreign(
        account_id=ACCOUNT_ID, at=world.clock.now(), field="new", value={"id": PERSON}, why="new"
    )
    for update in (world.comment("The price?"), world.message("The price?"), foreign):
        world.webhook(update)
    world.run(timedelta(minutes=20).total_seconds() / 60)

    assert [str(row)[:300] for row in world.rows()[before:]] == []
