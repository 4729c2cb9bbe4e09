"""What a guest announces before sending a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.guests.announcement import TYPES, AnnouncedFile, parse_file
from lambdas.kit.errors import DaybookError
from lambdas.pictures.photo_type import UNKNOWN_TYPE

MAX_BYTES = 25 * 1024 * 1024
GOOD = {"name": "IMG_1.jpg", "size": 1000, "type": "image/jpeg", "sha256": "ab" * 32}


def parsed(**fields: object) -> AnnouncedFile:
    file = parse_file({**GOOD, **fields}, MAX_BYTES)
    assert isinstance(file, AnnouncedFile), file
    return file


def refusal(file: object) -> str:
    error = parse_file(file, MAX_BYTES)
    assert isinstance(error, DaybookError), error
    return error.code


@pytest.mark.parametrize(
    ("hint", "name", "expected"),
    [
        ("application/octet-stream", "IMG_1.HEIC", "image/heic"),
        ("", "DSC0001.HIF", "image/heif"),
        ("", "download.jfif", "image/jpeg"),
        ("binary/octet-stream", "a.b.avif", "image/avif"),
        ("image/jpg", "no-ending", "image/jpeg"),
        ("image/heic-sequence", "live.heics", "image/heic"),
        ("IMAGE/JPEG; charset=binary", "x", "image/jpeg"),
        ("image/*", "x.webp", "image/webp"),
        ("image/x-jpg", "a.jpg", "image/jpeg"),
        ("image/pjpg", "a.JPG", "image/jpeg"),
        ("image/hif", "a.hif", "image/heif"),
        ("application/heic", "a.heic", "image/heic"),
        ("application/x-unknown", "a.png", "image/png"),
        ("jpg", "a.jpg", "image/jpeg"),
        ("undefined", "a.heic", "image/heic"),
        ("", "a.jpg\u200b", "image/jpeg"),
    ],
)
def test_odd_types_are_hints(hint: str, name: str, expected: str) -> None:
    assert parsed(type=hint, name=name).type == expected


def test_absent_type_leaves_the_ending() -> None:
    file = parse_file({key: GOOD[key] for key in ("name", "size", "sha256")}, MAX_BYTES)

    assert isinstance(file, AnnouncedFile)
    assert file.type == "image/jpeg"


@pytest.mark.parametrize("hint", ["", "application/octet-stream", "*/*", "image/*"])
@pytest.mark.parametrize(
    "name", ["", "1000012345", "photo.jpg.download", "image:34", "Nr. 5", "a."]
)
def test_bytes_decide_where_both_say_nothing(hint: str, name: str) -> None:
    assert parsed(type=hint, name=name).type == UNKNOWN_TYPE


@pytest.mark.parametrize(
    ("hint", "name"),
    [
        ("video/mp4", "clip.mp4"),
        ("video/quicktime", "IMG_1.jpg"),
        ("image/svg+xml", "drawing.jpg"),
        ("application/pdf", "scan.jpg"),
        ("text/html", "page.png"),
        ("", "clip.mov"),
        ("application/octet-stream", "setup.exe"),
        ("", "jpg.svg"),
        ("image/x-adobe-dng", "raw.jpg"),
        ("image/gif", "a.jpg"),
        ("application/zip", "a.jpg"),
        ("application/octet-stream", "clip.MP4\u200b"),
        ("", "photo.jpg.zip"),
        (None, "photo.jpg"),
        (["image/jpeg"], "photo.jpg"),
    ],
)
def test_other_types_are_refused(hint: object, name: str) -> None:
    assert refusal({**GOOD, "type": hint, "name": name}) == "type_not_allowed"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x" * 300 + ".jpg", "x" * 251 + ".jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("\u200eIMG\u2068_2\u2069.jpg", "IMG_2.jpg"),
        ("a\x00b\n.jpg", "ab.jpg"),
        ("a\ud800.jpg", "a.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\IMG_3.jpg", "IMG_3.jpg"),
        ("..", "photo"),
        ("", "photo"),
        ("👨\u200d👩\u200d👧.jpg", "👨\u200d👩\u200d👧.jpg"),
    ],
)
def test_names_are_cleaned(name: str, expected: str) -> None:
    assert parsed(name=name).name == expected


@pytest.mark.parametrize("name", [None, 7, ["a.jpg"], {}])
def test_name_must_be_text(name: object) -> None:
    assert refusal({**GOOD, "name": name}) == "invalid_name"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_777_457_472_000, 1_777_457_472_000),
        (0, None),
        (-1, None),
        (10**18, None),
        (True, None),
        ("1777457472000", None),
        (1.5e12, None),
        (None, None),
    ],
)
def test_last_modified_is_optional(value: object, expected: int | None) -> None:
    assert parsed(last_modified=value).last_modified == expected


@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_is_handled(name: str, hint: str) -> None:
    file = parse_file({**GOOD, "name": name, "type": hint}, MAX_BYTES)

    if isinstance(file, AnnouncedFile):
        assert 1 <= len(file.name) <= 255
        assert file.type in (*TYPES, UNKNOWN_TYPE)
        file.name.encode("utf-8")
