"""Meta's callbacks about people: a person removed the app, or wants their data deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aws_lambda_powertools import Logger

from lambdas.graph.errors import RequestRefused
from lambdas.graph.signed_request import SignedRequest, parse_signed_request
from lambdas.instagram.app_secret import AppSecrets
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import ConflictError, InvalidRequest, NotFound
from lambdas.kit.events import (
    AccountDataDeletionRequested,
    EventBus,
    PersonDataDeletionRequested,
)
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import LastError, Source, State, TokenRecord
from lambdas.storage.events.deletion_mark import DeletionMarks
from lambdas.tokens.deletion import Deletion, Deletions, DeletionState, OpenDeletion
from lambdas.tokens.environment_owner import EnvironmentOwner, OwnerUnknown
from lambdas.tokens.failures import Failures
from lambdas.tokens.pending_logins import PendingLogins
from lambdas.tokens.readings import Readings
from lambdas.tokens.token_store import TokenStore
from lambdas.tokens.verification import DEAUTHORIZE

REMOVED = "its owner removed the app"
# How long Meta is asked whose a token of the environment is that it calls dead.
WAIT_FOR_OWNER = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """Does what the callbacks request, once their signature is verified.

    `environment` knows the account of the environment's token, which may have no record, and
    `login_type` is that token's.
    `data_features` are the features that keep data of accounts: each deletes its own part.
    """

    secrets: AppSecrets
    store: TokenStore
    logins: PendingLogins
    tenant: str
    deletions: Deletions
    marks: DeletionMarks
    audit: AuditTrail
    failures: Failures
    bus: EventBus
    public_url: str
    environment: EnvironmentOwner
    readings: Readings
    login_type: LoginType
    data_features: tuple[str, ...]
    clock: Clock
    logger: Logger

    def deauthorize(self, signed_request: str) -> int:
        """Record that a person removed the app; return how many accounts of theirs need a login.

        Accounts that were disconnected here, or connected again since, are left alone. Raises
        InvalidRequest for a request that Meta did not sign.
        """
        request, now, ended = self._verified(signed_request), self.clock.now(), 0
        self._end_logins(request)
        for account_id in self.store.of_person(request.user_id):
            record = self.store.get(account_id)
            if (
                record is None
                or record.state is not State.ACTIVE
                or _is_newer(record, request.issued_at)
            ):
                continue
            try:
                last = LastError(now, REMOVED, edge=DEAUTHORIZE)
                record = self.store.require_reauth(record, last)
            except ConflictError:
                # It was connected again meanwhile.
                continue
            self.audit.add(account_id, now, Happening.DEAUTHORIZED)
            self.failures.notify(record)
            ended += 1
        self.logger.info("the app was removed", extra={"accounts": ended})
        return ended

    def delete_data(self, signed_request: str) -> dict[str, str]:
        """Delete a person's data; return where they can see the state of their request.

        The same request again gets the same answer. Raises InvalidRequest for a request that Meta
        did not sign.
        """
        request = self._verified(signed_request)
        self._end_logins(request)
        # Not to be guessed: the signature goes into it.
        code = hashlib.sha256(signed_request.encode()).hexdigest()[:20]
        person, issued_at = request.user_id, request.issued_at
        meant = self._meant(self.store.of_person(person, disconnected=True), issued_at)
        deletion = self.deletions.open(
            OpenDeletion(code, self.clock.now(), meant, person, issued_at)
        )
        self._continue(deletion)
        self.logger.info("data deletion requested", extra={"accounts": deletion.accounts})
        return {
            "url": f"{self.public_url}/instagram/data-deletion/{code}",
            "confirmation_code": code,
        }

    def status(self, code: str) -> Deletion:
        """Return a request as it is now. Raises NotFound."""
        for opened in self.deletions.opened():
            if opened.code == code:
                self._finish(opened)
        deletion = self.deletions.get(code)
        if deletion is None:
            raise NotFound("There is no request with this code.", code="unknown_request")
        return deletion

    def continue_open(self, code: str | None = None) -> int:
        """Continue the requests that are not done (or one of them); return how many stay open."""
        opened = [one for one in self.deletions.opened() if code in (None, one.code)]
        return sum(not self._advance(one) for one in opened)

    def _end_logins(self, request: SignedRequest) -> None:
        """End the person's pending logins: what is connected from now on would be too late.

        Before the accounts are looked up: a login that is at work stores nothing any more.
        """
        now = self.clock.now()
        self.store.end_logins(request.user_id, min(request.issued_at or now, now))
        self.logins.end_of_person(request.user_id, self.tenant, request.issued_at)

    def _meant(self, accounts: Iterable[str], issued_at: datetime | None) -> tuple[str, ...]:
        """Return the accounts that were not connected after a request was issued."""
        return tuple(
            sorted(one for one in accounts if not _is_newer(self.store.get(one), issued_at))
        )

    def _continue(self, deletion: Deletion) -> None:
        if deletion.state is DeletionState.REQUESTED:
            self.continue_open(deletion.code)

    def _advance(self, opened: OpenDeletion) -> bool:
        """Do what is missing of a request; return whether nothing is left."""
        person_id = opened.person_id
        if person_id:
            opened = self._looked_up(opened, person_id)
        if self._finish(opened):
            return True
        for account_id, until in self._left(opened).items():
            self._delete(account_id, until, person_id)
        return False

    def _looked_up(self, opened: OpenDeletion, person_id: str) -> OpenDeletion:
        """Look for the accounts of a person again, and at the environment's token.

        Their id is kept until Meta says whose that token is.
        """
        if not opened.written:
            self._delete_written(opened, person_id)
        left = replace(opened, written=True)
        found: set[str] | None
        try:
            found = self.environment.accounts_of(person_id)
        except OwnerUnknown as unknown:
            waited = self.clock.now() - opened.requested_at
            found = set() if unknown.is_dead and waited >= WAIT_FOR_OWNER else None
        theirs = {*self.store.of_person(person_id, disconnected=True), *(found or ())}
        new = theirs - opened.accounts().keys()
        adopted = {one for one in new if self._was_adopted_since(one, opened.requested_at)}
        late = self._meant(new - adopted, opened.issued_at or opened.requested_at)
        if late or adopted:
            late_ids = (*opened.late_ids, *late, *sorted(adopted))
            left = replace(left, late_ids=late_ids, late_at=self.clock.now())
        if found is not None:
            left = replace(left, person_id=None)
        self.deletions.update(left)
        self.deletions.count(left)
        return left

    def _was_adopted_since(self, account_id: str, at: datetime) -> bool:
        """Return whether the environment's token was stored since: that is no new login."""
        record = self.store.get(account_id)
        if record is None or record.source is not Source.ENVIRONMENT:
            return False
        return record.connected_at is not None and record.connected_at > at

    def _finish(self, opened: OpenDeletion) -> bool:
        """Close a request if a second look finds nothing; return whether it is closed."""
        if opened.person_id or self._left(opened):
            return False
        for account_id in opened.accounts():
            self.store.forget_people(account_id)
            self.readings.succeeded(account_id)
        self.deletions.close(opened.code, self.clock.now())
        return True

    def _left(self, opened: OpenDeletion) -> dict[str, datetime]:
        return {
            account_id: until
            for account_id, until in opened.accounts().items()
            if not self.marks.is_done(account_id, until, self.data_features)
        }

    def _delete(self, account_id: str, until: datetime, person_id: str | None) -> None:
        """Delete the tokens, and request the deletion of the posts; both can be repeated."""
        now, known = self.clock.now(), self.store.get(account_id)
        if known and known.state is not State.DISCONNECTED and not _is_newer(known, until):
            # First: after an interruption nothing says that it is missing.
            self.audit.add(account_id, now, Happening.DELETION_REQUESTED)
        if not self.store.disconnect(account_id, now, connected_before=until):
            # Without a record the environment's token would be adopted at the next sweep.
            self.store.add_disconnected(
                TokenRecord(self.tenant, account_id, self.login_type, "", now, person_id=person_id)
            )
        requested_at = to_rfc3339(until.replace(microsecond=0))
        self.bus.publish(AccountDataDeletionRequested(account_id, requested_at))

    def _delete_written(self, opened: OpenDeletion, person_id: str) -> None:
        """Request the deletion of what a person wrote to the site's accounts."""
        requested_at = to_rfc3339(opened.requested_at.replace(microsecond=0))
        self.bus.publish(PersonDataDeletionRequested(person_id, opened.code, requested_at))

    def _verified(self, signed_request: str) -> SignedRequest:
        for secrets in self.secrets.signing_secrets():
            try:
                return parse_signed_request(signed_request, secrets)
            except RequestRefused:
                continue
        raise InvalidRequest("The request was not signed by the app.", code="bad_signature")


def _is_newer(record: TokenRecord | None, issued_at: datetime | None) -> bool:
    """Return whether an account was connected after a person made a request."""
    if record is None or record.connected_at is None or issued_at is None:
        return False
    return issued_at < record.connected_at
