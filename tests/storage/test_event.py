"""Events and their windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.kit.errors import NotFound
from lambdas.storage import keys
from lambdas.storage.events.event import Event, EventStore
from tests.conftest import Aws

LOS_ANGELES = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("day", "starts_at", "ends_at", "hours"),
    [
        ("2026-04-29", "2026-04-29T07:00:00", "2026-04-30T07:00:00", 24),
        ("2026-03-08", "2026-03-08T08:00:00", "2026-03-09T07:00:00", 23),
        ("2026-11-01", "2026-11-01T07:00:00", "2026-11-02T08:00:00", 25),
    ],
)
def test_dates_are_local_days(day: str, starts_at: str, ends_at: str, hours: int) -> None:
    event = Event.on_date(date.fromisoformat(day), LOS_ANGELES)

    assert event.starts_at == datetime.fromisoformat(starts_at).replace(tzinfo=UTC)
    assert event.ends_at == datetime.fromisoformat(ends_at).replace(tzinfo=UTC)
    assert event.ends_at - event.starts_at == timedelta(hours=hours)


@given(
    st.dates(date(2010, 1, 1), date(2999, 12, 30)),
    st.sampled_from([LOS_ANGELES, "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
)
def test_days_leave_no_gap(day: date, zone: str) -> None:
    event, after = Event.on_date(day, zone), Event.on_date(day + timedelta(days=1), zone)

    assert event.ends_at == after.starts_at
    assert event.starts_at.astimezone(ZoneInfo(zone)).date() >= day


NO_EVENTS = (
    "2026-02-30",
    "2026-13-01",
    "1999-01-01",
    "0000-00-00",
    "9999-12-31",
    "2026-4-29",
    "20260429",
    "2026-04-29T00:00",
    "٢٠٢٦-٠٤-٢٩",
    "",
    "a",
    "-a",
    "A-Party",
    "..",
    "a/b",
    "EVENT#x",
    "x" * 65,
    "<script>",
    "unknown-event",
)


@pytest.mark.parametrize("event_id", NO_EVENTS)
def test_other_ids_are_not_found(fake_aws: Aws, event_id: str) -> None:
    with pytest.raises(NotFound):
        EventStore(fake_aws.clients.table(fake_aws.table), LOS_ANGELES, date_events=True).get(
            event_id
        )


def test_date_events_can_be_disabled(fake_aws: Aws) -> None:
    with pytest.raises(NotFound):
        EventStore(fake_aws.clients.table(fake_aws.table), LOS_ANGELES, date_events=False).get(
            "2026-04-29"
        )


def test_created_events_are_found(fake_aws: Aws) -> None:
    row = {
        "title": "Our party",
        "starts_at": "2026-05-01T16:00:00Z",
        "ends_at": "2026-05-02T02:00:00Z",
        "time_zone": "Europe/Berlin",
    }
    boto3.resource("dynamodb").Table(fake_aws.table).put_item(
        Item={**keys.row_key("our-party", keys.EVENT_ROW), **row}
    )

    event = EventStore(fake_aws.clients.table(fake_aws.table), LOS_ANGELES, date_events=True).get(
        "our-party"
    )

    assert (event.title, event.time_zone, event.accepting_uploads, event.review) == (
        "Our party",
        "Europe/Berlin",
        True,
        False,
    )
    assert event.starts_at == datetime(2026, 5, 1, 16, tzinfo=UTC)
