"""Tables with the house defaults: encrypted, on demand, recoverable, and retained in production."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb

from lambdas.storage import keys
from stacks.kit.pinned import pin


def add_table(
    scope: Stack,
    name: str,
    *,
    keeps_data: bool,
    indexes: Sequence[dynamodb.GlobalSecondaryIndexPropsV2] = (),
) -> dynamodb.TableV2:
    """Add a table for data, with the pinned logical id `<name>Table`."""
    table = dynamodb.TableV2(
        scope,
        name,
        partition_key=text(keys.PARTITION),
        sort_key=text(keys.SORT),
        global_secondary_indexes=list(indexes) or None,
        billing=dynamodb.Billing.on_demand(),
        time_to_live_attribute=keys.EXPIRES,
        encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=keeps_data,
        removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
    )
    pin(table, f"{name}Table")
    return table


def text(name: str) -> dynamodb.Attribute:
    """Return a key attribute that holds text."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
