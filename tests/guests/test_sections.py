"""Sections: parts of an event with pages and QR codes of their own; limits of addresses."""

from __future__ import annotations

import pytest
import segno

from lambdas.guests.address_limit import MAX_FILES
from lambdas.kit.clock import to_rfc3339
from lambdas.storage import keys
from lambdas.storage.events.timeline import LOOKED_AT, MAX_QUERIES
from tests.conftest import NOW
from tests.guests.conftest import EVENT, Guest, Site, announced
from tests.guests.hosts import Host
from tests.json_types import JsonObject
from tests.lambda_events import HttpAnswer
from tests.pictures.drawing import draw_photo

SECTIONS: list[JsonObject] = [
    {"title": "Ceremony"},
    {"title": "Party 🎉"},
    {"title": "Photographer", "hosts_only": True},
]
FORM = {"accept": "text/html"}


@pytest.fixture
def wedding(site: Site) -> str:
    """Provide an event with sections."""
    return site.made_event(sections=SECTIONS)


def announce(guest: Guest, event: str, body: bytes, section: str | None) -> HttpAnswer:
    request = {"files": [announced(body)], "section": section}
    return guest.sending.post(f"/g/{event}/uploads", request)


def share(guest: Guest, event: str, body: bytes, section: str | None) -> str:
    photo_id = str(announce(guest, event, body, section).json["uploads"][0]["id"])
    guest.put(photo_id, body, event)
    guest.site.process(photo_id, event)
    return photo_id


def ids_of(site: Site, event: str) -> list[str]:
    return [one["id"] for one in site.host("GET", f"/events/{event}").json["sections"]]


def change(site: Site, event: str, version: int, *sections: JsonObject) -> HttpAnswer:
    return site.host("PATCH", f"/events/{event}", {"sections": list(sections)}, version=version)


def test_ids_come_from_titles(site: Site, wedding: str) -> None:
    shown = site.host("GET", f"/events/{wedding}").json["sections"]

    assert [one["id"] for one in shown] == ["ceremony", "party", "photographer"]
    assert shown[0]["url"] == f"https://photos.example.com/g/{wedding}?section=ceremony"
    assert [one["hosts_only"] for one in shown] == [False, False, True]


def test_ids_are_stable(site: Site, wedding: str) -> None:
    change(site, wedding, 1, {"title": "Photographer"}, {"id": "party", "title": "Dancing"})
    change(site, wedding, 2, {"title": "Dancing"}, {"title": "Party"}, {"title": "Party"})

    assert ids_of(site, wedding) == ["party", "party-2", "party-3"]


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ({"title": ""}, "empty"),
        ({"title": "x" * 61}, "too_long"),
        ({"title": "a\u202eb"}, "unprintable"),
        ({"title": "A", "id": "Not an id"}, "invalid_id"),
        ({"title": 7}, "wrong_type"),
        ({"id": "a"}, "missing"),
        ({"title": "A", "more": 1}, "unknown_field"),
    ],
)
def test_bad_sections_are_refused(site: Site, section: JsonObject, code: str) -> None:
    answer = site.host("POST", body={"title": "T", "date": EVENT, "sections": [section]})

    assert [one["code"] for one in answer.json["problems"]] == [code]


def test_twenty_sections_fit(site: Site) -> None:
    body = {"title": "T", "date": EVENT, "sections": [{"title": f"S {n}"} for n in range(20)]}
    assert site.host("POST", body=body).status == 201

    body["sections"] = [{"title": f"S {n}"} for n in range(21)]

    assert site.host("POST", body=body).json["problems"][0]["code"] == "too_many"


def test_sections_show_their_photos(guest: Guest, wedding: str) -> None:
    ceremony = share(guest, wedding, draw_photo(), "ceremony")
    party = share(guest, wedding, draw_photo(size=(70, 60)), "party")

    assert {item["id"]: item["section"] for item in guest.photos(wedding)} == {
        ceremony: "ceremony",
        party: "party",
    }
    assert [item["id"] for item in guest.photos(wedding, section="party")] == [party]
    page = guest.reading.get(f"/g/{wedding}", {"section": "party"}).text
    assert (party in page, ceremony in page) == (True, False)
    assert 'data-section="party"' in page
    assert f'href="/g/{wedding}?section=party" aria-current="page"' in page


def test_deleted_sections_leave_photos(guest: Guest, site: Site, wedding: str) -> None:
    photo = share(guest, wedding, draw_photo(), "party")
    change(site, wedding, 1, {"title": "Ceremony"})

    assert [item["id"] for item in guest.photos(wedding)] == [photo]
    old = guest.reading.get(f"/g/{wedding}", {"section": "party"})
    assert (old.status, old.headers["location"]) == (303, f"https://photos.example.com/g/{wedding}")


@pytest.mark.parametrize("section", ["other", "Not an id", "", "x" * 300])
def test_unknown_sections_are_refused(guest: Guest, wedding: str, section: str) -> None:
    answers = [announce(guest, wedding, b"x", section)]
    answers += [
        guest.reading.get(f"/g/{wedding}/{path}", {"section": section})
        for path in ("photos", "tiles", "qr.svg", "poster")
    ]

    assert {one.status for one in answers} == {400}
    assert {one.json["error"]["code"] for one in answers} == {"unknown_section"}


def test_only_hosts_add_to_some(guest: Guest, wedding: str) -> None:
    refused = announce(guest, wedding, b"x", "photographer")
    form = guest.sending.get(f"/g/{wedding}/upload", {"section": "photographer"})
    page = guest.reading.get(f"/g/{wedding}", {"section": "photographer"})

    for answer in (refused, form):
        assert (answer.status, answer.json["error"]["code"]) == (403, "section_hosts_only")
    assert 'type="file"' not in page.text
    assert "Be the first" not in page.text
    assert page.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("moderator", 200)])
def test_viewers_add_to_none_of_them(
    guest: Guest, site: Site, wedding: str, role: str, status: int
) -> None:
    guest.sending.cookies |= Host(site, wedding, role).browser.cookies

    assert announce(guest, wedding, b"x", "photographer").status == status
    page = guest.reading.get(f"/g/{wedding}", {"section": "photographer"})
    assert ('type="file"' in page.text) == (status == 200)


def test_sections_have_codes(guest: Guest, wedding: str) -> None:
    code = guest.reading.get(f"/g/{wedding}/qr.svg", {"section": "party"}).text
    poster = guest.reading.get(f"/g/{wedding}/poster", {"section": "party"}).text

    url = f"https://photos.example.com/g/{wedding}?section=party"
    size = len(segno.make_qr(url, error="q", boost_error=False).matrix) + 8
    assert f'viewBox="0 0 {size} {size}"' in code
    assert code != guest.reading.get(f"/g/{wedding}/qr.svg").text
    assert "Party 🎉" in poster
    assert url in poster


def test_plain_forms_keep_the_section(guest: Guest, site: Site, wedding: str) -> None:
    page = guest.sending.get(f"/g/{wedding}/upload", {"section": "party"}, accept="text/html").text

    assert 'name="x-amz-meta-section" value="party"' in page
    assert f"/g/{wedding}/upload?section=party&amp;sent=" in page

    device = page.partition('name="x-amz-meta-device" value="')[2][:64]
    guest.put("b" * 26, draw_photo(), wedding, {"device": device, "section": "party"})
    site.process("b" * 26, wedding)
    assert guest.photos(wedding)[0]["section"] == "party"


def test_pages_of_sections_are_bounded(guest: Guest, site: Site, wedding: str) -> None:
    photo = share(guest, wedding, draw_photo(), "party")
    row = site.table.get_item(Key=keys.row_key(wedding, keys.photo_row(photo)))["Item"]
    seconds = "2030-01-01T00:00:00"
    with site.table.batch_writer() as batch:
        for number in range(LOOKED_AT * MAX_QUERIES + 5):
            name = f"{number:026}"
            other = {"id": name, "sk": f"PHOTO#{name}", "section": "ceremony"}
            batch.put_item(Item=row | other | {keys.TIMELINE_SORT: f"{seconds}#{name}"})

    first = guest.reading.get(f"/g/{wedding}/photos", {"section": "party"}).json
    query = {"section": "party", "cursor": first["next"]}
    second = guest.reading.get(f"/g/{wedding}/photos", query).json

    assert (first["items"], second["next"]) == ([], None)
    assert [item["id"] for item in second["items"]] == [photo]
    query["section"] = "ceremony"
    assert guest.reading.get(f"/g/{wedding}/photos", query).status == 400


def test_hidden_sections_show_nothing(guest: Guest, site: Site) -> None:
    event = site.made_event(sections=SECTIONS, reveal_at=to_rfc3339(NOW.replace(year=2027)))
    photo = share(guest, event, draw_photo(), "party")

    page = guest.reading.get(f"/g/{event}", {"section": "party"}).text

    assert photo not in page


def test_addresses_announce_many_files(site: Site) -> None:
    files = [announced(b"x")] * 50
    statuses = [Guest(site).announce(*files).status for _ in range(MAX_FILES // 50)]

    refused = Guest(site).announce(*files)

    assert set(statuses) == {200}
    assert (refused.status, refused.json["error"]["code"]) == (429, "too_many_files")
    assert 0 < int(refused.headers["retry-after"]) <= 600
