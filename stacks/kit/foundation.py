"""What every feature is built on, provided by the storage stack."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager


@dataclass(frozen=True)
class Foundation:
    """Keys and tables that the kit itself uses.

    `log_key` encrypts all logs, `settings_key` settings that may hold a token; `limits_table`
    counts requests; `cdn_key` is what the CDN sends along (None without a CDN).
    """

    log_key: kms.IKey
    settings_key: kms.IKey
    limits_table: dynamodb.ITable
    cdn_key: secretsmanager.ISecret | None
