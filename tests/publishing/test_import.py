"""Many posts from one file: read as spreadsheets write it, checked whole, created whole."""

from __future__ import annotations

import pytest

from lambdas.publishing.import_columns import COLUMNS, body_of_row, column_of, template_csv
from lambdas.publishing.import_file import ImportFindings, ImportRow, csv_rows, json_rows
from tests.publishing.posts import ACCOUNT

HEADER = "kind,media,publish_at,caption"


def read(text: str | bytes) -> tuple[list[ImportRow], list[tuple[int, str, str]]]:
    found = ImportFindings()
    rows = csv_rows(text if isinstance(text, bytes) else text.encode(), found)
    return rows, [(one.row, one.column, one.code) for one in found.problems]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_spreadsheets_dialects_are_read(mark: str, delimiter: str, ending: str) -> None:
    lines = [HEADER, 'photo,upload:a,now,"Grüße, ""du""; 🎂"']
    text = lines[0].replace(",", delimiter) + ending + "photo,upload:a,now,".replace(",", delimiter)

    rows, problems = read(f'{mark}{text}"Grüße, ""du""; 🎂"{ending}')

    assert problems == []
    assert rows[0].cells["caption"] == 'Grüße, "du"; 🎂'


def test_line_breaks_stay_inside_quotes() -> None:
    rows, _ = read(f'{HEADER}\nphoto,upload:a,now,"one\r\n\r\ntwo"\n\nstory,upload:b,now,\n')

    assert body_of_row(rows[0].cells, ACCOUNT, "r", "UTC")["caption"] == "one\n\ntwo"
    # As a spreadsheet numbers them: the empty row counts.
    assert [row.number for row in rows] == [2, 4]


def test_columns_are_held_against_known_ones() -> None:
    _, problems = read("kind,media,kind,colour\nphoto,upload:a,photo,red\n")

    assert problems == [
        (1, "kind", "repeated_column"),
        (1, "colour", "unknown_column"),
        (1, "publish_at", "missing_column"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (HEADER.encode(), "empty"),
        (f"{HEADER}\n,,,\n".encode(), "empty"),
        (HEADER.encode("utf-16"), "not_utf8"),
        (b"kind\0", "not_utf8"),
        (f"{HEADER}\nphoto,Gr\xfc\xdfe".encode("latin-1"), "not_utf8"),
        (f'{HEADER}\nphoto,"upload:a'.encode(), "malformed_csv"),
        (f'{HEADER}\nphoto,"up"load:a,now,\n'.encode(), "malformed_csv"),
        (f"{HEADER}\nphoto,upload:a,now,a,b\n".encode(), "too_many_cells"),
        (HEADER.encode() + b"\nphoto,upload:a,now,x" * 201, "too_many_rows"),
    ],
)
def test_unreadable_file_says_why(content: bytes, code: str) -> None:
    _, problems = read(content)

    assert [one[2] for one in problems] == [code]


def test_huge_cell_is_a_problem_not_a_crash() -> None:
    _, problems = read(f'{HEADER}\nphoto,upload:a,now,"{"x" * 200_000}"\n')

    assert [one[2] for one in problems] == ["malformed_csv"]


def test_row_becomes_body() -> None:
    cells = {
        "kind": "carousel",
        "media": "upload:a | photo:fest/b\nhttps://a.test/c.jpg",
        "alt_text": "One | | Three",
        "fit": "Crop",
        "publish_at": "2026-12-24 18:00",
        "draft": "Yes",
        "collaborators": "@emma jan",
        "thumb_offset_ms": "x",
    }

    assert body_of_row(cells, ACCOUNT, "r", "Europe/Berlin") == {
        "account": ACCOUNT,
        "client_request_id": "r",
        "kind": "carousel",
        "media": [
            {"source": {"upload": "a"}, "alt_text": "One", "fit": "crop"},
            {"source": {"photo": {"event": "fest", "id": "b"}}, "fit": "crop"},
            {"source": {"url": "https://a.test/c.jpg"}, "alt_text": "Three", "fit": "crop"},
        ],
        "publish_at": {"wall": "2026-12-24T18:00", "zone": "Europe/Berlin"},
        "draft": True,
        "collaborators": ["@emma", "jan"],
        "thumb_offset_ms": "x",
    }


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("media[3].source.photo", "media"),
        ("media[0].alt_text", "alt_text"),
        ("publish_at.zone", "zone"),
        ("publish_at.wall", "publish_at"),
        ("collaborators[1]", "collaborators"),
        ("client_request_id", ""),
    ],
)
def test_problem_names_its_column(field: str, column: str) -> None:
    assert column_of(field) == column


def test_template_is_a_file_that_can_be_read() -> None:
    rows, problems = read(template_csv())

    assert problems == []
    assert len(rows) == 2
    assert set(rows[0].cells) <= set(COLUMNS)


def test_json_rows_are_texts() -> None:
    found = ImportFindings()
    raw = {"rows": [{"kind": "photo", "draft": True, "caption": None, "location_id": 12}, 7,
                    {"colour": 1, "media": []}]}  # fmt: skip

    rows = json_rows(raw, found)

    assert rows[0].cells == {"kind": "photo", "draft": "true", "location_id": "12"}
    assert [(one.row, one.code) for one in found.problems] == [
        (2, "wrong_type"),
        (3, "unknown_column"),
        (3, "wrong_type"),
    ]
