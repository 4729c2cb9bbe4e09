"""Which tests run in one process, while those of others run beside them."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# What shares something that is made once: a deployed stack, or synthesised templates. The rest goes by feature.
SHARING = {"e2e": "deployed", "local": "deployed", "cli": "templates", "stacks": "templates"}
# Those that deploy something of their own, on ports of their own.
APART = ("tests/e2e/test_shipping.py", "tests/local/test_up_down.py", "tests/local/graph/")


class ByFeature(LoadScopeScheduling):  # type: ignore[misc]
    """The tests of a feature run in their order, in one process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(APART):
            return "apart"
        feature = nodeid.split("/")[1].partition("::")[0]
        return SHARING.get(feature, feature)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFeature:
    """Takes the place of xdist's own `loadgroup`, whose marks pytest 9.2 does not hand on."""
    return ByFeature(config, log)
