"""Creating posts by their account's plan: in its next free slot, or repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from lambdas.api.findings import Findings
from lambdas.api.identifiers import is_identifier
from lambdas.kit.errors import Conflict
from lambdas.publishing.batch_log import Batch
from lambdas.publishing.batches import Batches, in_slot
from lambdas.publishing.checking import CheckedPost, digest_of, read_request
from lambdas.publishing.creation import Created, Creation, account_deleted, post_number
from lambdas.publishing.ledger import DataDeleted, RequestUsed, SlotTaken
from lambdas.publishing.planning import Planned, Planner
from lambdas.publishing.records import SEPARATOR, Post, PublishAt
from lambdas.publishing.series import occurrence_request_id

ONE = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class PlannedCreation:
    """Creates posts whose request may leave something to the plan."""

    creation: Creation
    planner: Planner
    batches: Batches

    def create(self, raw: Mapping[str, object], by: str = "") -> Created:
        """Create a post, or a series, or return what the same request made before.

        Raises as `Creation.create` does.
        """
        if repeated := self._series_before(raw) or self.creation.repeated(raw):
            return repeated
        planned, checked = self._checked(raw)
        account = checked.accepted()
        digest = digest_of(read_request(raw, Findings()))
        post = replace(self.creation.post_of(checked, by), request_digest=digest)
        if planned.times:
            return self._create_series(post, planned.times, checked, by)
        try:
            stored = self._store(post, planned.slot, by)
        except RequestUsed as used:
            return self.creation.used(used, digest)
        self.creation.person.consider(stored, account)
        return Created(stored, is_new=True, warnings=checked.warnings)

    def check(self, raw: Mapping[str, object]) -> CheckedPost:
        """Return everything that is found in a body, without creating anything."""
        return self._checked(raw)[1]

    def _checked(self, raw: Mapping[str, object]) -> tuple[Planned, CheckedPost]:
        planned = self.planner.apply(raw)
        last = planned.times[-1] if planned.times else None
        checked = self.creation.checks.check(planned.body, last=last)
        checked.found.add(planned.found)
        return planned, checked

    def _store(self, post: Post, slot: PublishAt | None, by: str) -> Post:
        """Store a post, in the next slot that is free at this moment if it wants one."""
        for wanted in self._attempts(post) if slot else [post]:
            try:
                self.creation.store([wanted], by)
            except SlotTaken:
                continue
            return wanted
        raise Conflict("All slots of the next year are taken.", code="no_free_slot")

    def _attempts(self, post: Post) -> Iterator[Post]:
        if post.publish_at:
            yield in_slot(post, post.publish_at)
        for at in self.planner.of(post.account_id).slots:
            yield in_slot(post, at)

    def _create_series(
        self, first: Post, times: Sequence[PublishAt], checked: CheckedPost, by: str
    ) -> Created:
        posts = [_occurrence(first, at, number) for number, at in enumerate(times, start=1)]
        batch_id = series_id(first.client_request_id)
        try:
            batch, is_new = self.batches.log.accept(batch_id, first.request_digest, posts, by)
        except DataDeleted:
            raise account_deleted() from None
        if not is_new:
            return self._of_batch(batch, first.request_digest)
        stored = self._run(batch)
        self.creation.person.consider(stored[0], checked.accepted())
        return Created(stored[0], is_new=True, warnings=checked.warnings, series=stored)

    def _series_before(self, raw: Mapping[str, object]) -> Created | None:
        """Return the series that the same request made before, completed if it was interrupted."""
        found = Findings()
        request = read_request(raw, found)
        account_id, request_id = request.account, request.client_request_id
        known = isinstance(account_id, str) and isinstance(request_id, str)
        if found.problems or not known or not request.repeat:
            return None
        if not is_identifier(str(account_id)):
            return None
        batch = self.batches.log.find(str(account_id), series_id(str(request_id)))
        return self._of_batch(batch, digest_of(request)) if batch else None

    def _of_batch(self, batch: Batch, digest: str) -> Created:
        if batch.digest != digest:
            raise Conflict(
                "This client_request_id was used for another post. Choose a new one.",
                code="request_id_used",
            )
        stored = self._run(batch)
        return Created(stored[0], is_new=False, series=stored)

    def _run(self, batch: Batch) -> list[Post]:
        try:
            return self.batches.run(batch)
        except DataDeleted:
            raise account_deleted() from None


def series_id(client_request_id: str) -> str:
    """Return the id of the batch of a repeated post."""
    return f"series-{hashlib.sha256(client_request_id.encode()).hexdigest()[:32]}"


def _occurrence(first: Post, at: PublishAt, number: int) -> Post:
    """Return an occurrence of a post: the first keeps its id, and gives the series its name."""
    later = first.created_at + (number - 1) * ONE
    suffix = hashlib.sha256(f"{first.id}#{number}".encode()).digest()[:5]
    own = f"{first.account_id}{SEPARATOR}{post_number(later, int.from_bytes(suffix))}"
    return replace(
        first,
        id=first.id if number == 1 else own,
        client_request_id=occurrence_request_id(first.client_request_id, number),
        publish_at=at,
        due_at=at.instant,
        repeat_id=first.id,
    )
