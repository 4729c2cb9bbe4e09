"""What owners do on the host's page of a deployed site: events, settings, downloads."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.deployed import wait_until
from tests.e2e.conftest import SCREENSHOTS
from tests.e2e.test_hosts import DESKTOP, IN_TIME, OpenHost, Party, says, tab
from tests.e2e.test_hosts import open_host as open_host
from tests.e2e.test_hosts import party as party
from tests.json_types import JsonObject


@pytest.fixture
def settings(party: Party, open_host: OpenHost) -> Page:
    """Provide the settings of an event on an owner's phone."""
    page = open_host(party.link("owner")["url"])
    tab(page, "Settings")
    return page


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).tap()


def event_of(party: Party) -> JsonObject:
    """Return the event as it is stored."""
    event: JsonObject = party.stack.operate("GET", f"/events/{party.id}").json()
    return event


def test_a_new_event_takes_five_clicks(party: Party, open_host: OpenHost) -> None:
    page = open_host(party.link("owner")["url"])

    page.get_by_role("button", name="More").tap()
    page.get_by_role("button", name="New event").tap()
    page.get_by_role("button", name="Create the event").tap()
    page.get_by_role("button", name="Copy").tap()
    page.get_by_role("link", name="Open the new event").tap()

    expect(page.locator(".health")).to_contain_text("0 photos", timeout=IN_TIME)
    assert party.id not in page.url
    assert "#" not in page.url


def test_new_events_have_their_problems_beside_fields(party: Party, open_host: OpenHost) -> None:
    page = open_host(party.link("owner")["url"])
    tab(page, "New event")
    page.get_by_label("Title").fill(" ")
    page.get_by_text("Set the hours").tap()
    page.get_by_label("The event begins").fill("2026-05-02T14:00")
    page.get_by_label("The event ends").fill("2026-05-02T12:00")

    page.get_by_role("button", name="Create the event").tap()

    expect(page.locator("#new-title-problem")).to_have_text(
        "The title must have a visible character."
    )
    expect(page.locator("#new-ends_at-problem")).to_have_text(
        "The end must be later than the start."
    )
    page.get_by_label("Title").fill("Next")
    page.get_by_label("The event ends").fill("2026-05-03T04:00")
    page.get_by_role("button", name="Create the event").tap()
    link = page.locator(".new-link input")
    expect(link).to_have_value(re.compile(r"/h/next-\w+#\w+\."))


def test_settings_are_stored(party: Party, settings: Page) -> None:
    settings.get_by_label("PIN", exact=True).fill("482116")
    settings.get_by_role("button", name="Add a section").tap()
    settings.get_by_label("Title of the section").fill("Photographer")
    settings.get_by_label("Only hosts add photos").check()
    settings.get_by_label("Guests can download all photos").check()
    settings.get_by_label("Delete the event this many days").fill("3000")
    settings.get_by_label("Mail address for notices").fill("anna@example.org")
    settings.get_by_label("What guests can do").select_option("upload_only")
    settings.get_by_label("Guests can add photos until").fill("2036-05-02T10:00")
    settings.get_by_label("Time zone of the event").select_option("Europe/Berlin")
    save(settings)
    says(settings, "Saved.")

    event = event_of(party)
    [section] = event["sections"]
    assert (event["has_pin"], section["id"], section["hosts_only"]) == (True, "photographer", True)
    assert (event["guest_downloads"], event["delete_after_days"]) == (True, 3000)
    assert (event["notify_email"], event["mode"]) == ("anna@example.org", "upload_only")
    assert (event["time_zone"], event["upload_closes_at"]) == (
        "Europe/Berlin",
        "2036-05-02T08:00:00Z",
    )
    save(settings)
    says(settings, "Nothing has changed.")
    settings.get_by_label("Remove the PIN").check()
    save(settings)
    says(settings, "Saved.")
    assert event_of(party)["has_pin"] is False


def test_secrets_of_notices_come_into_sight(party: Party, settings: Page) -> None:
    settings.get_by_label("Address for notices to a program").fill("https://example.org/hook")

    save(settings)

    secret = settings.locator(".summary input")
    expect(secret).to_be_in_viewport(timeout=IN_TIME)
    assert event_of(party)["notify_webhook"] == "https://example.org/hook"


def test_problems_are_in_words(settings: Page) -> None:
    for _ in range(2):
        settings.get_by_role("button", name="Add a section").tap()
    settings.get_by_label("Title of the section").first.fill("Ceremony")
    settings.get_by_label("Delete the event this many days").fill("0")
    settings.get_by_label("The event begins").fill("")

    save(settings)

    problems = settings.locator(".problem:not([hidden])")
    expect(problems).to_have_text(
        [
            "This cannot be empty.",
            "Section 2: the title must have a visible character.",
            "Use 1 to 3650.",
        ]
    )
    invalid = settings.get_by_label("Title of the section").last
    expect(invalid).to_have_attribute("aria-invalid", "true")


def test_uploads_close_and_reopen(party: Party, settings: Page) -> None:
    settings.get_by_role("button", name="Close uploads").tap()
    says(settings, "Guests can add no more photos.")
    assert event_of(party)["closed"] is True

    settings.get_by_role("button", name="Reopen uploads").tap()

    says(settings, "Guests can add photos again.")
    assert event_of(party)["closed"] is False


def test_photos_are_revealed_by_a_button(party: Party, settings: Page) -> None:
    settings.get_by_label("Guests see photos from").fill("2036-05-02T10:00")
    save(settings)
    says(settings, "Saved.")
    assert event_of(party)["photos_visible"] is False

    settings.get_by_role("button", name="Show guests the photos now").tap()

    says(settings, "Guests see the photos now.")
    assert event_of(party)["photos_visible"] is True


def test_own_links_are_renewed_in_place(party: Party, open_host: OpenHost) -> None:
    link = party.link("owner")
    page = open_host(link["url"])
    tab(page, "Hosts")
    page.get_by_role("button", name="Give Anna a new link").tap()
    page.get_by_role("button", name="Give a new link", exact=True).tap()
    expect(page.locator(".new-link")).to_contain_text("The new link of Anna is ready.")

    page.reload()

    expect(page.locator("#panel-title")).to_have_text("Hosts", timeout=IN_TIME)
    old = open_host(link["url"])
    expect(old.locator("main")).to_contain_text(
        "This device has no host link of this event that works."
    )


def test_owners_delete_events(party: Party, settings: Page) -> None:
    settings.get_by_role("button", name="Delete the event…").tap()
    settings.get_by_label("To confirm, enter delete").fill("delete")
    settings.get_by_role("button", name="Delete for good").tap()

    expect(settings.locator("main")).to_contain_text("The event is deleted.", timeout=IN_TIME)
    assert party.stack.operate("GET", f"/events/{party.id}").status_code == 410


def test_hosts_take_originals_home(party: Party, open_host: OpenHost) -> None:
    party.send(2, seed=39_000)
    page = open_host(party.link("moderator")["url"])
    tab(page, "Download")
    page.get_by_role("button", name="All originals").tap()
    saving = page.get_by_role("link", name=re.compile(r"^Save .*\.zip$"))
    expect(saving).to_be_visible(timeout=4 * IN_TIME)
    expect(page.locator(".download")).to_contain_text("All originals: 2 photos, about ")
    with page.expect_download() as saved:
        saving.tap()
    assert saved.value.suggested_filename.endswith(".zip")

    body = {"state": "deleted"}
    party.stack.operate("PATCH", f"/events/{party.id}/photos/{party.photos('in_review')[0]}", body)
    saving.tap()

    says(page, "A photo in this download has been hidden or deleted.")


def test_hosts_take_selected_photos_home(party: Party, open_host: OpenHost) -> None:
    party.send(3, seed=39_500)
    page = open_host(party.link("moderator")["url"])
    page.get_by_role("button", name="Select", exact=True).tap()
    page.locator(".shot button").nth(1).tap()
    page.screenshot(path=SCREENSHOTS / "host-selection.png")

    page.locator(".selection").get_by_role("button", name="Download").tap()

    saving = page.get_by_role("link", name=re.compile(r"^Save .*\.zip$"))
    expect(saving).to_be_visible(timeout=4 * IN_TIME)
    expect(page.locator(".download")).to_contain_text("Selected originals: 1 photo, about ")


def test_soon_deletions_ask_first(party: Party, settings: Page) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    settings.once("dialog", refuse)
    settings.get_by_label("Delete the event this many days after its end").fill("3")

    save(settings)

    expect(settings.locator(".snack")).not_to_contain_text("Saved.")
    assert "within a week" in asked[0]
    assert event_of(party)["delete_after_days"] is None
    settings.once("dialog", lambda dialog: dialog.accept())
    save(settings)
    says(settings, "Saved.")


def test_hosts_hide_posts(party: Party, open_host: OpenHost) -> None:
    party.stack.photos(party.id)
    address = f"/events/{party.id}/posts"
    wait_until(lambda: party.stack.operate("GET", address).json()["posts"])
    page = open_host(party.link("moderator")["url"], DESKTOP)
    tab(page, "Instagram")

    page.get_by_role("button", name="Hide the post").first.click()

    says(page, "The post is hidden.")
    assert party.stack.operate("GET", address).json()["posts"][0]["hidden"]
    page.get_by_role("button", name="Show the post").click()
    says(page, "The post is on the page.")


def test_usage_is_beside_health(party: Party, open_host: OpenHost) -> None:
    party.send(1, seed=39_500)

    owner, viewer = (open_host(party.link(role)["url"]) for role in ("owner", "viewer"))

    expect(owner.locator(".usage")).to_contain_text("Used: 1 of 40 photos, ", timeout=IN_TIME)
    expect(viewer.locator("#panel-title")).to_be_visible(timeout=IN_TIME)
    expect(viewer.locator(".usage")).to_have_text("")
