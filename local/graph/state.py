"""What the emulator knows: apps, people, accounts, tokens, media, containers, comments, and the time."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.graph.data import ACCOUNT_ID, SAMPLE_DAY, TOKEN, USERNAME, EmulatedMedia, sample_media
from local.graph.refusal import Refusal, dead_token

SIXTY_DAYS = timedelta(seconds=5_183_944)
SHORT = timedelta(hours=1)
YOUNGEST = timedelta(hours=24)


@dataclass
class EmulatedApp:
    """An app of one login type."""

    id: str
    secret: str
    login_type: str
    redirect_uris: tuple[str, ...]
    standard_access: bool = False
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class EmulatedAccount:
    """An account on Instagram; `page_id` is the Page it is linked to, if it is."""

    id: str
    scoped_id: str
    username: str
    account_type: str = "BUSINESS"
    page_id: str | None = None
    followers: int = 1250
    media: list[EmulatedMedia] = field(default_factory=list)
    stories: list[EmulatedMedia] = field(default_factory=list)
    comments: dict[str, dict[str, object]] = field(default_factory=dict)
    subscribed: set[str] = field(default_factory=set)
    comments_closed: set[str] = field(default_factory=set)
    published_at: list[datetime] = field(default_factory=list)
    hashtags: dict[str, datetime] = field(default_factory=dict)
    tagged_in: list[str] = field(default_factory=list)
    has_role: bool = True
    """Whether it has a role on the app: without one, an app with Standard Access cannot read it."""


@dataclass
class EmulatedToken:
    """A token: for which account (None: a person of the Facebook login type, with their Pages), from when, until when, and what it may."""

    value: str
    app_id: str
    login_type: str
    account_id: str
    scopes: set[str]
    issued_at: datetime
    expires_at: datetime | None
    kind: str = "long"
    dead: int | None = None
    declined: set[str] = field(default_factory=set)
    pages: set[str] | None = None
    """The Pages that were ticked; None: all of them."""
    data_access_until: datetime | None = None


@dataclass
class EmulatedContainer:
    """A container on its way to a post."""

    id: str
    account_id: str
    kind: str
    made_at: datetime
    caption: str | None
    children: tuple[str, ...]
    seconds: int
    failure: int | None = None
    published: str | None = None
    is_item: bool = False
    awaits: str | None = None
    """Whose bytes are still to come: `upload`."""
    received: bytes = b""


@dataclass
class Fault:
    """What the next calls that fit shall meet. `drop` is `before` or `after` the effect."""

    count: int
    status: int = 500
    code: int | None = None
    subcode: int | None = None
    drop: str | None = None
    path: str = ""
    account: str | None = None
    method: str | None = None
    body: str | None = None
    transient: bool | None = None
    above_limit: int | None = None
    """Only calls that ask for more entries than this."""


INSTAGRAM_SCOPES = {
    "instagram_business_basic",
    "instagram_business_content_publish",
    "instagram_business_manage_comments",
    "instagram_business_manage_messages",
    "instagram_business_manage_insights",
}
FACEBOOK_SCOPES = {
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_insights",
    "instagram_manage_messages",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "business_management",
}
PERSON = "30000000000000001"
BUSINESS = "40000000000001"
DATA_ACCESS = timedelta(days=90)
CALLBACK = "http://localhost:4570/instagram/callback"


class EmulatorState:
    """The emulator's state, in memory. `reset` makes everything but the time and the redirect addresses as it was at the start."""

    def __init__(self) -> None:
        self.offset = timedelta()
        self.fixed: datetime | None = None
        self.redirect_uris: tuple[str, ...] = (CALLBACK,)
        self.reset()

    def reset(self) -> None:
        """Two apps, business and creator accounts, a Page without an account, and a token with a permission missing."""
        self.journal: list[dict[str, object]] = []
        self.faults: list[Fault] = []
        self.throttled: dict[str, tuple[int, datetime | None]] = {}
        self.usage: dict[str, str] = {}
        self.usage_of: dict[str, dict[str, str]] = {}
        self.latency = 0.0
        self.envelope = "observed"
        self.tokens: dict[str, EmulatedToken] = {}
        self.codes: dict[str, EmulatedToken] = {}
        self.code_redirects: dict[str, str] = {}
        self.containers: dict[str, EmulatedContainer] = {}
        self.ids = itertools.count(17_900_000_001_000_000)
        self.apps = {
            "1000000001": EmulatedApp(
                "1000000001", "instagram-secret", "instagram", self.redirect_uris
            ),
            "2000000001": EmulatedApp(
                "2000000001", "facebook-secret", "facebook", self.redirect_uris
            ),
        }
        self.pages: dict[str, dict[str, str | None]] = {
            "100000000000001": {"name": "Example Page", "account": ACCOUNT_ID},
            "100000000000002": {"name": "Page without an account", "account": None},
            "100000000000003": {
                "name": "Page of a business",
                "account": "17841400000000002",
                "business": "owned_pages",
            },
        }
        self.page_subscriptions: set[str] = set()
        shop = EmulatedAccount(ACCOUNT_ID, "25000000000000001", USERNAME, page_id="100000000000001")
        shop.media = sample_media()
        shop.stories = [
            EmulatedMedia(
                "17900000000009001",
                "IMAGE",
                "STORY",
                SAMPLE_DAY + timedelta(hours=10),
                size=(1080, 1920),
            )
        ]
        creator = EmulatedAccount(
            "17841400000000002", "25000000000000002", "example_maker", "MEDIA_CREATOR"
        )
        creator.media = [
            EmulatedMedia(
                "17900000000070001",
                "IMAGE",
                "FEED",
                SAMPLE_DAY + timedelta(hours=11),
                "By a creator",
            )
        ]
        personal = EmulatedAccount(
            "17841400000000003", "25000000000000003", "example_person", "PERSONAL"
        )
        self.accounts = {account.id: account for account in (shop, creator, personal)}
        now = self.now()
        self.add_token(TOKEN, ACCOUNT_ID, "instagram", INSTAGRAM_SCOPES, now - timedelta(days=2))
        self.add_token(
            "IGAAlocalcreatortoken",
            creator.id,
            "instagram",
            INSTAGRAM_SCOPES,
            now - timedelta(days=2),
        )
        self.add_token(
            "IGAAlocalnoinsights",
            ACCOUNT_ID,
            "instagram",
            INSTAGRAM_SCOPES - {"instagram_business_manage_insights"},
            now,
        )
        self.add_token(
            "EAAlocalpersontoken", ACCOUNT_ID, "facebook", FACEBOOK_SCOPES, now - timedelta(days=2)
        )

    def now(self) -> datetime:
        """The emulated time."""
        return self.fixed or datetime.now(UTC) + self.offset

    def advance(self, by: timedelta) -> None:
        """Moves the emulated time."""
        if self.fixed:
            self.fixed += by
        else:
            self.offset += by

    def new_id(self) -> str:
        """An id that was not given out before."""
        return str(next(self.ids))

    def add_token(
        self,
        value: str,
        account_id: str,
        login_type: str,
        scopes: set[str],
        issued_at: datetime,
        life: timedelta | None = SIXTY_DAYS,
        kind: str = "long",
    ) -> EmulatedToken:
        """Makes a token."""
        app = next(app for app in self.apps.values() if app.login_type == login_type)
        token = EmulatedToken(
            value,
            app.id,
            login_type,
            account_id,
            set(scopes),
            issued_at,
            issued_at + life if life else None,
            kind,
        )
        token.data_access_until = issued_at + DATA_ACCESS if login_type == "facebook" else None
        self.tokens[value] = token
        return token

    def fresh_token(self, like: EmulatedToken, life: timedelta | None, kind: str) -> EmulatedToken:
        """A new token with another one's rights."""
        prefix = "IGAA" if like.login_type == "instagram" else "EAA"
        made = self.add_token(
            prefix + secrets.token_hex(16),
            like.account_id,
            like.login_type,
            like.scopes,
            self.now(),
            life,
            kind,
        )
        made.declined, made.pages = set(like.declined), like.pages
        # An exchange is no visit of the person: what a login opened goes on running out.
        made.data_access_until = like.data_access_until or made.data_access_until
        return made

    def page_token(self, page_id: str, of: EmulatedToken) -> str:
        """The token of a Page, which has no expiry date if the person's token is a long-lived one."""
        value = f"EAAlocalpage{page_id}{of.value[-6:]}"
        account = self.pages[page_id]["account"] or of.account_id
        if value not in self.tokens:
            life = SHORT if of.kind == "short" else None
            made = self.add_token(value, account, "facebook", of.scopes, self.now(), life, "page")
            made.data_access_until = of.data_access_until
        return value

    def token(self, value: str, host: str) -> EmulatedToken:
        """A token that is alive and used on its login type's host. Raises Refusal."""
        found = self.tokens.get(value)
        if found is None:
            raise Refusal(190, "Invalid OAuth access token - Cannot parse access token")
        if found.dead is not None:
            raise dead_token(found.dead)
        if found.expires_at and found.expires_at <= self.now():
            raise dead_token(463)
        if (host == "graph.instagram.com") != (found.login_type == "instagram"):
            raise Refusal(190, "Invalid OAuth access token - Cannot parse access token")
        return found

    def find_media(self, media_id: str) -> tuple[EmulatedAccount, EmulatedMedia] | None:
        """A media object, a story or a carousel's child, and whose it is."""
        for account in self.accounts.values():
            for one in (*account.media, *account.stories):
                for part in (one, *one.children):
                    if part.id == media_id:
                        return account, part
        return None
