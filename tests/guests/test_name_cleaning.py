"""The names that guests type, cleaned: hostile ones too."""

from __future__ import annotations

import unicodedata
from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.guests.guest_name import MAX_GUEST_NAME, clean_guest_name, guest_name_in_metadata
from lambdas.kit.file_name import DIRECTIONS, UNPRINTABLE

MARKUP = "<b title='\">x</b>"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HOSTILE = [
    ("Anna", "Anna"),
    ("  Anna \t\r\n  Maria ", "Anna Maria"),
    (MARKUP, MARKUP),
    ("\u202egpj.annA\u202c", "gpj.annA"),
    ("يوسف\u200f", "يوسف"),
    ("\u2066علی\u200cرضا\u2069", "علی\u200cرضا"),
    (f"Zoë {FAMILY}", f"Zoë {FAMILY}"),
    ("Zoe\u0308", "Zoë"),
    ("a\u0000b\u001bc\u0085", "abc"),
    ("A\u200b\u00ad\ufeffnna", "Anna"),
    ("../../x", "../../x"),
    ("=cmd()", "=cmd()"),
    ("x" * 10_000, "x" * MAX_GUEST_NAME),
    ("x" * 39 + " y", "x" * 39),
    ("", None),
    (" \u200b\u200d\u202e\u0301", None),
]


@pytest.mark.parametrize(("typed", "cleaned"), [*HOSTILE, ("A\ud800nna", "Anna")])
def test_names_are_cleaned(typed: str, cleaned: str | None) -> None:
    assert clean_guest_name(typed) == cleaned


@given(st.text(max_size=120) | st.text(alphabet=" \t\u200d\u200cae\u0301\u1100\u1161", max_size=60))
def test_any_text_becomes_a_name(text: str) -> None:
    name = clean_guest_name(text)

    if name is not None:
        assert 1 <= len(name) <= MAX_GUEST_NAME
        assert name == " ".join(name.split()) == unicodedata.normalize("NFC", name)
        assert not set(name) & DIRECTIONS
        assert not {unicodedata.category(one) for one in name} & UNPRINTABLE
        assert clean_guest_name(name) == name
        name.encode()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Anna", "Anna"),
        ("", None),
        (Header("Zoë يوسف", "utf-8").encode(), "Zoë يوسف"),
        ("=?utf-8?b?w?=", "=?utf-8?b?w?="),
        ("=?no-charset?q?Anna?=", "=?no-charset?q?Anna?="),
        ("\x00Anna\u202e", "Anna"),
    ],
)
def test_metadata_become_names(typed: str, name: str | None) -> None:
    assert guest_name_in_metadata(typed) == name
    assert guest_name_in_metadata((name or "").encode().decode("latin-1")) == name


@given(st.text(max_size=80))
def test_any_metadata_are_handled(text: str) -> None:
    name = guest_name_in_metadata(text)

    assert name is None or 1 <= len(name) <= MAX_GUEST_NAME
