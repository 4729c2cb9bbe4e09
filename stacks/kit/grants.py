"""Permissions as verbs on rows and objects, where CDK's own grants would give more."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns


class Rows(enum.StrEnum):
    """What a function may do with the rows of a table."""

    GET = "dynamodb:GetItem"
    GET_MANY = "dynamodb:BatchGetItem"
    QUERY = "dynamodb:Query"
    SCAN = "dynamodb:Scan"
    PUT = "dynamodb:PutItem"
    UPDATE = "dynamodb:UpdateItem"
    DELETE = "dynamodb:DeleteItem"
    WRITE_MANY = "dynamodb:BatchWriteItem"
    CHECK = "dynamodb:ConditionCheckItem"


class Objects(enum.StrEnum):
    """What a function may do with the objects under a prefix."""

    READ = "s3:GetObject"
    READ_VERSIONS = "s3:GetObjectVersion"
    WRITE = "s3:PutObject"
    DELETE = "s3:DeleteObject"
    DELETE_VERSIONS = "s3:DeleteObjectVersion"
    ABORT = "s3:AbortMultipartUpload"


@dataclass(frozen=True)
class Pattern:
    """Resources by a pattern: its ARN, its spelling in cdk-nag's findings, and the reason."""

    arn: str
    finding: str
    reason: str

    @classmethod
    def of(cls, stack: Stack, arn: str, reason: str) -> Self:
        """Return the pattern of an ARN of this stack's own resources."""
        resolved = stack.resolve(arn)
        parts = [resolved] if isinstance(resolved, str) else resolved["Fn::Join"][1]
        return cls(arn, "".join(map(_spelled, parts)), reason)


def _spelled(part: str | Mapping[str, str | list[str]]) -> str:
    """Return a part of an ARN as cdk-nag writes it."""
    if isinstance(part, str):
        return part
    [named] = part.values()
    return f"<{named if isinstance(named, str) else '.'.join(named)}>"


def allow_rows(function: lambda_.Function, table: dynamodb.ITable, *verbs: Rows) -> None:
    """Allow exactly these verbs on the rows of a table, and nothing on its indexes."""
    statement = iam.PolicyStatement(actions=list(verbs), resources=[table.table_arn])
    function.add_to_role_policy(statement)


def allow_index(function: lambda_.Function, table: dynamodb.ITable, index: str) -> None:
    """Allow reading one index of a table."""
    arn = f"{table.table_arn}/index/{index}"
    function.add_to_role_policy(iam.PolicyStatement(actions=[Rows.QUERY], resources=[arn]))


def allow_notifications(function: lambda_.Function, topic: sns.ITopic, key: kms.IKey) -> None:
    """Allow publishing to an encrypted topic.

    The topic's own grant would include kms:GenerateDataKey*, of which one action is needed.
    """
    publish = iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn])
    encrypt = ["kms:Decrypt", "kms:GenerateDataKey"]
    function.add_to_role_policy(publish)
    function.add_to_role_policy(iam.PolicyStatement(actions=encrypt, resources=[key.key_arn]))


def allow_secret(function: lambda_.Function, secret: secretsmanager.ISecret) -> None:
    """Allow reading a secret's value. Its own grant would include DescribeSecret."""
    read = iam.PolicyStatement(
        actions=["secretsmanager:GetSecretValue"], resources=[secret.secret_arn]
    )
    function.add_to_role_policy(read)
