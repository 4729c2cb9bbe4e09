"""The map of the system: builds every stack and hands objects across."""

from __future__ import annotations

from collections.abc import Callable

import aws_cdk as cdk
from constructs import Construct

from stacks.api import ApiStack
from stacks.cdn import CdnStack
from stacks.config import StageConfig
from stacks.features.feed import FeedStack
from stacks.features.guests import GuestsStack
from stacks.features.tokens import TokensStack
from stacks.front import FrontStack
from stacks.kit.feature import FeatureStack
from stacks.kit.version import current_version
from stacks.monitoring import MonitoringStack
from stacks.storage import StorageStack
from stacks.waf import WafStack

FEATURE_STACKS: dict[str, Callable[..., FeatureStack]] = {
    "guests": GuestsStack,
    "feed": FeedStack,
    "tokens": TokensStack,
}


class Application(cdk.Stage):
    """One deployment of everything."""

    def __init__(self, scope: Construct, construct_id: str, config: StageConfig) -> None:
        super().__init__(scope, construct_id)
        cdk.Tags.of(self).add("application", "daybook")
        cdk.Tags.of(self).add("stage", config.stage)

        self.storage = StorageStack(self, config)
        self.api = ApiStack(self, config, self.storage, current_version())
        self.features: dict[str, FeatureStack] = {"api": self.api}
        for name in config.features:
            self.features[name] = FEATURE_STACKS[name](self, config, self.storage, self.api)
        self.front = FrontStack(self, config, self.api, list(self.features.values()))
        if config.edge:
            pages = [pages for feature in self.features.values() for pages in feature.cached_pages]
            waf = WafStack(self, config)
            self.edge = CdnStack(self, config, self.storage, self.api, waf, pages)
            # Before anything is switched over there is a certificate, which waits for the domain's own zone.
            for stack in (*self.features.values(), self.front):
                stack.add_stack_dependency(waf)
            # The domain's records are the front's until there is an edge: it gives them up first.
            self.edge.add_stack_dependency(self.front)
        self.monitoring = MonitoringStack(self, config, self.storage, self.api, self.features)
