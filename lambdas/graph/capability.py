"""What an account may be used for, and what not every login type offers."""

from __future__ import annotations

import enum


class Capability(enum.StrEnum):
    """What an account may be used for; a permission is behind each."""

    BASIC = "basic"
    """Reading the profile and the media."""
    PUBLISHING = "publishing"
    COMMENTS = "comments"
    MESSAGES = "messages"
    INSIGHTS = "insights"
    WEBHOOKS = "webhooks"
    PAGES = "pages"
    """Listing the person's Pages."""
    PAGE_DETAILS = "page_details"
    CONTENTS = "contents"
    """Deleting posts."""
    BUSINESSES = "businesses"
    """Finding Pages that a business owns."""


class PlatformFeature(enum.StrEnum):
    """What not every login type offers, in words for an error."""

    BATCHES = "batches"
    BUSINESS_DISCOVERY = "other accounts' media"
    HASHTAGS = "hashtag search"
    MEDIA_DELETION = "deleting posts"
    MENTIONS = "reading mentions"
    PAGES = "Pages"
    PERMISSION_LIST = "the list of permissions"
    PRODUCT_TAGS = "product tags"
    RESUMABLE_UPLOAD = "uploading a video"
    REVOCATION = "revoking permissions"
    TOKEN_INSPECTION = "inspecting a token"  # noqa: S105
