"""AWS clients of the commands, with the caller's own credentials."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError

if TYPE_CHECKING:
    from stacks.config import StageConfig

ClientOf = Callable[..., Any]
"""Return the client of a service, in the stage's region or in the one of the second argument."""


def client_in(service: str, region: str) -> Any:
    """Return the client of a service in a region. Raises CommandError for an invalid endpoint."""
    import boto3

    try:
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]
    except ValueError as error:
        # Not one of botocore's own errors: AWS_ENDPOINT_URL is no address.
        raise CommandError(f"AWS_ENDPOINT_URL or a profile is invalid: {error}") from None


def clients_of(config: StageConfig) -> ClientOf:
    """Return the clients of a stage: its own region counts, whatever the shell's is."""
    return partial(_client, config.region)


def _client(stage_region: str, service: str, region: str | None = None) -> Any:
    return client_in(service, region or stage_region)


def short(error: Exception) -> str:
    """Return the first line of what AWS answered."""
    return str(error).splitlines()[0][:200]
