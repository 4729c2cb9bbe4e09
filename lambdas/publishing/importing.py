"""Importing many posts: all rows are checked first, and then all posts are created, or none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import timedelta

from msgspec.structs import replace

from lambdas.kit.clock import Clock
from lambdas.kit.errors import InvalidRequest
from lambdas.publishing.batch_log import Batch
from lambdas.publishing.batches import Batches, in_slot
from lambdas.publishing.checking import CheckedPost, PostChecks
from lambdas.publishing.creation import Creation, account_deleted, post_number
from lambdas.publishing.import_columns import body_of_row, column_of, needs_time
from lambdas.publishing.import_file import ImportFindings, ImportProblemJson, ImportRow
from lambdas.publishing.ledger import DataDeleted
from lambdas.publishing.planning import AccountPlanning, Planned, Planner
from lambdas.publishing.posting_accounts import PostingAccount
from lambdas.publishing.records import SEPARATOR, Post
from lambdas.publishing.repeats import COMPARED, AccountPosts, Repeats
from lambdas.publishing.states import State

ONE = timedelta(milliseconds=1)


class InvalidImport(InvalidRequest):
    """Nothing was created; `problems` in the answer are all that was found, by row and column."""

    code = "invalid_import"

    def __init__(
        self, problems: Sequence[ImportProblemJson], warnings: Sequence[ImportProblemJson] = ()
    ) -> None:
        number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            f"The file has {number}, and nothing was created; see problems for rows and columns.",
            details={"problems": list(problems), "warnings": list(warnings)},
        )


@dataclass(frozen=True)
class Imported:
    """The posts of an import in the order of their rows; `is_new` if this request made them."""

    id: str
    posts: Sequence[Post]
    rows: Sequence[int]
    is_new: bool
    warnings: Sequence[ImportProblemJson] = ()


@dataclass
class KnownPosts:
    """An account's posts as they were, and those of the rows before: read once for all rows."""

    posts_before: Sequence[Post]
    of_file: list[Post] = field(default_factory=list)

    def posts(
        self, account_id: str, *, before: str | None = None, states: Sequence[State] = ()
    ) -> Iterator[Post]:
        """Iterate over the posts, those of the file first."""
        del account_id, before
        known = (*reversed(self.of_file), *self.posts_before)
        return (post for post in known if post.state in states)


@dataclass(frozen=True, kw_only=True)
class Importer:
    """Imports files of posts."""

    creation: Creation
    planner: Planner
    batches: Batches
    posts: AccountPosts
    clock: Clock

    def run(
        self,
        account_id: str,
        rows: Sequence[ImportRow],
        found: ImportFindings,
        *,
        dry_run: bool = False,
        by: str = "",
    ) -> Imported:
        """Create the posts of all rows, or return those of the same file that was sent before.

        With `dry_run` nothing is created. Raises InvalidImport with all problems, NotFound and
        Conflict for the account.
        """
        if found.problems:
            raise InvalidImport(found.problems, found.warnings)
        account = self.creation.checks.accounts.named(account_id)
        import_id = import_id_of(account_id, rows)
        numbers = [row.number for row in rows]
        if before := self.batches.log.find(account_id, import_id):
            return Imported(import_id, self._run(before), numbers, is_new=False)
        posts = self._checked(account, rows, import_id, found, by)
        if found.problems:
            raise InvalidImport(found.problems, found.warnings)
        if dry_run:
            return Imported(import_id, posts, numbers, is_new=False, warnings=found.warnings)
        try:
            batch, is_new = self.batches.log.accept(import_id, import_id, posts, by)
        except DataDeleted:
            raise account_deleted() from None
        stored = self._run(batch)
        self._call_person(stored, account)
        return Imported(import_id, stored, numbers, is_new, found.warnings)

    def _run(self, batch: Batch) -> list[Post]:
        try:
            return self.batches.run(batch)
        except DataDeleted:
            raise account_deleted() from None

    def _checked(
        self,
        account: PostingAccount,
        rows: Sequence[ImportRow],
        import_id: str,
        found: ImportFindings,
        by: str,
    ) -> list[Post]:
        planning = self.planner.of(account.id)
        known = KnownPosts(list(self.posts.posts(account.id, states=COMPARED)))
        checks = replaced(self.creation.checks, repeats=Repeats(known))
        for row in rows:
            request_id = f"{import_id}#{row.number}"
            body = body_of_row(row.cells, account.id, request_id, planning.plan.zone)
            if needs_time(row.cells, body):
                message = "Say when it is published: a time, next or now; or draft yes."
                found.refuse(row.number, "publish_at", "missing", message)
            post = self._post(body, planning, checks, row, found, by)
            if post:
                known.of_file.append(self._numbered(post, len(known.of_file)))
        return known.of_file

    def _post(
        self,
        body: Mapping[str, object],
        planning: AccountPlanning,
        checks: PostChecks,
        row: ImportRow,
        found: ImportFindings,
        by: str,
    ) -> Post | None:
        planned = self.planner.apply(body, planning)
        checked = checks.check(planned.body)
        checked.found.add(planned.found)
        _report(checked, row, found)
        if checked.problems:
            return None
        return _slotted(self.creation.post_of(checked, by), planned)

    def _numbered(self, post: Post, index: int) -> Post:
        """Return a post with an id that sorts as the rows do."""
        bits = self.creation.rng.getrandbits(40)
        number = post_number(post.created_at + index * ONE, bits)
        return replace(post, id=f"{post.account_id}{SEPARATOR}{number}")

    def _call_person(self, posts: Sequence[Post], account: PostingAccount) -> None:
        """Report that the account needs a person, once, for the post that is due first."""
        scheduled = [post for post in posts if post.state is State.SCHEDULED]
        if scheduled:
            self.creation.person.consider(min(scheduled, key=lambda one: one.due_at), account)


def import_id_of(account_id: str, rows: Sequence[ImportRow]) -> str:
    """Return the id of an import: the same rows are the same import, however they are written."""
    content = json.dumps([account_id, [dict(sorted(row.cells.items())) for row in rows]])
    return f"import-{hashlib.sha256(content.encode()).hexdigest()[:32]}"


def _slotted(post: Post, planned: Planned) -> Post:
    return in_slot(post, planned.slot) if planned.slot else post


def _report(checked: CheckedPost, row: ImportRow, found: ImportFindings) -> None:
    for one in checked.problems:
        found.refuse(row.number, column_of(one.field), one.code, one.message)
    for one in checked.warnings:
        # What is said of the account is the same for every row.
        number = 0 if one.field == "account" else row.number
        entry = ImportProblemJson(number, column_of(one.field), one.code, one.message)
        if entry not in found.warnings:
            found.warn(entry.row, entry.column, entry.code, entry.message)
