"""Whose media a comment is below, read from Instagram once for each media object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from aws_lambda_powertools import Logger
from msgspec.structs import replace

from lambdas.comments.accounts import InboxAccount
from lambdas.comments.ids import id_or_none, is_id
from lambdas.comments.media import MediaRecord, MediaStore, media_record
from lambdas.comments.refused_writes import AccountDataDeleted
from lambdas.comments.taking.patience import Patience
from lambdas.graph.client import Account
from lambdas.graph.errors import GraphError, ObjectLag, PermissionMissing, RequestRefused
from lambdas.kit.clock import Clock
from lambdas.kit.errors import ReauthRequired

FOREIGN_FOR = timedelta(hours=1)
NEWEST = 100


@dataclass(frozen=True, kw_only=True)
class MediaFinder:
    """Finds media objects. `account` returns the client of an account, or None."""

    store: MediaStore
    account: Callable[[str], Account | None]
    patience: Patience
    clock: Clock
    logger: Logger

    def known(self, account: InboxAccount, media_id: str | None) -> MediaRecord | None:
        """Return what is stored of a media object, or None."""
        return self.store.get(account.id, media_id) if media_id else None

    def find(
        self, account: InboxAccount, media_id: str, comment_id: str | None = None
    ) -> MediaRecord | None:
        """Return a media object, or None while it cannot be read.

        Webhooks may name a picture of an album: the comment knows the album itself.
        """
        known = self.store.get(account.id, media_id)
        if known and (known.is_own or self.clock.now() - known.seen_at < FOREIGN_FOR):
            return known
        if self.patience.waits(account.id):
            return None
        try:
            client = self.account(account.id)
            found = self._read(client, media_id, comment_id) if client else None
        except (GraphError, ReauthRequired) as error:
            extra = {"account": account.id, "media": media_id, "cause": str(error)}
            self.logger.warning("a media object could not be read", extra=extra)
            self.patience.failed(account.id)
            return None
        if found and not is_id(found.id):
            # Keys of items and media hold it.
            found = replace(found, id=media_id)
        if found:
            self._put(account, found, media_id)
        return found

    def _read(self, client: Account, media_id: str, comment_id: str | None) -> MediaRecord:
        now = self.clock.now()
        top = self._media_of(client, comment_id) or media_id
        try:
            return media_record(client.library.one_media(top), now)
        except (ObjectLag, PermissionMissing, RequestRefused):
            # Only the account's own media can be read; but in an outage some of these cannot
            # either: see row 17 of the known faults.
            newest = islice(client.library.media(), NEWEST)
            own = next((one for one in newest if one.id in (top, media_id)), None)
            if own:
                return media_record(own, now)
            return MediaRecord(id=media_id, seen_at=now, is_own=False)

    def _media_of(self, client: Account, comment_id: str | None) -> str | None:
        if comment_id is None:
            return None
        try:
            return id_or_none(client.comments.one(comment_id).media_id)
        except (ObjectLag, PermissionMissing, RequestRefused):
            return None

    def _put(self, account: InboxAccount, found: MediaRecord, media_id: str) -> None:
        try:
            self.store.put(account.id, found, account.connected_at)
            if found.id != media_id:
                # Under the id of the picture too, which further comments name.
                self.store.put(account.id, found, account.connected_at, known_as=media_id)
        except AccountDataDeleted:
            return
