"""How many files may be announced from one address: what all guests of a venue send at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.kit.clock import Clock
from lambdas.kit.errors import LimitReached
from lambdas.storage import keys
from lambdas.storage.conditional import condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# All guests behind one wireless network share an address; a device has limits of its own.
MAX_FILES, WINDOW_SECONDS = 2_000, 600


@dataclass(frozen=True)
class AddressLimit:
    """Counts announced files in one row for each address and window, which expires."""

    table: Table
    clock: Clock

    def take(self, address: str, files: int) -> None:
        """Count files from an address, which is a hash. Raises LimitReached."""
        now = int(self.clock.now().timestamp())
        window, files = now // WINDOW_SECONDS, max(1, files)
        ends = (window + 1) * WINDOW_SECONDS
        try:
            self.table.update_item(
                Key=keys.ration_key(f"files#{address}#{window}"),
                UpdateExpression="ADD #files :files SET #expires = :expires",
                ConditionExpression="attribute_not_exists(#files) OR #files <= :before",
                ExpressionAttributeNames={"#files": "files", "#expires": keys.EXPIRES},
                ExpressionAttributeValues={
                    ":files": files,
                    ":before": MAX_FILES - files,
                    ":expires": ends + WINDOW_SECONDS,
                },
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            raise LimitReached(
                "Very many photos come from this network right now.",
                code="too_many_files",
                retry_after=ends - now,
            ) from None
