"""A file of posts, as rows of named texts: CSV as spreadsheets write it, or JSON.

CSV is UTF-8, with or without a byte order mark, with `;` or `,` between cells and quotes as in
RFC 4180. The first row names the columns; rows are numbered as spreadsheets number them. The rows
of JSON are numbered from 1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from lambdas.publishing.import_columns import COLUMNS, REQUIRED

MAX_ROWS = 200
MAX_BYTES = 1024 * 1024
MAX_PROBLEMS = 1000
DELIMITERS = ";,"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
BYTE_ORDER_MARK = "\ufeff"


class ImportProblemJson(msgspec.Struct, frozen=True):
    """What is wrong with a file, or odd about it: row 0 is the file itself."""

    row: int
    column: str
    code: str
    message: str


@dataclass
class ImportFindings:
    """What was found in a file so far."""

    problems: list[ImportProblemJson] = field(default_factory=list)
    warnings: list[ImportProblemJson] = field(default_factory=list)

    def refuse(self, row: int, column: str, code: str, message: str) -> None:
        """Add a problem."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(ImportProblemJson(row, column, code, message))

    def warn(self, row: int, column: str, code: str, message: str) -> None:
        """Add a warning."""
        if len(self.warnings) < MAX_PROBLEMS:
            self.warnings.append(ImportProblemJson(row, column, code, message))


@dataclass(frozen=True)
class ImportRow:
    """A row with its number, and its cells by column; empty cells are left out."""

    number: int
    cells: Mapping[str, str]


def csv_rows(content: bytes, found: ImportFindings) -> list[ImportRow]:
    """Return the rows of a CSV file; what is wrong with it is added to `found`."""
    try:
        text = content.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError:
        message = "The file is not UTF-8. Save it as CSV UTF-8."
        found.refuse(0, "", "not_utf8", message)
        return []
    if "\0" in text:
        found.refuse(0, "", "not_utf8", "The file is no text: it holds zero bytes.")
        return []
    if REPLACEMENT in text:
        # What a sender, or something on the way, has put in place of what it could not read.
        message = "Letters of the file were lost: it was not UTF-8. Save it as CSV UTF-8."
        found.refuse(0, "", "not_utf8", message)
        return []
    records = list(_records(text, found))
    if not records:
        if not found.problems:
            found.refuse(0, "", "empty", "The file has no rows.")
        return []
    [(_, header), *body] = records
    names = [name.strip().lower().replace(" ", "_") for name in header]
    _check_columns(names, found)
    rows = []
    for number, record in body:
        if len(record) > len(names) and any(cell.strip() for cell in record[len(names) :]):
            message = f"The row has {len(record)} cells for {len(names)} columns."
            found.refuse(number, "", "too_many_cells", message)
        cells = {name: cell for name, cell in zip(names, record, strict=False) if cell.strip()}
        if cells:
            rows.append(ImportRow(number, cells))
    return _limited(rows, found)


def json_rows(body: object, found: ImportFindings) -> list[ImportRow]:
    """Return the rows of `{"rows": [{...}]}`; values are texts, numbers, booleans or null."""
    listed = body.get("rows") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        found.refuse(0, "rows", "wrong_type", 'The body must be {"rows": [...]}.')
        return []
    rows = []
    for number, raw in enumerate(listed[: MAX_ROWS + 1], start=1):
        if not isinstance(raw, dict):
            found.refuse(number, "", "wrong_type", "A row must be an object.")
            continue
        for name in raw.keys() - COLUMNS.keys():
            found.refuse(number, _shown(name), "unknown_column", f"No column is {_shown(name)}.")
        rows.append(ImportRow(number, dict(_texts(number, raw, found))))
    return _limited(rows, found)


def _texts(
    number: int, raw: Mapping[str, object], found: ImportFindings
) -> Iterator[tuple[str, str]]:
    for name, value in raw.items():
        if value is None or name not in COLUMNS:
            continue
        if isinstance(value, bool):
            yield name, str(value).lower()
        elif isinstance(value, str | int):
            if text := str(value).strip():
                yield name, text
        else:
            found.refuse(number, name, "wrong_type", f"{name} must be a text.")


def _limited(rows: list[ImportRow], found: ImportFindings) -> list[ImportRow]:
    if not rows and not found.problems:
        found.refuse(0, "", "empty", "The file has no rows with posts.")
    if len(rows) > MAX_ROWS:
        message = f"The file has more than {MAX_ROWS} posts. Split it."
        found.refuse(0, "", "too_many_rows", message)
    return rows[:MAX_ROWS]


def _records(text: str, found: ImportFindings) -> Iterator[tuple[int, list[str]]]:
    """Iterate over the records with their numbers, until one that is malformed."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            message = (
                f"The quotes around line {reader.line_num} do not close, or stand inside a cell: "
                'write a quote inside a quoted cell as "".'
            )
            found.refuse(number, "", "malformed_csv", message)
            return
        yield number, record


def _delimiter(text: str) -> str:
    """Return what separates the columns of the first row."""
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(DELIMITERS, key=header.count)


def _check_columns(names: Sequence[str], found: ImportFindings) -> None:
    for name in dict.fromkeys(names):
        shown = _shown(name)
        if name and name not in COLUMNS:
            known = ", ".join(COLUMNS)
            message = f"No column is {shown}. There are: {known}."
            found.refuse(1, shown, "unknown_column", message)
        if name and names.count(name) > 1:
            found.refuse(1, shown, "repeated_column", f"The column {shown} comes twice.")
    for name in REQUIRED:
        if name not in names:
            found.refuse(1, name, "missing_column", f"The column {name} is missing.")


def _shown(name: str) -> str:
    """Return a name that a stranger chose, short and printable."""
    return "".join(one if one.isprintable() else "?" for one in name[:40])
