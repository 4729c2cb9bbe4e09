"""What a feature's stack gets to build on."""

from __future__ import annotations

from dataclasses import dataclass

from stacks.api import ApiStack
from stacks.config import StageConfig
from stacks.storage import StorageStack


@dataclass(frozen=True)
class Site:
    """The stage's settings and its shared stacks.

    `permissions` are what logins ask account owners for: what the deployed features need, and the
    stage's extra ones. `account_data_features` are the features that keep data of accounts.
    """

    config: StageConfig
    storage: StorageStack
    api: ApiStack
    permissions: tuple[str, ...]
    account_data_features: tuple[str, ...]
