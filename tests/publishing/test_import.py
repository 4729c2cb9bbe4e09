"""Many posts from one file: read as spreadsheets write it, checked whole, created whole."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import pytest

from lambdas.publishing import handlers
from lambdas.publishing.import_columns import COLUMNS, body_of_row, column_of, template_csv
from lambdas.publishing.import_file import ImportFindings, ImportRow, csv_rows, json_rows
from lambdas.publishing.ledger import DataDeleted, DynamoLedger
from lambdas.publishing.plan import Plan, Weekday, WeeklySlot
from lambdas.publishing.records import Post
from tests.conftest import NOW
from tests.json_types import JsonObject
from tests.lambda_events import HttpAnswer
from tests.publishing.posts import ACCOUNT, stored_post
from tests.publishing.site import PATH, Operator, Site

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


IMPORT = f"{PATH}/import"


def send_bytes(site: Site, content: bytes) -> HttpAnswer:
    handler = handlers.operate.using(site.dependencies)

    def encoded(event: JsonObject, context: object) -> JsonObject:
        body = base64.b64encode(content).decode()
        answer: JsonObject = handler(event | {"body": body, "isBase64Encoded": True}, context)
        return answer

    headers = {"content-type": "text/csv"}
    return Operator(encoded).send("POST", IMPORT, {"account": ACCOUNT}, headers)


def set_slots(site: Site) -> None:
    plan = Plan(zone="Europe/Berlin", slots=(WeeklySlot(days=tuple(Weekday), wall="18:00"),))
    site.dependencies.plans.write(ACCOUNT, plan, None)


def send(site: Site, content: str | bytes, **query: str) -> HttpAnswer:
    text = content if isinstance(content, str) else content.decode()
    headers = {"content-type": "text/csv; charset=utf-8"}
    return site.operator.send("POST", IMPORT, {"account": ACCOUNT, **query}, headers, text)


def lines(count: int, start: int = 0) -> str:
    rows = [
        f"photo,https://files.example.com/{n}.jpg,2026-05-{n // 9 + 1:02} {n % 9 + 8:02}:00,No {n}"
        for n in range(start, start + count)
    ]
    return "\n".join([HEADER, *rows])


def all_posts(site: Site) -> list[Post]:
    return list(site.dependencies.ledger.posts(ACCOUNT))


def test_file_becomes_posts(site: Site) -> None:
    answer = send(site, lines(3))

    assert answer.status == 201, answer.text
    assert [one["row"] for one in answer.json["posts"]] == [2, 3, 4]
    assert {post.caption for post in all_posts(site)} == {"No 0", "No 1", "No 2"}
    assert len(site.schedules()) == 3


def test_all_problems_come_with_row_and_column(site: Site) -> None:
    rows = [
        "photo,https://files.example.com/a.jpg,2026-05-01T10:00,fine",
        "phot,ftp://x,2026-13-01 10:00,bad",
        "carousel,upload:none,,one",
        f"photo,https://files.example.com/b.jpg,next,{'x' * 2201}",
    ]

    answer = send(site, "\n".join([HEADER, *rows]))

    assert answer.status == 400
    found = [(one["row"], one["column"], one["code"]) for one in answer.json["problems"]]
    assert found == [
        (3, "kind", "unknown_value"),
        (3, "media", "invalid_url"),
        (3, "publish_at", "invalid_time"),
        (4, "publish_at", "missing"),
        (4, "media", "wrong_number"),
        (4, "media", "unknown_upload"),
        (5, "publish_at", "no_slots"),
        (5, "caption", "too_long"),
    ]
    assert all_posts(site) == []


def test_dry_run_creates_nothing(site: Site) -> None:
    answer = send(site, lines(2), dry_run="true")

    assert (answer.status, answer.json["dry_run"]) == (200, True)
    assert answer.json["posts"][0]["id"] is None
    assert all_posts(site) == []


def test_same_file_is_same_import(site: Site) -> None:
    first = send(site, lines(2))
    site.clock.advance(timedelta(days=90))

    again = send(site, "\ufeff" + lines(2).replace(",", ";").replace("\n", "\r\n"))

    assert (first.status, again.status) == (201, 200)
    assert again.json["posts"] == first.json["posts"]
    assert len(all_posts(site)) == 2


def test_rows_take_slots_in_their_order(site: Site) -> None:
    set_slots(site)
    rows = [f"photo,https://files.example.com/{n}.jpg,next,No {n}" for n in range(3)]

    answer = send(site, "\n".join([HEADER, *rows]))

    assert [one["publish_at"][:10] for one in answer.json["posts"]] == [
        "2026-04-30", "2026-05-01", "2026-05-02",
    ]  # fmt: skip


def test_repeated_texts_in_file_are_warned_of(site: Site) -> None:
    row = "photo,https://files.example.com/a.jpg,2026-05-01 10:00,Same"

    answer = send(site, f"{HEADER}\n{row}\n{row}")

    codes = [(one["row"], one["code"]) for one in answer.json["warnings"]]
    assert codes == [(3, "same_hour"), (3, "same_caption"), (3, "same_media")]


class Dies(Exception):
    """The function was killed."""


class Mortal(DynamoLedger):
    """A ledger whose function is killed before one of its creations."""

    lives: ClassVar[list[int]] = []

    def create(self, posts: Sequence[Post], by: str = "") -> None:
        if self.lives:
            self.lives[0] -= 1
            if self.lives[0] < 0:
                self.lives.clear()
                raise Dies
        super().create(posts, by)


@pytest.mark.parametrize("creations", [0, 1, 2])
@pytest.mark.parametrize("by_sweep", [True, False])
def test_killed_import_is_completed(site: Site, creations: int, by_sweep: bool) -> None:
    found = site.dependencies
    found.__dict__["ledger"] = Mortal(found.table, found.marks, "main")
    Mortal.lives[:] = [creations]

    assert send(site, lines(40)).status == 500
    assert len(all_posts(site)) == 15 * creations

    if by_sweep:
        assert found.batches.sweep() == 1
    else:
        assert len(send(site, lines(40)).json["posts"]) == 40
    assert len(all_posts(site)) == 40
    assert len(site.schedules()) == 40
    assert found.batches.sweep() == 0


def test_import_that_was_killed_at_its_end_is_looked_at_once(site: Site) -> None:
    found = site.dependencies
    client_events, name = found.table.meta.client.meta.events, "before-call.dynamodb.DeleteItem"

    def kill(**_: object) -> None:
        raise Dies

    client_events.register(name, kill)
    assert send(site, lines(3)).status == 500
    client_events.unregister(name, kill)

    assert len(all_posts(site)) == 3
    assert [found.batches.sweep() for _ in range(2)] == [1, 0]


def test_what_was_not_accepted_is_nothing(site: Site) -> None:
    log = site.dependencies.batches.log
    site.dependencies.marks.mark(ACCOUNT, NOW)

    with pytest.raises(DataDeleted):
        log.accept("import-x", "digest", [stored_post()], "ola")

    assert list(log.pending()) == []
    assert log.find(ACCOUNT, "import-x") is None
    assert all_posts(site) == []


def test_large_batch_is_kept_in_parts(site: Site) -> None:
    log = site.dependencies.batches.log
    posts = [stored_post(f"{n:04}", caption="🎂" * 1100) for n in range(200)]

    batch, is_new = log.accept("import-x", "digest", posts, "ola")

    assert is_new
    assert batch.parts > 1
    assert list(log.posts(batch)) == posts


def test_second_acceptance_gives_first_batch(site: Site) -> None:
    log = site.dependencies.batches.log
    mine, theirs = (stored_post(number) for number in "12")
    first, _ = log.accept("import-x", "digest", [mine], "ola")

    second, is_new = log.accept("import-x", "digest", [theirs], "eve")

    assert (second, is_new) == (first, False)
    assert list(log.posts(second)) == [mine]


def test_deleted_account_gets_no_import(site: Site) -> None:
    site.dependencies.marks.mark(ACCOUNT, NOW + timedelta(days=1))

    answer = send(site, lines(1))

    assert (answer.status, answer.json["error"]["code"]) == (409, "account_deleted")
    assert all_posts(site) == []


def test_json_rows_are_imported(site: Site) -> None:
    row = {"kind": "photo", "media": "https://files.example.com/a.jpg", "draft": True}
    query = {"account": ACCOUNT}
    headers = {"content-type": "application/json"}

    answer = site.operator.send("POST", IMPORT, query, headers, json.dumps({"rows": [row]}))

    assert answer.status == 201, answer.text
    assert answer.json["posts"][0]["state"] == "draft"


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        ("x", "text/plain", 415, "csv_expected"),
        ("x" * 1_048_577, "text/csv", 413, "file_too_large"),
        ("", "text/csv", 400, "invalid_import"),
    ],
)
def test_other_files_are_refused(
    site: Site, content: str, kind: str, status: int, code: str
) -> None:
    headers = {"content-type": kind}

    answer = site.operator.send("POST", IMPORT, {"account": ACCOUNT}, headers, content)

    assert (answer.status, answer.json["error"]["code"]) == (status, code)


def test_bytes_that_are_no_text_are_refused(site: Site) -> None:
    answer = send_bytes(site, HEADER.encode() + b"\nphoto,Gr\xfc\xdfe")

    assert (answer.status, answer.json["problems"][0]["code"]) == (400, "not_utf8")


def test_unknown_account_is_said_once(site: Site) -> None:
    headers = {"content-type": "text/csv"}

    answer = site.operator.send("POST", IMPORT, {"account": "999"}, headers, lines(3))

    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_account")


def test_template_is_downloaded(site: Site) -> None:
    answer = site.operator.get(f"{IMPORT}/template.csv")

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("kind,media,caption,publish_at")


def test_import_that_a_deletion_overtook_says_so(site: Site) -> None:
    found = site.dependencies
    found.__dict__["ledger"] = Mortal(found.table, found.marks, "main")
    Mortal.lives[:] = [0]
    assert send(site, lines(1)).status == 500
    found.marks.mark(ACCOUNT, NOW + timedelta(days=1))

    answer = send(site, lines(1))

    assert (answer.status, answer.json["error"]["code"]) == (409, "account_deleted")
