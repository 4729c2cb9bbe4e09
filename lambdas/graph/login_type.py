"""The two login types, and the platform behind each."""

from __future__ import annotations

from collections.abc import Mapping

from lambdas.graph.addresses import Addresses as Addresses
from lambdas.graph.facebook_platform import FacebookPlatform
from lambdas.graph.instagram_platform import InstagramPlatform
from lambdas.graph.platform import LoginType as LoginType
from lambdas.graph.platform import Platform

INSTAGRAM: Platform = InstagramPlatform()
FACEBOOK: Platform = FacebookPlatform()
# By the stored value, which a LoginType equals.
LOGIN_TYPES: Mapping[str, Platform] = {
    platform.login_type: platform for platform in (INSTAGRAM, FACEBOOK)
}


def platform_of(login_type: str) -> Platform:
    """Return the platform of a login type, or of its stored value.

    Raises ValueError for any other text.
    """
    return LOGIN_TYPES[LoginType(login_type)]
