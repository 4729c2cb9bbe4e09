"""What every feature needs that talks to Instagram: the values of its settings, and the rights to the vault's door."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnParameter
from aws_cdk import aws_lambda as lambda_

from stacks.kit.feature import FeatureStack
from stacks.storage import StorageStack


def instagram_settings(feature: FeatureStack, storage: StorageStack) -> dict[str, Any]:
    """The fields that all `InstagramSettings` have. The bootstrap token is a parameter of the stack: no template shows it."""
    token = CfnParameter(
        feature,
        "BootstrapToken",
        no_echo=True,
        default="",
        description="IG_ACCESS_TOKEN of the functions",
    )
    account = CfnParameter(
        feature, "BootstrapAccount", default="", description="IG_USER_ID of the functions"
    )
    return {
        "tokens_table_name": storage.tokens.table_name,
        "token_key_arn": storage.token_key.key_arn,
        "budget_table_name": storage.table.table_name,
        "tenant": feature.config.tenant,
        "login_type": feature.config.login_type,
        "instagram_graph_base": feature.config.graph_address("graph.instagram.com"),
        "facebook_graph_base": feature.config.graph_address("graph.facebook.com"),
        "ig_access_token": token.value_as_string,
        "ig_user_id": account.value_as_string,
    }


def allow_graph_calls(
    feature: FeatureStack, function: lambda_.Function, storage: StorageStack
) -> None:
    """Lets a function share the budget and the running reads of the Graph API with all others."""
    feature.allow(
        function,
        ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"],
        storage.table.table_arn,
    )


def allow_usable_tokens(
    feature: FeatureStack, function: lambda_.Function, storage: StorageStack
) -> None:
    """Lets a function ask the vault for a usable token: to read and to decrypt, and never to write."""
    feature.allow(function, ["dynamodb:GetItem", "dynamodb:Query"], storage.tokens.table_arn)
    feature.allow(function, ["kms:Decrypt"], storage.token_key.key_arn)
