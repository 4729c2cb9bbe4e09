"""Decide which tests share a process, when pytest-xdist runs several."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Folders whose tests share an expensive fixture: a deployed stack, or synthesised templates.
# Every other folder is a group by itself.
GROUPS = {"e2e": "deployed", "local": "deployed", "cli": "templates", "stacks": "templates"}
# These tests deploy on ports of their own, or need no deployment.
SEPARATE = ("tests/e2e/test_shipping.py", "tests/local/test_up_down.py", "tests/local/graph/")


class ByFolder(LoadScopeScheduling):  # type: ignore[misc]
    """Runs the tests of a group in order, in one process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(SEPARATE):
            return "separate"
        folder = nodeid.split("/")[1].partition("::")[0]
        return GROUPS.get(folder, folder)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    """Replace xdist's `loadgroup` scheduler, whose marks pytest 9.2 does not pass on."""
    return ByFolder(config, log)
