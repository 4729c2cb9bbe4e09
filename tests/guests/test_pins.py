"""Events with a PIN: closed until it was entered, and hard to guess."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from lambdas.api.app import http_entry_point
from lambdas.api.routing import Auth, Method, Route
from lambdas.guests import handlers
from lambdas.guests.dependencies import GuestsDependencies
from lambdas.guests.pins.guard import guarded
from lambdas.guests.pins.pin import Pin, hash_of
from lambdas.guests.pins.tries import Tries
from lambdas.guests.routes import ROUTES
from lambdas.guests.settings import PIN_COOKIE, DateUploads
from lambdas.kit.errors import LimitReached
from lambdas.storage import keys
from tests.guests.conftest import EVENT, Guest, Site, announced
from tests.json_types import JsonObject
from tests.lambda_events import Browser, HttpAnswer
from tests.pictures.drawing import draw_photo

PIN, OTHER = "482116", "5070"
BEHIND = [one for one in ROUTES if one.path.startswith("/g/") and one.handler != "enter_pin"]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}


@pytest.fixture
def party(site: Site) -> str:
    """Provide an event with a PIN."""
    return site.made_event(pin=PIN)


def enter(guest: Guest, event: str, pin: str = PIN) -> HttpAnswer:
    return guest.sending.post(f"/g/{event}/pin", {"pin": pin})


def enter_form(guest: Guest, event: str, pin: str, back: str = "") -> HttpAnswer:
    body = urlencode({"pin": pin, "back": back})
    return guest.sending.send("POST", f"/g/{event}/pin", None, FORM, body)


def at(site: Site, address: str, forwarded: str = "") -> Guest:
    """Return a guest behind an address."""
    guest = Guest(site)

    def handler(raw: JsonObject, context: object) -> JsonObject:
        raw["requestContext"]["http"]["sourceIp"] = address
        raw["headers"]["x-forwarded-for"] = forwarded or address
        answer: JsonObject = handlers.upload.using(site.dependencies)(raw, context)
        return answer

    guest.sending.handler = handler
    return guest


def call(site: Site, route: Route, event: str, cookies: dict[str, str], html: bool) -> HttpAnswer:
    browser = Browser(getattr(handlers, route.function).using(site.dependencies))
    browser.cookies = dict(cookies)
    path = route.path.format(event_id=event, photo_id="a" * 26, download_id="a" * 12, number="1")
    accept = {"accept": "text/html"} if html else {}
    query = {"ids": "a" * 26} if route.handler == "list_uploads" else None
    body = None if route.method is Method.GET else "{}"
    headers = {"content-type": "application/json"} | accept
    return browser.send(route.method, path, query, headers, body)


@pytest.mark.parametrize("route", BEHIND, ids=lambda route: route.key)
def test_every_route_asks_for_the_pin(guest: Guest, site: Site, party: str, route: Route) -> None:
    answer = call(site, route, party, {}, html=False)

    assert (answer.status, answer.json["error"]["code"]) == (401, "pin_required")
    assert "no-store" in answer.headers["cache-control"]

    enter(guest, party)

    assert call(site, route, party, guest.sending.cookies, html=False).status != 401


@pytest.mark.parametrize("route", BEHIND, ids=lambda route: route.key)
def test_answers_behind_a_pin_are_private(
    guest: Guest, site: Site, party: str, route: Route
) -> None:
    enter(guest, party)

    answer = call(site, route, party, guest.sending.cookies, html=True)

    assert "no-store" in answer.headers["cache-control"]
    assert "public" not in answer.headers["cache-control"]


def test_routes_below_events_cannot_be_forgotten(site: Site, party: str) -> None:
    new = Route(
        method=Method.GET,
        path="/g/{event_id}/new",
        function="view",
        handler="show_new",
        summary="Show something new",
        auth=Auth.NONE,
        no_auth_reason="A test.",
    )
    wrapped = guarded([new], {"show_new": lambda *_: pytest.fail("was let in")})

    entry_point = http_entry_point(GuestsDependencies, (new,), "view", wrapped)
    answer = Browser(entry_point.using(site.dependencies)).get(f"/g/{party}/new")

    assert answer.json["error"]["code"] == "pin_required"


def test_browsers_get_a_form(guest: Guest, party: str) -> None:
    page = guest.reading.get(f"/g/{party}", {"section": "x"}, accept="text/html")

    assert (page.status, page.headers["cache-control"]) == (401, "private, no-store")
    assert f'action="/g/{party}/pin"' in page.text
    assert 'value="?section=x"' in page.text
    assert PIN not in page.text


def test_the_right_pin_lets_in(guest: Guest, party: str) -> None:
    answer = enter(guest, party)

    assert (answer.status, answer.text) == (204, "")
    [cookie] = answer.cookies
    for part in (f"Path=/g/{party}", "HttpOnly", "SameSite=Lax", "Secure"):
        assert part in cookie
    assert guest.reading.get(f"/g/{party}").status == 200
    assert guest.share(draw_photo(), event=party)


def test_forms_lead_back(guest: Guest, party: str) -> None:
    answer = enter_form(guest, party, " 4821 16 ", "/poster?size=a6")

    assert answer.status == 303
    assert answer.headers["location"] == f"https://photos.example.com/g/{party}/poster?size=a6"


@pytest.mark.parametrize("back", ["//evil.example", ".evil.example", "/../x", "@evil", "?a=\n"])
def test_forms_lead_nowhere_else(guest: Guest, party: str, back: str) -> None:
    answer = enter_form(guest, party, PIN, back)

    assert answer.headers["location"] == f"https://photos.example.com/g/{party}"


def test_wrong_pins_are_counted(guest: Guest, party: str) -> None:
    answers = [enter(guest, party, "1234") for _ in range(6)]

    assert [one.json.get("tries_left") for one in answers] == [4, 3, 2, 1, 0, None]
    assert [one.status for one in answers] == [403] * 5 + [429]
    assert answers[0].json["error"]["code"] == "wrong_pin"
    assert answers[5].headers["retry-after"] == "60"
    assert not any(one.cookies for one in answers)


def test_wrong_forms_explain_themselves(guest: Guest, party: str) -> None:
    wrong = enter_form(guest, party, "1234", "?section=party")

    assert wrong.status == 403
    assert "This is not the PIN. You have 4 more tries now." in wrong.text
    assert 'value="?section=party"' in wrong.text


def test_waits_double(site: Site, party: str) -> None:
    guest, waits = at(site, "192.0.2.7"), []
    for _ in range(3):
        for _ in range(5):
            assert enter(guest, party, "1234").status == 403
        waits.append(int(enter(guest, party).headers["retry-after"]))
        site.clock.advance(timedelta(seconds=waits[-1]))

    assert waits == [60, 120, 240]
    assert enter(guest, party).status == 204


def test_right_pins_use_no_tries_up(site: Site, party: str) -> None:
    for _ in range(50):
        assert enter(Guest(site), party).status == 204

    assert [row["pk"] for row in site.table.scan()["Items"] if "192" in str(row["pk"])] == []
    assert enter(Guest(site), party, "1234").json["tries_left"] == 4


def test_impossible_pins_cost_no_try(guest: Guest, party: str) -> None:
    for text in ("", "123", "123456789", "١٢٣٤x", "abcd", "-123"):
        assert enter(guest, party, text).json["error"]["code"] == "invalid_pin"

    assert enter(guest, party, "1234").json["tries_left"] == 4


def tries(site: Site, digits: int, address: str) -> Tries:
    pin = Pin("party", f"scrypt${digits}$$", 1)
    return Tries(site.table, pin, address, site.clock)


def guesses(site: Site, digits: int, addresses: int) -> int:
    """Return how many wrong tries as many addresses have at once."""
    made = 0
    for number in range(addresses):
        for _ in range(5):
            try:
                tries(site, digits, f"address {number}").take()
                made += 1
            except LimitReached:
                break
    return made


def test_many_addresses_share_a_limit(site: Site) -> None:
    assert guesses(site, 4, 30) == 40
    with pytest.raises(LimitReached) as refused:
        tries(site, 4, "another").take()
    assert refused.value.retry_after == 15 * 60

    site.clock.advance(timedelta(hours=3))

    assert guesses(site, 4, 30) == 12


def test_a_week_finds_few_pins(site: Site) -> None:
    found = guesses(site, 4, 10)
    for _ in range(7 * 24):
        site.clock.advance(HOUR)
        found += guesses(site, 4, 2)

    assert 650 <= found <= 40 + 7 * 24 * 4


def test_one_address_cannot_lock_others_out(site: Site) -> None:
    for _ in range(24 * 60):
        site.clock.advance(MINUTE)
        for _ in range(4):
            try:
                tries(site, 4, "stubborn").take()
            except LimitReached:
                break

    assert tries(site, 4, "guest").take() == 4


def test_longer_pins_have_more_tries(site: Site) -> None:
    assert guesses(site, 6, 90) == 450


def test_guests_inside_notice_no_guessing(guest: Guest, site: Site, party: str) -> None:
    enter(guest, party)
    for number in range(60):
        enter(at(site, f"198.51.100.{number}"), party, "1234")

    assert guest.reading.get(f"/g/{party}/photos").status == 200


def test_forwarded_addresses_are_not_believed(site: Site, party: str) -> None:
    answers = [
        enter(at(site, "192.0.2.9", f"203.0.113.{number}, 192.0.2.9"), party, "1234")
        for number in range(6)
    ]

    assert answers[-1].status == 429


def test_a_pin_opens_one_event(guest: Guest, site: Site, party: str) -> None:
    other = site.made_event("other-event", pin=PIN)
    enter(guest, party)

    assert guest.reading.get(f"/g/{other}/photos").status == 401


@pytest.mark.parametrize("change", [{"pin": OTHER}, {"pin": PIN}])
def test_new_pins_close_the_door(guest: Guest, site: Site, party: str, change: JsonObject) -> None:
    enter(guest, party)
    site.host("PATCH", f"/events/{party}", change, version=1)

    assert guest.reading.get(f"/g/{party}/photos").status == 401
    assert enter(guest, party, change["pin"]).status == 204
    assert guest.reading.get(f"/g/{party}/photos").status == 200


def test_cleared_pins_open_the_event(stranger: Guest, site: Site, party: str) -> None:
    changed = site.host("PATCH", f"/events/{party}", {"pin": None}, version=1)

    assert changed.json["has_pin"] is False
    assert stranger.reading.get(f"/g/{party}").status == 200
    assert enter(stranger, party).status == 204


@pytest.mark.parametrize("value", ["", "0" * 64, "é", "a" * 5000])
def test_forged_cookies_are_refused(guest: Guest, party: str, value: str) -> None:
    guest.reading.cookies[PIN_COOKIE] = value

    assert guest.reading.get(f"/g/{party}/photos").status == 401


def test_changed_cookies_are_refused(guest: Guest, party: str) -> None:
    enter(guest, party)
    proof = guest.reading.cookies[PIN_COOKIE]
    guest.reading.cookies[PIN_COOKIE] = proof[:-1] + ("0" if proof[-1] != "0" else "1")

    assert guest.reading.get(f"/g/{party}/photos").status == 401


def test_pins_are_never_returned(site: Site, party: str) -> None:
    shown = site.host("GET", f"/events/{party}")
    row = site.table.get_item(Key=keys.row_key(party, keys.EVENT_ROW))["Item"]

    assert shown.json["has_pin"] is True
    assert PIN not in shown.text + site.host("GET").text
    assert "pin_hash" not in shown.json
    assert re.fullmatch(r"scrypt\$6\$[^$]{24}\$[^$]{88}", str(row["pin_hash"]))


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "", "١٢٣٤", " 1234", 1234])
def test_bad_pins_are_refused(site: Site, pin: object) -> None:
    body = {"title": "Party", "date": EVENT, "pin": pin}

    answer = site.host("POST", body=body)

    assert [one["field"] for one in answer.json["problems"]] == ["pin"]


def test_easy_pins_are_warned_of(site: Site) -> None:
    body = {"title": "Party", "date": EVENT}

    codes = [
        [one["code"] for one in site.host("POST", body=body | {"pin": pin}).json["warnings"]]
        for pin in ("1234", "0000", "9876", "4821")
    ]

    assert codes == [["easy_pin"], ["easy_pin"], ["easy_pin"], []]


def test_hashes_have_salts() -> None:
    assert hash_of("1234") != hash_of("1234")


def test_deleted_events_answer_410(stranger: Guest, site: Site, party: str) -> None:
    site.host("DELETE", f"/events/{party}")

    assert stranger.reading.get(f"/g/{party}").status == 410


@pytest.fixture
def dates(site: Site) -> Site:
    """Provide a site whose dates take photos after a PIN."""
    return Site(site.aws, site.clock, date_uploads=DateUploads.PIN)


def set_date_pin(site: Site, pin: object) -> int:
    return site.host("PUT", "/events/dates/pin", {"pin": pin}).status


def test_dates_take_photos_after_a_pin(dates: Site) -> None:
    guest = Guest(dates)
    assert set_date_pin(dates, PIN) == 204

    assert guest.reading.get(f"/g/{EVENT}/photos").status == 200
    assert "Enter the PIN to add photos" in guest.reading.get(f"/g/{EVENT}").text
    assert guest.announce(announced(draw_photo())).json["error"]["code"] == "pin_required"

    form = guest.sending.get(f"/g/{EVENT}/upload", accept="text/html")
    assert (form.status, 'name="back" value=""' in form.text) == (401, True)

    enter(guest, EVENT)

    assert 'type="file"' in guest.reading.get(f"/g/{EVENT}").text
    assert guest.share(draw_photo())
    assert guest.announce(announced(b"x"), event="2026-04-30").status == 401


def test_dates_without_a_pin_take_nothing(dates: Site) -> None:
    guest = Guest(dates)

    refused = guest.announce(announced(draw_photo()))

    assert (refused.status, refused.json["error"]["code"]) == (403, "date_pin_missing")
    assert enter(guest, EVENT).status == 403


def test_dates_share_their_tries(dates: Site) -> None:
    set_date_pin(dates, PIN)

    answers = [enter(Guest(dates), f"2026-04-{day:02}", "1234").status for day in range(1, 7)]

    assert answers == [403] * 5 + [429]


@pytest.mark.parametrize("pin", ["123", "abcd", ""])
def test_bad_date_pins_are_refused(dates: Site, pin: str) -> None:
    assert set_date_pin(dates, pin) == 400


def test_other_sites_have_no_date_pin(site: Site) -> None:
    assert set_date_pin(site, PIN) == 409
