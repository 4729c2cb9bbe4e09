"""The columns of a file of posts, and how a row becomes the body of a post."""

from __future__ import annotations

import re
from collections.abc import Mapping

COLUMNS: Mapping[str, str] = {
    "kind": "photo, reel, carousel or story",
    "media": (
        "the files, with spaces between: upload:<id>, photo:<event>/<photo>, or an https address"
    ),
    "caption": "the caption",
    "publish_at": (
        "2026-12-24T18:00 (or with a space); next for the next free slot of the plan; now; empty "
        "for a draft"
    ),
    "zone": "the IANA zone of publish_at; the plan's if empty",
    "draft": "yes or no",
    "late": "publish or skip",
    "alt_text": "the alternative texts of the files, with | between",
    "fit": "pad or crop",
    "first_comment": "the first comment",
    "collaborators": "user names, with spaces between",
    "location_id": "the id of a Page with a location",
    "share_to_feed": "yes or no; for reels",
    "thumb_offset_ms": "milliseconds; for reels",
    "ai_generated": "yes or no",
    "caption_template": "the name of one of the plan's templates",
    "event": "the event whose title and date the template names",
    "standing_hashtags": "no to leave the plan's hashtags out",
}
REQUIRED = ("kind", "media", "publish_at")
EXAMPLES = (
    {
        "kind": "photo",
        "media": "https://www.example.com/cake.jpg",
        "caption": 'The cake, "three storeys"; thank you!',
        "publish_at": "2026-12-24T18:00",
        "zone": "Europe/Berlin",
        "alt_text": "A white wedding cake with three storeys",
    },
    {
        "kind": "carousel",
        "media": "upload:<id> photo:<event>/<photo>",
        "caption": "Two more",
        "publish_at": "next",
        "draft": "yes",
    },
)
NOW, NEXT = "now", "next"
TRUE, FALSE = ("yes", "true", "1"), ("no", "false", "0")
BOOLEANS = ("draft", "share_to_feed", "ai_generated", "standing_hashtags")
TEXTS = ("kind", "caption", "late", "first_comment", "location_id", "caption_template", "event")
GAP = re.compile(r"[\s|]+")


def body_of_row(
    cells: Mapping[str, str], account_id: str, request_id: str, zone: str
) -> dict[str, object]:
    """Return the body of a row's post. What does not fit is left for the check of the post."""
    body: dict[str, object] = {
        "account": account_id,
        "client_request_id": request_id,
        "media": _media(cells),
    }
    body |= {name: _text(cells[name]) for name in TEXTS if name in cells}
    body |= {name: _boolean(cells[name]) for name in BOOLEANS if name in cells}
    if "collaborators" in cells:
        body["collaborators"] = [one for one in GAP.split(cells["collaborators"].strip()) if one]
    if "thumb_offset_ms" in cells:
        body["thumb_offset_ms"] = _number(cells["thumb_offset_ms"])
    at = cells.get("publish_at", "").strip()
    if at.lower() == NEXT:
        body["publish_at"] = {"slot": NEXT}
    elif at and at.lower() != NOW:
        wall = re.sub(r"(?<=\d)[ T](?=\d)", "T", at)
        body["publish_at"] = {"wall": wall, "zone": cells.get("zone", zone).strip()}
    return body


def needs_time(cells: Mapping[str, str], body: Mapping[str, object]) -> bool:
    """Return whether a row says neither when it is published, nor that it is a draft."""
    return not cells.get("publish_at", "").strip() and body.get("draft") is not True


def column_of(field: str) -> str:
    """Return the column that a problem's field comes from; an empty text for the whole row."""
    first, _, rest = field.partition(".")
    name = first.partition("[")[0]
    if name == "media":
        last = rest.partition(".")[0]
        return last if last in ("alt_text", "fit") else "media"
    if name == "publish_at":
        return "zone" if rest == "zone" else "publish_at"
    return name if name in COLUMNS else ""


def template_csv() -> str:
    """Return a file that shows the columns: their names, then two posts, one of them a draft."""
    lines = [",".join(COLUMNS)]
    lines += [",".join(_quoted(example.get(name, "")) for name in COLUMNS) for example in EXAMPLES]
    return "".join(f"{line}\r\n" for line in lines)


def _media(cells: Mapping[str, str]) -> list[dict[str, object]]:
    alternatives = [text.strip() for text in cells.get("alt_text", "").split("|")]
    items = []
    for index, text in enumerate(one for one in GAP.split(cells.get("media", "").strip()) if one):
        item: dict[str, object] = {"source": _source(text)}
        if index < len(alternatives) and alternatives[index]:
            item["alt_text"] = alternatives[index]
        if "fit" in cells:
            item["fit"] = cells["fit"].strip().lower()
        items.append(item)
    return items


def _source(text: str) -> dict[str, object]:
    kind, _, rest = text.partition(":")
    if kind == "upload":
        return {"upload": rest}
    if kind == "photo":
        event, _, photo = rest.partition("/")
        return {"photo": {"event": event, "id": photo}}
    return {"url": text}


def _text(cell: str) -> str:
    # Spreadsheets write the line breaks of a cell in their own way.
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def _boolean(cell: str) -> object:
    word = cell.strip().lower()
    return True if word in TRUE else False if word in FALSE else cell


def _number(cell: str) -> object:
    text = cell.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else cell


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if set(cell) & set('";,\r\n') else cell
