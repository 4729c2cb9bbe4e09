"""The HTTP layer: errors become answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lambdas.api import handlers
from lambdas.api.problem import STATUSES, status_of
from lambdas.kit import errors
from tests.lambda_events import Browser


def all_errors(
    kind: type[errors.DaybookError] = errors.DaybookError,
) -> Iterator[type[errors.DaybookError]]:
    for child in kind.__subclasses__():
        yield child
        yield from all_errors(child)


def test_every_error_has_a_status_of_its_own_kind() -> None:
    kinds = list(all_errors())
    assert kinds
    for kind in kinds:
        error = kind("x", retry_after=1) if kind is errors.LimitReached else kind("x")
        assert any(isinstance(error, known) for known, _ in STATUSES), kind
        assert 400 <= status_of(error) < 600


def test_an_error_without_a_place_is_ours() -> None:
    assert status_of(errors.DaybookError("x")) == 500


def test_health_tells_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERSION", "v1.2.3")

    answer = Browser(handlers.health).get("/health")

    assert (answer.status, answer.json) == (200, {"status": "ok", "version": "v1.2.3"})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
