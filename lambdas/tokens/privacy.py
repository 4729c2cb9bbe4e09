"""Meta's callbacks about people: somebody removed the app, or wants their data deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger

from lambdas.graph.errors import RequestRefused
from lambdas.graph.signed_request import parse_signed_request
from lambdas.kit.clock import Clock, to_rfc3339
from lambdas.kit.errors import InvalidRequest, NotFound
from lambdas.kit.events import AccountDataDeletionRequested
from lambdas.storage.accounts.audit import AuditTrail, Happening
from lambdas.storage.accounts.token_record import LastError, State, TokenRecord
from lambdas.tokens.deletion import Deletions
from lambdas.tokens.notice import Notices
from lambdas.tokens.token_store import ConflictError, TokenStore

REMOVED = "its owner removed the app"


class PrivacyDesk:
    """Does what the callbacks ask for, once it is certain that Meta signed them."""

    def __init__(
        self,
        secrets: Callable[[], Sequence[str]],
        store: TokenStore,
        deletions: Deletions,
        audit: AuditTrail,
        notices: Notices,
        bus_name: str,
        public_url: str,
        clock: Clock,
        logger: Logger,
    ) -> None:
        self._secrets = secrets
        self._store = store
        self._deletions = deletions
        self._audit = audit
        self._notices = notices
        self._bus = bus_name
        self._url = public_url
        self._clock = clock
        self._logger = logger

    def deauthorize(self, signed_request: str) -> int:
        """Somebody removed the app: their accounts need a new login. How many there were. Raises InvalidRequest."""
        (accounts, issued_at), now = self._accounts_of(signed_request), self._clock.now()
        for account_id in accounts:
            record = self._store.get(account_id)
            if record is None or record.state is not State.ACTIVE or _is_older(issued_at, record):
                continue
            try:
                record = self._store.require_reauth(record, LastError(now, REMOVED))
            except ConflictError:
                # It was connected anew after they removed it.
                continue
            self._audit.add(account_id, now, Happening.DEAUTHORIZED)
            if self._notices.reconnect_required(record, REMOVED):
                self._store.told(record, now)
        self._logger.info("an app was removed", extra={"accounts": len(accounts)})
        return len(accounts)

    def delete_data(self, signed_request: str) -> dict[str, str]:
        """Somebody wants their data deleted: it is, and the answer says where they can see that. Raises InvalidRequest."""
        (accounts, _), now = self._accounts_of(signed_request), self._clock.now()
        for account_id in accounts:
            self._store.disconnect(account_id, now)
            self._audit.add(account_id, now, Happening.DELETION_REQUESTED)
            AccountDataDeletionRequested(account_id).publish(self._bus)
        deletion = self._deletions.record(now, len(accounts))
        self._logger.info("data were deleted", extra={"accounts": len(accounts)})
        return {
            "url": f"{self._url}/instagram/data-deletion/{deletion.code}",
            "confirmation_code": deletion.code,
        }

    def status(self, code: str) -> dict[str, Any]:
        """What became of a request for deletion. Raises NotFound."""
        deletion = self._deletions.get(code)
        if deletion is None:
            raise NotFound("There is no request of that code.", code="unknown_request")
        return {"requested_at": to_rfc3339(deletion.requested_at), "accounts": deletion.accounts}

    def _accounts_of(self, signed_request: str) -> tuple[list[str], datetime | None]:
        try:
            person = parse_signed_request(signed_request, self._secrets())
        except RequestRefused:
            raise InvalidRequest(
                "The request was not signed by the app.", code="bad_signature"
            ) from None
        return self._store.of_person(person.user_id), person.issued_at


def _is_older(issued_at: datetime | None, record: TokenRecord) -> bool:
    """Whether somebody removed the app before the account was connected again: that is an answer to it."""
    return (
        issued_at is not None
        and record.connected_at is not None
        and issued_at < record.connected_at
    )
