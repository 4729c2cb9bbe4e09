"""Hosts that others name: what is no name of one is no address, and no fault of ours."""

from __future__ import annotations

import pytest

from lambdas.feed.media_url import UrlRefused, checked_url
from lambdas.kit.public_url import resolve

HOSTS = ("cdninstagram.com",)


@pytest.mark.parametrize("name", ["", "a.", f"{'a' * 64}."])
def test_odd_names_have_no_address(name: str) -> None:
    with pytest.raises(OSError, match="no name"):
        resolve(f"{name}.cdninstagram.com")
    with pytest.raises(UrlRefused, match="no address"):
        checked_url(f"https://{name}.cdninstagram.com/a.jpg", HOSTS)
