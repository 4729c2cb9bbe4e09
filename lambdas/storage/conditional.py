"""Reading the refusals of conditional writes."""

from __future__ import annotations

from botocore.exceptions import ClientError


def condition_failed(error: ClientError) -> bool:
    """Whether a single write was refused by its own condition."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def cancellation_codes(error: ClientError) -> list[str]:
    """Why each write of a cancelled transaction was refused, in their order; empty if it was not a cancellation."""
    return [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
