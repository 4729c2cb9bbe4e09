"""What every feature needs that calls Instagram: settings, and permissions by purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aws_cdk import CfnParameter
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from stacks.kit.alarms import FIVE_MINUTES, HOUR, AlarmSpec
from stacks.kit.feature import FeatureStack
from stacks.kit.grants import Rows, allow_rows, allow_secret
from stacks.kit.widgets import DashboardRow, Graph
from stacks.storage import StorageStack


def instagram_settings(feature: FeatureStack, storage: StorageStack) -> dict[str, Any]:
    """Return the fields of `InstagramSettings`.

    The bootstrap token is a parameter of the stack, so that no template shows it.
    """
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
        "app_secret_arn": storage.app_secret.secret_arn,
        "prove_app_secret": feature.config.prove_app_secret,
    }


def allow_graph_calls(function: lambda_.Function, storage: StorageStack) -> None:
    """Allow sharing the call budget and running reads of the Graph API with all functions."""
    allow_rows(function, storage.table, Rows.GET, Rows.PUT, Rows.UPDATE)


def allow_usable_tokens(
    function: lambda_.Function,
    storage: StorageStack,
    *,
    prove_app_secret: bool,
    chooses_account: bool = True,
) -> None:
    """Allow reading and decrypting tokens, and never writing them.

    With `prove_app_secret` calls are signed with the app's secret, which is read as well. Without
    `chooses_account` the function is always given an account's id.
    """
    choice = [Rows.QUERY] if chooses_account else []
    allow_rows(function, storage.tokens, Rows.GET, *choice)
    storage.token_key.grant_decrypt(function)
    if prove_app_secret:
        allow_secret(function, storage.app_secret)


@dataclass(frozen=True)
class GraphMonitoring:
    """Alarm and dashboard row of the Graph API's limits, which all features share."""

    namespace: str

    def alarm(self) -> AlarmSpec:
        """Return the alarm on Meta's limits.

        It stays on for a quarter of an hour after the last sign: while a limit is used up few
        calls are made at all.
        """
        return AlarmSpec(
            name="graph-quota-high",
            advice="Find out which calls use up Meta's limit before it stops all of them",
            metric=self._metric("GraphUsage", "Maximum", minutes=5),
            threshold=80,
            periods=3,
            breaching=1,
        )

    def row(self) -> DashboardRow:
        """Return the row of the dashboard."""
        names = ("GraphVersionMismatch", "GraphVersionEnding", "GraphStoreFailed")
        usage = self._metric("GraphUsage", "Maximum", minutes=5)
        return DashboardRow(
            "Is the Graph budget fine?",
            (
                Graph("Percent of Meta's limits used", (usage,)),
                Graph("Versions and stores", tuple(self._metric(one, "Sum") for one in names)),
            ),
        )

    def _metric(self, name: str, statistic: str, *, minutes: int = 60) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=self.namespace,
            metric_name=name,
            dimensions_map={"service": "graph"},
            statistic=statistic,
            period=FIVE_MINUTES if minutes == 5 else HOUR,
        )
