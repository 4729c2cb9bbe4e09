"""The zone of an account, which operators can change."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.analytics.accounts import Account
from lambdas.analytics.change_views import AccountZoneJson
from lambdas.analytics.writer import DataDeleted, NumbersWriter
from lambdas.kit.errors import Conflict, InvalidRequest
from lambdas.storage.events.deletion_mark import DeletionMarks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class AccountZones:
    """Sets accounts' zones."""

    table: Table
    marks: DeletionMarks
    tenant: str

    def change(self, account: Account, time_zone: str) -> AccountZoneJson:
        """Set a zone. Raises InvalidRequest, and Conflict while the account is being deleted."""
        if time_zone not in zoneinfo.available_timezones() - {"localtime"}:
            raise InvalidRequest(
                "time_zone must be a name of the IANA database, such as Europe/Berlin.",
                code="invalid_time_zone",
            )
        writer = NumbersWriter(
            self.table, self.marks, self.tenant, account.id, account.connected_at
        )
        try:
            writer.set_zone(time_zone)
        except DataDeleted:
            raise Conflict(
                "This account's data is being deleted.", code="account_deleted"
            ) from None
        return AccountZoneJson(account.id, time_zone)
