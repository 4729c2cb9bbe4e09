"""The base of every composition root, and the entry points that Lambda calls."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from lambdas.kit.aws import AwsClients
from lambdas.kit.clock import Clock, SystemClock
from lambdas.kit.decoded import JsonObject
from lambdas.kit.log import FeatureMetrics, feature_logger
from lambdas.kit.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

S = TypeVar("S", bound=Settings)
D = TypeVar("D", bound="FeatureDependencies[Any]")


class FeatureDependencies(Generic[S]):
    """One feature's collaborators, each built on first use from the settings.

    Every `cached_property` can be replaced: `Dependencies(settings, clock=FixedClock(...))`.
    """

    feature: ClassVar[str]
    settings_type: ClassVar[type[Settings]]

    def __init__(self, settings: S, **overrides: object) -> None:
        self.settings = settings
        for name, value in overrides.items():
            if not isinstance(getattr(type(self), name, None), functools.cached_property):
                raise TypeError(f"{type(self).__name__} has no collaborator {name!r}")
            self.__dict__[name] = value

    @classmethod
    def from_environment(cls) -> Self:
        """Build the dependencies from the function's environment. Raises SettingsError."""
        return cls(cls.settings_type.from_env())  # type: ignore[arg-type]

    @functools.cached_property
    def aws(self) -> AwsClients:
        """Return the AWS clients."""
        return AwsClients()

    @functools.cached_property
    def clock(self) -> Clock:
        """Return the clock."""
        return SystemClock()

    @functools.cached_property
    def rng(self) -> random.Random:
        """Return the source of randomness for jitter and identifiers."""
        return random.SystemRandom()

    @functools.cached_property
    def logger(self) -> Logger:
        """Return the feature's logger."""
        return feature_logger(self.feature)

    @functools.cached_property
    def metrics(self) -> FeatureMetrics:
        """Return the feature's metrics."""
        return FeatureMetrics(self.feature)

    @functools.cached_property
    def secrets(self) -> SecretsProvider:
        """Return the reader of Secrets Manager, which caches each secret for a while."""
        from aws_lambda_powertools.utilities.parameters import SecretsProvider

        return SecretsProvider(boto3_client=self.aws.secrets_manager)


Handle = Callable[[JsonObject, Any], Any]


class EntryPoint(Generic[D]):
    """A function that Lambda calls, with dependencies built from the environment on first use.

    `build` makes the function that handles events from the dependencies.
    """

    def __init__(self, root: type[D], build: Callable[[D], Handle]) -> None:
        self._root = root
        self._build = build

    @functools.cached_property
    def dependencies(self) -> D:
        """Return the collaborators of this function instance."""
        return self._root.from_environment()

    @functools.cached_property
    def _handle(self) -> Handle:
        return self._build(self.dependencies)

    def using(self, dependencies: D) -> EntryPoint[D]:
        """Return the same entry point on the given dependencies."""
        entry_point = EntryPoint(self._root, self._build)
        entry_point.__dict__["dependencies"] = dependencies
        return entry_point

    def __call__(self, event: JsonObject, context: Any) -> Any:
        """Handle one invocation."""
        return self._handle(event, context)
