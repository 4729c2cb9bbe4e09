"""The composition root of everything that a feature needs to call Instagram."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from lambdas.graph.budget import STOP_FROM
from lambdas.graph.call import ClientDependencies
from lambdas.graph.transport import RequestsTransport, Transport
from lambdas.instagram.app_secret import AppSecrets
from lambdas.instagram.budget_store import DynamoBudgetStore
from lambdas.instagram.clients import Instagram
from lambdas.instagram.coalescing_store import DynamoCoalescingStore
from lambdas.instagram.settings import InstagramSettings
from lambdas.instagram.token_provider import Bootstrap, TokenProvider, TokenSources
from lambdas.kit.dependencies import FeatureDependencies
from lambdas.kit.log import FeatureMetrics
from lambdas.storage.accounts.token_cipher import TokenCipher

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

S = TypeVar("S", bound=InstagramSettings)


class InstagramDependencies(FeatureDependencies[S]):
    """Base of the composition roots of features that call Instagram.

    `max_usage` is the percentage of Meta's limits from which the feature makes no calls.
    """

    max_usage: ClassVar[float] = STOP_FROM

    @functools.cached_property
    def transport(self) -> Transport:
        """Return the transport to Meta's hosts."""
        return RequestsTransport()

    @functools.cached_property
    def sleep(self) -> Callable[[float], None]:
        """Return the function that waits between retries."""
        return time.sleep

    @functools.cached_property
    def tokens_table(self) -> Table:
        """Return the table of connected accounts."""
        return self.aws.table(self.settings.tokens_table_name)

    @functools.cached_property
    def token_cipher(self) -> TokenCipher:
        """Return the cipher of stored tokens."""
        return TokenCipher(self.aws.kms, self.settings.token_key_arn)

    @functools.cached_property
    def app_secrets(self) -> AppSecrets:
        """Return the reader of the apps' ids and secrets."""
        return AppSecrets(self.aws.secrets_manager, self.settings.app_secret_arn, self.clock)

    @functools.cached_property
    def token_provider(self) -> TokenProvider:
        """Return the provider of usable tokens."""
        settings = self.settings
        bootstrap = (
            Bootstrap(settings.bootstrap_token, settings.ig_user_id, settings.login_type)
            if settings.bootstrap_token
            else None
        )
        return TokenProvider(
            table=self.tokens_table,
            cipher=self.token_cipher,
            sources=TokenSources(settings.tenant, bootstrap, settings.ig_user_id),
            clock=self.clock,
            logger=self.logger,
            count=self.metrics.count,
        )

    @functools.cached_property
    def graph_metrics(self) -> FeatureMetrics:
        """Return the metrics of Graph calls: one name for all features, whose limits are shared."""
        return FeatureMetrics("graph")

    @functools.cached_property
    def graph_client(self) -> ClientDependencies:
        """Return what the Graph client needs from outside."""
        return ClientDependencies(
            transport=self.transport,
            clock=self.clock,
            log=self.logger,
            count=self.graph_metrics.count,
            measure=self.graph_metrics.measure,
            sleep=self.sleep,
            rng=self.rng,
        )

    @functools.cached_property
    def instagram(self) -> Instagram:
        """Return the clients of Instagram."""
        table = self.aws.table(self.settings.budget_table_name)
        return Instagram(
            settings=self.settings,
            tokens=self.token_provider,
            client=self.graph_client,
            budget=DynamoBudgetStore(table),
            coalescing=DynamoCoalescingStore(table, self.clock, self.sleep),
            credentials=self.app_secrets.credentials,
            max_usage=self.max_usage,
        )
