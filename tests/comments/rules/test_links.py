from __future__ import annotations

import pytest

from lambdas.comments.rules.links import find_link


@pytest.mark.parametrize(
    "text",
    [
        "see http://a.b/c",
        "HTTPS://X.EXAMPLE",
        "(https://x.example)",
        "www.shop.example now",
        "cheap.com now",
        "CHEAP.COM",
        "baeckerei.de!",
        "foo.co.uk",
        "bit.ly/abc",
        "wa.me/491511234567",
        "t.me/group",
        "shop-24.me",
        "bücher.de",
        "example (dot) com",
        "example[.]com",
        "example dot com",
        "cheap.com?x=1",
        "instagram.com/best_followers",
        "https://instagram.com",
        "I saw it on instagram.com and on cheap.com",
        "my-instagram.com",
        "instagram.com.cheap.xyz",
    ],
)
def test_link_is_found(text: str) -> None:
    assert find_link(text)


@pytest.mark.parametrize(
    "text",
    [
        "hello.how are you",
        "e.g. this",
        "12.50",
        "v1.2",
        "@user.name",
        "@user.com",
        "write to x@mail.com",
        "Bonito.De donde son",
        "today.it was great",
        "Love it.So nice",
        "amazing...so",
        "connect the dot completely",
        "http://",
        "www",
        "a.m. or p.m.",
        "24.12.2026",
        "J.Lo",
        "No.1",
        "I saw it on instagram.com",
        "Is it on Amazon.de?",
        "better than www.youtube.com!",
        "",
    ],
)
def test_no_link_is_seen(text: str) -> None:
    assert find_link(text) is None


@pytest.mark.parametrize("part", ["a.", "a-", "1a", "www.", "http://", "a.com/", "(.)", "x dot "])
def test_long_text_is_read(part: str) -> None:
    find_link(part * 5000)
