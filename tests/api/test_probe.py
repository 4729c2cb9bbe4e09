"""The check of the site through its public address."""

from __future__ import annotations

import pytest

from lambdas.api import handlers
from lambdas.api.dependencies import ApiDependencies
from lambdas.api.settings import ApiSettings
from tests.lambda_events import Browser, Context, sqs_event

SITE = "https://photos.example.com"
PAGE = "/g/2026-01-01/photos"


class Site:
    """A site whose paths answer as the test says."""

    def __init__(self, **statuses: int | None) -> None:
        self.statuses: dict[str, int | None] = {"/health": 200, PAGE: 200, **statuses}
        settings = ApiSettings(version="1", public_url=SITE, probe_paths=(PAGE,))
        self.dependencies = ApiDependencies(settings, fetch=self.fetch)

    def fetch(self, url: str) -> int:
        status = self.statuses[url.removeprefix(SITE)]
        if status is None:
            raise ConnectionError
        return status


def test_healthy_site() -> None:
    answer = Browser(handlers.health.using(Site().dependencies)).get("/health/deep")

    assert (answer.status, answer.json["status"]) == (200, "ok")


@pytest.mark.parametrize("status", [500, 503, 403, None])
def test_failing_page(status: int | None) -> None:
    site = Site(**{PAGE: status})

    answer = Browser(handlers.health.using(site.dependencies)).get("/health/deep")

    assert (answer.status, answer.json["status"]) == (503, "failing")
    assert {"path": PAGE, "status": status} in answer.json["checks"]


@pytest.mark.parametrize(("status", "reachable"), [(200, 1), (502, 0)])
def test_probe_counts(status: int, reachable: int, capsys: pytest.CaptureFixture[str]) -> None:
    dependencies = Site(**{"/health": status}).dependencies

    handlers.probe.using(dependencies)(sqs_event({"probe": "site"}), Context())

    assert f'"SiteReachable":[{float(reachable)}]' in capsys.readouterr().out
