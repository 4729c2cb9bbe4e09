"""A look at the site as a guest has it: through its public address, pages included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from aws_lambda_powertools import Logger

HEALTH = "/health"
TIMEOUT_SECONDS = 8.0
# The status of a request; raises OSError if there is no answer.
Fetch = Callable[[str], int]


class ProbeResult(msgspec.Struct, frozen=True):
    """One path and the status of its answer; None without an answer."""

    path: str
    status: int | None

    @property
    def ok(self) -> bool:
        """Return whether the site answered, and not with an error of its own."""
        return self.status is not None and self.status < 400


@dataclass(frozen=True)
class SiteProbe:
    """Requests `/health` and one page per feature."""

    public_url: str
    paths: tuple[str, ...]
    fetch: Fetch
    logger: Logger

    def run(self) -> list[ProbeResult]:
        """Request every path; a failure is logged."""
        results = [ProbeResult(path, self._status(path)) for path in (HEALTH, *self.paths)]
        for result in results:
            if not result.ok:
                extra = {"path": result.path, "status": result.status}
                self.logger.error("site does not answer", extra=extra)
        return results

    def _status(self, path: str) -> int | None:
        try:
            return self.fetch(self.public_url + path)
        except OSError:
            return None


def fetch_status(url: str) -> int:
    """Return the status of a GET request. Raises OSError without an answer."""
    import requests

    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False).status_code
