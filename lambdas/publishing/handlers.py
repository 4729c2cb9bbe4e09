"""The entry points of the publishing feature.

`operate` serves operators.
"""

from __future__ import annotations

from snapshot_restore_py import register_before_snapshot

from lambdas.api.app import http_entry_point
from lambdas.publishing import operations
from lambdas.publishing.dependencies import PublishingDependencies
from lambdas.publishing.routes import ROUTES

operate = http_entry_point(PublishingDependencies, ROUTES, "operate", vars(operations))


def warm_up_operate() -> None:
    """Prepare `operate` for the snapshot from which its instances start."""
    operate.dependencies.warm_up()


register_before_snapshot(warm_up_operate)
