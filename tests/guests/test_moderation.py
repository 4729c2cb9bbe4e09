"""Decisions about photos by hosts: each of them, many at once, restored, and gone after a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from lambdas.storage import keys, object_keys
from lambdas.storage.events.photo import RESTORABLE, Photo, PhotoState
from lambdas.storage.events.usage import Usage, read_usage
from tests.guests.conftest import Guest, Site, announced
from tests.guests.hosts import Host
from tests.guests.test_photo_removed import removals
from tests.guests.test_visibility import SIZES, Failing, marks, public
from tests.json_types import JsonObject
from tests.pictures.drawing import draw_photo

PHOTO = draw_photo(size=(80, 60))
STATES = ("shown", "hidden", "deleted", "in_review")
WEEK = RESTORABLE


@pytest.fixture
def party(site: Site) -> str:
    """Provide an event with hosts."""
    return site.made_event()


@pytest.fixture
def anna(site: Site, party: str) -> Host:
    """Provide a host who decides."""
    return Host(site, party, "moderator")


@pytest.fixture
def photo(guest: Guest, party: str) -> str:
    """Provide a photo on the page."""
    return guest.share(PHOTO, event=party)


def row(site: Site, event: str, photo_id: str) -> Photo:
    found = site.photos.get(event, photo_id)
    assert found is not None
    return found


def sweep(site: Site, later: timedelta) -> int:
    """Run the sweep some time later."""
    site.clock.advance(later)
    return site.tidy()


@pytest.mark.parametrize("after", STATES)
@pytest.mark.parametrize("before", STATES)
def test_each_state_follows_each(
    anna: Host, guest: Guest, site: Site, photo: str, before: str, after: str
) -> None:
    anna.decide(photo, before)

    answer = anna.decide(photo, after, seen=before)

    assert (answer.status, answer.json["state"]) == (200, after)
    assert [one["id"] for one in anna.listed(after)] == [photo]
    assert [one["id"] for one in guest.photos(anna.event)] == [photo] * (after == "shown")
    pending = set(object_keys.pending_objects(anna.event, photo, SIZES))
    assert bool(public(site)) is (after == "shown")
    assert pending <= site.objects() or before == after == "shown"
    assert bool(marks(site)) is (after == "deleted")


def test_binned_photos_have_a_date(anna: Host, site: Site, photo: str) -> None:
    answer = anna.decide(photo, "deleted")

    assert answer.json["restorable_until"] == "2026-05-06T18:00:00Z"
    assert row(site, anna.event, photo).state is PhotoState.BINNED
    assert row(site, anna.event, photo).state_before is PhotoState.SHOWN


def test_decisions_can_be_undone(anna: Host, guest: Guest, photo: str) -> None:
    [decision] = anna.decide_all([photo], "deleted")

    [undone] = anna.decide_all([photo], decision["before"], seen="deleted")

    assert undone == {"id": photo, "state": "shown", "before": "deleted"}
    assert [one["id"] for one in guest.photos(anna.event)] == [photo]


def test_hosts_who_disagree_are_shown_it(anna: Host, site: Site, photo: str) -> None:
    max_ = Host(site, anna.event, "moderator", "Max")
    anna.decide(photo, "hidden", seen="shown")

    answer = max_.decide(photo, "deleted", seen="shown")

    assert (answer.status, answer.json["error"]["code"]) == (409, "photo_changed")
    assert (answer.json["state"], row(site, anna.event, photo).state) == ("hidden", "hidden")
    [decision] = max_.decide_all([photo], "deleted", seen="shown")
    assert (decision["state"], decision["code"]) == ("hidden", "photo_changed")


def test_hosts_who_agree_are_no_conflict(anna: Host, site: Site, photo: str) -> None:
    max_ = Host(site, anna.event, "moderator", "Max")
    anna.decide(photo, "hidden", seen="shown")

    assert max_.decide(photo, "hidden", seen="shown").status == 200
    assert [one["by"] for one in anna.audit() if one["action"] == "photo_moderated"] == ["Anna"]


@pytest.mark.parametrize("state", ["waiting", "binned", "refused", "", None])
def test_other_states_are_refused(anna: Host, photo: str, state: str) -> None:
    assert anna.decide(photo, state).status == 400
    assert anna.decide(photo, "hidden", seen=state or "x").status == 400


def test_many_are_decided_in_order(anna: Host, guest: Guest, photo: str) -> None:
    other = guest.share(b"no picture", event=anna.event)
    unknown = ["nothing", "x" * 2000, "", "a#b", "é"]

    found = anna.decide_all([other, photo, photo, *unknown, other], "shown")

    assert [one["id"] for one in found] == [other, photo, *unknown]
    assert [one.get("code") for one in found[:2]] == ["photo_has_no_preview", None]
    assert {one["code"] for one in found[2:]} == {"photo_not_found"}
    assert [one["state"] for one in found] == ["in_review", "shown", *[None] * 5]


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (200, 200), (201, 400)])
def test_up_to_two_hundred_are_decided(anna: Host, count: int, status: int) -> None:
    body = {"ids": [f"{number:026}" for number in range(count)], "state": "hidden"}

    assert anna.ask("PATCH", "/photos", body).status == status


def test_one_fault_keeps_no_other_photo(anna: Host, guest: Guest, site: Site, photo: str) -> None:
    other = guest.share(draw_photo(seed=2, size=(80, 60)), event=anna.event)

    def refuse(params: JsonObject, **_: object) -> None:
        if photo in str(params):
            raise ConnectionError("throttled")

    client = site.table.meta.client
    with Registered(client, "provide-client-params.dynamodb.TransactWriteItems", refuse):
        found = anna.decide_all([photo, other], "hidden")

    assert [(one["state"], one.get("code")) for one in found] == [
        ("shown", "busy"),
        ("hidden", None),
    ]


def test_unsettled_photos_are_settled_later(anna: Host, site: Site, photo: str) -> None:
    with Failing(site):
        [decision] = anna.decide_all([photo], "hidden")
    assert decision["state"] == "hidden"

    sweep(site, timedelta(minutes=6))

    assert (public(site), marks(site), len(removals(site))) == (set(), [], 1)


class Registered:
    """A hook of a client, for the length of a block."""

    def __init__(self, client: object, name: str, hook: Callable[..., None]) -> None:
        self._events, self._name, self._hook = client.meta.events, name, hook  # type: ignore[attr-defined]

    def __enter__(self) -> None:
        self._events.register_first(self._name, self._hook, unique_id=self._name)

    def __exit__(self, *_: object) -> None:
        self._events.unregister(self._name, self._hook, unique_id=self._name)


class TestBin:
    """Photos that hosts deleted."""

    def test_they_wait_for_a_week(self, anna: Host, site: Site, photo: str) -> None:
        anna.decide(photo, "deleted")

        assert sweep(site, WEEK - timedelta(seconds=1)) == 0
        assert anna.decide(photo, "shown").status == 200
        assert sweep(site, timedelta(hours=1)) == 0
        assert public(site)

    def test_then_nothing_is_left(self, anna: Host, guest: Guest, site: Site, photo: str) -> None:
        anna.decide(photo, "deleted")

        assert sweep(site, WEEK) == 1

        assert (site.objects(), marks(site), sweep(site, WEEK)) == (set(), [], 0)
        assert row(site, anna.event, photo).state is PhotoState.DELETED
        assert anna.decide(photo, "shown").status == 404
        assert read_usage(site.table, anna.event) == Usage(0, 0)
        assert len(removals(site)) == 1
        assert guest.announce(announced(PHOTO), event=anna.event).json["uploads"][0]["status"] == (
            "upload"
        )

    def test_they_count_until_then(self, anna: Host, site: Site, photo: str) -> None:
        before = read_usage(site.table, anna.event)
        anna.decide(photo, "deleted")

        assert read_usage(site.table, anna.event) == before

    def test_their_bytes_do_not_come_back(
        self, anna: Host, guest: Guest, stranger: Guest, photo: str
    ) -> None:
        anna.decide(photo, "deleted")

        [own] = guest.announce(announced(PHOTO), event=anna.event).json["uploads"]
        [other] = stranger.announce(announced(PHOTO), event=anna.event).json["uploads"]

        assert (own["status"], own["id"]) == ("duplicate", photo)
        assert (other["status"], other["id"]) == ("duplicate", None)
        assert guest.status(photo, event=anna.event)[0]["status"] == "in_review"
        assert stranger.status(photo, event=anna.event) == []

    def test_guests_delete_their_own_for_good(
        self, anna: Host, guest: Guest, site: Site, photo: str
    ) -> None:
        anna.decide(photo, "deleted")

        answer = guest.sending.delete(f"/g/{anna.event}/photos/{photo}")

        assert (answer.status, site.objects(), marks(site)) == (204, set(), [])
        assert anna.decide(photo, "shown").status == 404

    def test_a_second_deletion_starts_again(self, anna: Host, site: Site, photo: str) -> None:
        anna.decide(photo, "deleted")
        site.clock.advance(timedelta(days=6))
        anna.decide(photo, "hidden")
        anna.decide(photo, "deleted")

        assert sweep(site, timedelta(days=6)) == 0
        assert anna.listed("deleted")[0]["restorable_until"] == "2026-05-12T18:00:00Z"

    @pytest.mark.parametrize("later", [timedelta(minutes=6), WEEK])
    def test_crashes_before_objects(
        self, anna: Host, site: Site, photo: str, later: timedelta
    ) -> None:
        with Failing(site):
            assert anna.decide(photo, "deleted").status == 500

        sweep(site, later)
        assert public(site) == set()
        sweep(site, WEEK)

        assert (site.objects(), marks(site), len(removals(site))) == (set(), [], 1)

    def test_crashes_before_postponing(self, anna: Host, site: Site, photo: str) -> None:
        site.bus.broken = True
        assert anna.decide(photo, "deleted").status == 500
        site.bus.broken = False

        sweep(site, timedelta(minutes=6))
        [mark] = site.table.query(
            KeyConditionExpression="pk = :c", ExpressionAttributeValues={":c": keys.CLEANUP}
        )["Items"]

        assert (mark["due_at"], "removed" in mark) == ("2026-05-06T18:00:00Z", False)
        assert len(removals(site)) == 1

    def test_crashes_of_the_last_sweep(self, anna: Host, site: Site, photo: str) -> None:
        anna.decide(photo, "deleted")
        with Failing(site):
            sweep(site, WEEK)
        assert row(site, anna.event, photo).state is PhotoState.DELETED

        sweep(site, timedelta(minutes=6))

        assert (site.objects(), marks(site)) == (set(), [])

    def test_deleted_events_take_them_along(self, anna: Host, site: Site, photo: str) -> None:
        anna.decide(photo, "deleted")
        site.host("DELETE", f"/events/{anna.event}")

        site.dependencies.event_removal.run(100, site.clock.now() + timedelta(seconds=30))

        assert (site.objects(), marks(site)) == (set(), [])


class TestProcessing:
    """Photos that are decided while they are processed."""

    @pytest.fixture
    def sent(self, guest: Guest, site: Site, party: str) -> str:
        """Provide a photo in the middle of its processing."""
        photo_id = guest.send(PHOTO, event=party)
        assert site.photos.begin_processing(row(site, party, photo_id), last_attempt=False)
        return photo_id

    @pytest.mark.parametrize("state", ["shown", "hidden", "in_review"])
    def test_it_is_too_early(self, anna: Host, sent: str, state: str) -> None:
        answer = anna.decide(sent, state)

        assert (answer.status, answer.json["error"]["code"]) == (409, "photo_not_ready")

    def test_deletion_is_final(self, anna: Host, site: Site, sent: str) -> None:
        assert anna.decide(sent, "deleted").json["state"] == "deleted"

        site.process(sent, anna.event)

        assert (site.objects(), anna.listed("deleted"), anna.listed("shown")) == (set(), [], [])
        assert read_usage(site.table, anna.event) == Usage(0, 0)

    def test_then_it_can_be_decided(self, anna: Host, site: Site, sent: str) -> None:
        anna.decide(sent, "hidden")
        site.process(sent, anna.event)

        assert anna.decide(sent, "hidden").json["state"] == "hidden"


def test_two_hundred_take_few_calls(anna: Host, site: Site) -> None:
    calls: Counter[str] = Counter()

    def count(model: object, **_: object) -> None:
        calls[str(getattr(model, "name", ""))] += 1

    ids = [f"{number:026}" for number in range(200)]
    client = site.table.meta.client
    with Registered(client, "before-call.dynamodb", count):
        anna.decide_all(ids, "hidden")

    assert calls["BatchGetItem"] == 2
    assert calls.total() <= 5
