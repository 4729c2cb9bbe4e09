"""What one view of a page costs."""

from __future__ import annotations

import pytest
from botocore.model import OperationModel

from tests.guests.conftest import EVENT, Guest, Site


@pytest.fixture
def calls(site: Site) -> list[str]:
    """Provide the calls of the table that the site makes from now on."""
    seen: list[str] = []

    def note(model: OperationModel, **_: object) -> None:
        seen.append(model.name)

    site.table.meta.client.meta.events.register("before-call.dynamodb", note)
    return seen


@pytest.mark.parametrize("path", ["", "/photos", "/tiles"])
@pytest.mark.parametrize("kind", ["date", "created"])
def test_a_view_reads_twice(
    guest: Guest, site: Site, calls: list[str], kind: str, path: str
) -> None:
    event = EVENT if kind == "date" else site.create_event()
    guest.reading.get(f"/g/{event}{path}")
    calls.clear()

    assert guest.reading.get(f"/g/{event}{path}").status == 200

    assert sorted(calls) == ["BatchGetItem", "Query"]


def test_impossible_events_are_not_read(guest: Guest, calls: list[str]) -> None:
    for event in ("2026-02-30", "A", "x" * 70):
        assert guest.reading.get(f"/g/{event}").status == 404

    assert calls == []
