"""The accounts, Pages and apps that the emulator starts with."""

from __future__ import annotations

from datetime import timedelta

from local.graph.data import ACCOUNT_ID, APPS, SAMPLE_DAY, USERNAME, EmulatedMedia, sample_media
from local.graph.media_list import MediaList
from local.graph.records import EmulatedAccount, EmulatedApp, EmulatedPage
from local.graph.tokens import LoginType

PERSON_ID = "30000000000000001"
BUSINESS_ID = "40000000000001"
CREATOR_ID = "17841400000000002"
PERSONAL_ID = "17841400000000003"
CALLBACK = "http://localhost:4570/instagram/callback"


def sample_apps(redirect_uris: tuple[str, ...]) -> dict[str, EmulatedApp]:
    """Return one app for each login type, by id."""
    apps = (
        EmulatedApp(
            APPS["instagram_app_id"],
            APPS["instagram_app_secret"],
            LoginType.INSTAGRAM,
            redirect_uris,
        ),
        EmulatedApp(
            APPS["meta_app_id"], APPS["meta_app_secret"], LoginType.FACEBOOK, redirect_uris
        ),
    )
    return {app.id: app for app in apps}


def sample_pages() -> dict[str, EmulatedPage]:
    """Return a linked Page, one without an account, and one that a business owns, by id."""
    return {
        "100000000000001": {"name": "Example Page", "account": ACCOUNT_ID, "business": None},
        "100000000000002": {"name": "Page without an account", "account": None, "business": None},
        "100000000000003": {
            "name": "Page of a business",
            "account": CREATOR_ID,
            "business": "owned_pages",
        },
    }


def sample_accounts() -> dict[str, EmulatedAccount]:
    """Return a business, a creator and a personal account, by id."""
    shop = EmulatedAccount(ACCOUNT_ID, "25000000000000001", USERNAME, page_id="100000000000001")
    shop.media = MediaList(sample_media())
    story_at = SAMPLE_DAY + timedelta(hours=10)
    shop.stories.append(
        EmulatedMedia("17900000000009001", "IMAGE", "STORY", story_at, size=(1080, 1920))
    )
    creator = EmulatedAccount(CREATOR_ID, "25000000000000002", "example_maker", "MEDIA_CREATOR")
    post_at = SAMPLE_DAY + timedelta(hours=11)
    creator.media.append(
        EmulatedMedia("17900000000070001", "IMAGE", "FEED", post_at, "By a creator")
    )
    personal = EmulatedAccount(PERSONAL_ID, "25000000000000003", "example_person", "PERSONAL")
    return {account.id: account for account in (shop, creator, personal)}
