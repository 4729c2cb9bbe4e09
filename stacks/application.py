"""The map of the system: builds every stack and hands objects across."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.edge import EdgeStack
from stacks.feed import FeedStack
from stacks.front import FrontStack
from stacks.guests import GuestsStack
from stacks.kit.room import RoomStack
from stacks.kit.version import current_version
from stacks.monitoring import MonitoringStack
from stacks.shield import ShieldStack
from stacks.storage import StorageStack
from stacks.tokens import TokensStack

ROOM_STACKS = {"guests": GuestsStack, "feed": FeedStack, "tokens": TokensStack}


class Application(cdk.Stage):
    """One deployment of everything."""

    def __init__(self, scope: Construct, construct_id: str, config: StageConfig) -> None:
        super().__init__(scope, construct_id)
        cdk.Tags.of(self).add("application", "daybook")
        cdk.Tags.of(self).add("stage", config.stage)

        self.storage = StorageStack(self, config)
        self.api = ApiStack(self, config, self.storage, current_version())
        self.rooms: dict[str, RoomStack] = {"api": self.api}
        for name in config.rooms:
            self.rooms[name] = ROOM_STACKS[name](self, config, self.storage, self.api)
        self.front = FrontStack(self, config, self.api, list(self.rooms.values()))
        if config.edge:
            pages = [pages for room in self.rooms.values() for pages in room.cached_pages]
            shield = ShieldStack(self, config)
            self.edge = EdgeStack(self, config, self.storage, self.api, shield, pages)
            # Before anything is switched over there is a certificate, which waits for the domain's own zone.
            for stack in (*self.rooms.values(), self.front):
                stack.add_stack_dependency(shield)
            # The domain's records are the front's until there is an edge: it gives them up first.
            self.edge.add_stack_dependency(self.front)
        self.monitoring = MonitoringStack(self, config, self.storage, self.api, self.rooms)
