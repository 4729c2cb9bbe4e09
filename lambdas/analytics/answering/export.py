"""Exports: a small table in the answer itself, a large one in the bucket behind a link."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from lambdas.analytics.accounts import Account
from lambdas.analytics.answering.answers import Answers, Question
from lambdas.analytics.answering.tables import Table, rows_of
from lambdas.kit.csv_table import csv_lines
from lambdas.kit.errors import InvalidRequest
from lambdas.storage import object_keys
from lambdas.storage.objects import ObjectStore

CSV = "text/csv; charset=utf-8"
# Bytes are returned in Base64, a third longer, of which Lambda takes 6 MB.
MAX_INLINE_BYTES = 4_000_000
LINK_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True)
class Exports:
    """Exports an account's tables."""

    answers: Answers
    objects: ObjectStore
    max_inline: int = MAX_INLINE_BYTES

    def respond(self, account: Account, query: Mapping[str, str]) -> Response[str]:
        """Return a table as a file, or a redirect to it. Raises InvalidRequest."""
        table = _table_of(query)
        question = self.answers.question(account, query)
        disposition = f'attachment; filename="{_file_name(table, question)}"'
        with tempfile.SpooledTemporaryFile(max_size=self.max_inline) as file:
            for line in csv_lines(rows_of(table, question, self.answers.reader)):
                file.write(line)
            size = file.tell()
            file.seek(0)
            if size <= self.max_inline:
                headers = {"Content-Disposition": disposition}
                body = file.read()
                return Response(HTTPStatus.OK, CSV, body, headers)  # type: ignore[arg-type]
            key = object_keys.export_object(secrets.token_urlsafe(24))
            self.objects.write_export(key, file, CSV, disposition)
        return Response(
            HTTPStatus.SEE_OTHER, headers={"Location": self.objects.link(key, LINK_LIFETIME)}
        )


def _table_of(query: Mapping[str, str]) -> Table:
    if query.get("format", "csv") != "csv":
        raise InvalidRequest("format must be csv.", code="invalid_format")
    try:
        return Table(query.get("table", ""))
    except ValueError:
        raise InvalidRequest(
            f"table must be one of {', '.join(Table)}.", code="invalid_table"
        ) from None


def _file_name(table: Table, question: Question) -> str:
    dates = question.dates
    return f"{table}-{question.account.id}-{dates.since}-{dates.until}.csv"
