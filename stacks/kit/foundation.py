"""What every feature is built on, handed to it by the storage stack."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager


@dataclass(frozen=True)
class Foundation:
    """The key of all logs, the key of settings that may hold a token, and the edge's key if there is an edge."""

    log_key: kms.IKey
    settings_key: kms.IKey
    cdn_key: secretsmanager.ISecret | None
