"""CSV that spreadsheets open with the right types, and in which no text is run as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

Cell = str | int | float | None
BOM = "\ufeff"
FORMULA = "=+-@"
# Spreadsheets keep 15 digits of a number and write zeros for the others.
MAX_DIGITS = 15
BREAKS = "\t\r\n"


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Return the lines of a table (RFC 4180, UTF-8 with a byte order mark), one by one."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write(BOM)
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _written(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    return _as_text(cell) if isinstance(cell, str) else cell


def _as_text(text: str) -> str:
    """Return a text that no spreadsheet changes: with an apostrophe before it where needed.

    That is before what would be run as a formula, and before long ids, which would be rounded as
    numbers: programs drop the apostrophe of an id.

    Spaces and invisible characters before the formula, and full-width forms of its first character,
    make no difference. Source: OWASP, "CSV Injection".
    """
    text = text.replace("\0", "")
    first = next((one for one in text if unicodedata.category(one)[0] not in "ZC"), "")
    starts = unicodedata.normalize("NFKC", first)[:1]
    is_formula = text[:1] in tuple(BREAKS) or (starts and starts in FORMULA)
    is_rounded = len(text) > MAX_DIGITS and text.isdecimal()
    return f"'{text}" if is_formula or is_rounded else text
