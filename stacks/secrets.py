"""Keys and secrets of a stage, with pinned logical ids."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager

from stacks.kit.guardrails import acknowledge
from stacks.kit.pinned import pin

LOG_GROUP = "kms:EncryptionContext:aws:logs:arn"

Generate = secretsmanager.SecretStringGenerator
APP_FIELDS = ("instagram_app_id", "instagram_app_secret", "meta_app_id", "meta_app_secret")


def add_key(scope: Stack, name: str, description: str, removal: RemovalPolicy) -> kms.Key:
    """Add a KMS key that is rotated."""
    key = kms.Key(
        scope, name, description=description, enable_key_rotation=True, removal_policy=removal
    )
    pin(key, name)
    return key


def add_log_key(scope: Stack, removal: RemovalPolicy) -> kms.Key:
    """Add the key of all logs, which CloudWatch Logs may use for this account's log groups."""
    key = add_key(scope, "LogKey", "Encrypts all logs", removal)
    groups = f"arn:{scope.partition}:logs:{scope.region}:{scope.account}:log-group:*"
    allow_logs(key, scope.region, {"ArnLike": {LOG_GROUP: groups}})
    return key


def allow_logs(key: kms.Key, region: str, condition: Mapping[str, object]) -> None:
    """Allow CloudWatch Logs of a region to use a key, for the log groups of a condition."""
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{region}.amazonaws.com")],
            actions=[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            resources=["*"],
            conditions=condition,
        )
    )


def add_app_secret(scope: Stack, removal: RemovalPolicy) -> secretsmanager.Secret:
    """Add the secret of the apps that call Meta; an operator fills it in.

    CloudFormation regenerates a secret whose template changes: a test pins this one.
    """
    empty = json.dumps(dict.fromkeys(APP_FIELDS, ""))
    return _add_secret(
        scope,
        "AppSecret",
        "Ids and secrets of the apps that call Meta",
        Generate(
            secret_string_template=empty,
            generate_string_key="webhook_verify_token",
            exclude_punctuation=True,
        ),
        removal,
        "Meta makes the app secrets, and only its dashboard can rotate them; functions pick up a "
        "changed one within five minutes.",
    )


def add_cdn_key(scope: Stack, removal: RemovalPolicy) -> secretsmanager.Secret:
    """Add the key that the CDN sends along."""
    return _add_secret(
        scope,
        "EdgeKey",
        "What the CDN sends along, so that the API answers no one else",
        Generate(password_length=48, exclude_punctuation=True),
        removal,
        "The CDN's configuration holds a copy: both change together, by the command "
        "`rotate-cdn-key`, not by a schedule.",
    )


def add_cursor_secret(scope: Stack, removal: RemovalPolicy) -> secretsmanager.Secret:
    """Add the key that signs page cursors."""
    return _add_secret(
        scope,
        "CursorSecret",
        "Signs the cursors of event pages",
        Generate(password_length=64, exclude_punctuation=True),
        removal,
        "It protects only the shape of page cursors. Rotating it while pages are open would break "
        "their link to older photos.",
    )


def _add_secret(
    scope: Stack,
    name: str,
    description: str,
    generate: Generate,
    removal: RemovalPolicy,
    no_rotation_reason: str,
) -> secretsmanager.Secret:
    secret = secretsmanager.Secret(
        scope,
        name,
        description=description,
        generate_secret_string=generate,
        removal_policy=removal,
    )
    pin(secret, name)
    for rule in ("AwsSolutions-SMG4", "NIST.800.53.R5-SecretsManagerRotationEnabled"):
        acknowledge(secret, rule, no_rotation_reason)
    acknowledge(
        secret,
        "NIST.800.53.R5-SecretsManagerUsingKMSKey",
        "It is encrypted with the account's key for secrets. A key of its own would need one more "
        "grant per reader and protect nothing else.",
    )
    return secret
