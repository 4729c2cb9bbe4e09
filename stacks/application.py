"""The map of the system: builds every stack from the registry of features."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from stacks.api import ApiStack
from stacks.cdn import CdnStack
from stacks.cdn_alarms import CdnAlarmsStack, add_cdn_alarms
from stacks.config import GLOBAL_REGION, StageConfig
from stacks.feature_classes import stack_builder, stack_class
from stacks.front import FrontStack
from stacks.kit.alarms import Alarms
from stacks.kit.feature import FeatureStack
from stacks.monitoring import MonitoringStack
from stacks.registry import FEATURES
from stacks.site import Site
from stacks.storage import StorageStack
from stacks.waf import WafStack


class Application(cdk.Stage):
    """One deployment of everything."""

    def __init__(self, scope: Construct, construct_id: str, config: StageConfig) -> None:
        super().__init__(scope, construct_id)
        cdk.Tags.of(self).add("application", "daybook")
        cdk.Tags.of(self).add("stage", config.stage)
        tables = {
            table: stack.table_indexes.get(table, ())
            for stack in map(stack_class, FEATURES)
            for table in stack.tables
        }
        classes = [stack_class(name) for name in config.features]
        self._served = tuple(one for stack in classes for one in stack.served_prefixes)
        self.storage = StorageStack(self, config, tables, self._served)
        probe_paths = tuple(path for stack in classes for path in stack.probe_paths)
        self.api = ApiStack(self, config, self.storage, probe_paths)
        needed = [name for stack in classes for name in stack.permissions]
        permissions = tuple(dict.fromkeys((*needed, *config.extra_permissions)))
        keepers = tuple(stack.feature for stack in classes if stack.keeps_account_data)
        site = Site(config, self.storage, self.api, permissions, keepers)
        self.features = [build(self, site) for build in map(stack_builder, config.features)]
        stacks: list[FeatureStack] = [self.api, *self.features]
        self.cdn = self._add_cdn(site, stacks) if config.cdn else None
        self.front = FrontStack(self, config, self.api, self.cdn)
        self._order_front()
        self.monitoring = MonitoringStack(self, config, self.storage, stacks)
        # The check of the site and its alarms begin when the site can be reached.
        self.monitoring.add_stack_dependency(self.front)

    def _order_front(self) -> None:
        """Let the domain lead to what answers it, at every moment of a deployment.

        Without a CDN the front is last: no route is missing while the domain leads to the API. With
        one, the domain leads to the finished distribution before the first function demands its
        key: a site that gets a CDN is reached all the time, also if the CDN cannot be created.
        """
        for feature in self.features:
            if self.cdn:
                feature.add_stack_dependency(self.front)
            else:
                self.front.add_stack_dependency(feature)

    def _add_cdn(self, site: Site, stacks: list[FeatureStack]) -> CdnStack:
        pages = [pages for stack in stacks for pages in stack.cached_pages]
        waf = WafStack(self, site.config)
        cdn = CdnStack(self, site, waf, pages, self._served)
        config = site.config
        if config.region == GLOBAL_REGION:
            prefix = f"daybook-{config.stage}"
            topic = self.storage.topic
            add_cdn_alarms(cdn, Alarms(cdn, prefix, topic, config.runbook_url))
        else:
            self.cdn_alarms = CdnAlarmsStack(self, config, cdn)
        return cdn
