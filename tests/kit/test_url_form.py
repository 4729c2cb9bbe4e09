"""The form of addresses that people give."""

from __future__ import annotations

import pytest

from lambdas.kit.url_form import url_problem


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://photos.example.org/a.jpg", None),
        ("https://photos.example.org:443/a.jpg", None),
        ("https://photos.example.org:8443/a.jpg", "invalid_url"),
        ("https://photos.example.org:99999/a.jpg", "invalid_url"),
        ("https://anna:secret@example.org/a.jpg", "invalid_url"),
        ("https://[::1]/a.jpg", "invalid_url"),
        ("https://127.0.0.1/", "not_public"),
        ("https://0x7f.1/", "not_public"),
        ("https://2130706433/", "not_public"),
        ("https://localhost./", "not_public"),
        ("https://printer.local/", "not_public"),
        ("http://photos.example.org/", "not_https"),
        ("https://phötos.example.org/", "not_ascii"),
    ],
)
def test_addresses_are_public_and_plain(url: str, code: str | None) -> None:
    problem = url_problem(url, private_addresses=False)

    assert (problem[0] if problem else None) == code
