"""The two login types, one description each. Nothing of one is ever mixed with the other.

Source: "The two login types" in the platform's reference (business-login, get-long-lived, access-tokens).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LoginType:
    """Hosts, scopes and field sets of a login type.

    `scopes` names the permission behind each capability; `profile_fields` are those that the account's own node knows.
    """

    name: str
    data_host: str
    authorize_host: str
    authorize_path: str
    exchange_host: str
    scopes: Mapping[str, str]
    always_asked: tuple[str, ...]
    profile_fields: tuple[str, ...]
    media_fields: tuple[str, ...]
    has_batch: bool

    def scope_set(self, *capabilities: str) -> tuple[str, ...]:
        """The scopes to ask for, so that these capabilities work. Raises KeyError for a capability that the login type lacks."""
        return (*self.always_asked, *(self.scopes[capability] for capability in capabilities))


PROFILE = (
    "id",
    "username",
    "name",
    "biography",
    "website",
    "profile_picture_url",
    "followers_count",
    "follows_count",
    "media_count",
)
CHILDREN = "children{id,media_type,media_url,thumbnail_url}"
MEDIA = (
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "like_count",
    "comments_count",
    "is_comment_enabled",
    "alt_text",
    CHILDREN,
)

INSTAGRAM = LoginType(
    name="instagram",
    data_host="graph.instagram.com",
    authorize_host="www.instagram.com",
    authorize_path="oauth/authorize",
    exchange_host="api.instagram.com",
    scopes={
        "publishing": "instagram_business_content_publish",
        "comments": "instagram_business_manage_comments",
        "messages": "instagram_business_manage_messages",
        "insights": "instagram_business_manage_insights",
    },
    always_asked=("instagram_business_basic",),
    profile_fields=(*PROFILE, "user_id", "account_type"),
    media_fields=MEDIA,
    # A batch on this host is documented nowhere.
    has_batch=False,
)

FACEBOOK = LoginType(
    name="facebook",
    data_host="graph.facebook.com",
    authorize_host="www.facebook.com",
    authorize_path="{version}/dialog/oauth",
    exchange_host="graph.facebook.com",
    scopes={
        "publishing": "instagram_content_publish",
        "comments": "instagram_manage_comments",
        "messages": "instagram_manage_messages",
        "insights": "instagram_manage_insights",
        "webhooks": "pages_manage_metadata",
    },
    # business_management: Pages that a business owns are not found without it.
    always_asked=(
        "instagram_basic",
        "pages_show_list",
        "pages_read_engagement",
        "business_management",
    ),
    profile_fields=PROFILE,
    media_fields=MEDIA,
    has_batch=True,
)

LOGIN_TYPES = {login_type.name: login_type for login_type in (INSTAGRAM, FACEBOOK)}


@dataclass(frozen=True)
class Addresses:
    """Where Meta's hosts are: themselves, or below a server that stands in for all of them. `version` is such as `v25.0`."""

    version: str
    base: str | None = None

    def of(self, host: str, path: str, *, versioned: bool = True) -> str:
        """The address of a path on a host."""
        root = f"{self.base.rstrip('/')}/{host}" if self.base else f"https://{host}"
        return f"{root}/{self.version}/{path}" if versioned else f"{root}/{path}"
