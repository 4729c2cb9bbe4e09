"""Answers of rules: texts with `{name}` and `{link}`, and nothing else that is replaced.

`{{` and `}}` stand for braces. Values are put in as they are: no formatting, no attributes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.comments.rules.model import ItemKind, Outcome
from lambdas.graph.caption import (
    MAX_CAPTION,
    MAX_HASHTAGS,
    MAX_MENTIONS,
    caption_hashtags,
    caption_length,
    caption_mentions,
)

PLACEHOLDERS = ("name", "link")
MAX_MESSAGE_BYTES = 1000
LONGEST_NAME = "n" * 30
LONGEST_LINK = "https://www.instagram.com/p/".ljust(80, "x")
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_SPACES = re.compile(r"[ \t]+")
_BEFORE_SIGN = re.compile(r"[ \t]+(?=[,.;:!?])")
_START = re.compile(r"^[ \t]*[,.;:!?]*[ \t]*", re.MULTILINE)
_REPEATED = re.compile(r",(?=[,.;:!?])")
_LINE_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)
_LINES = re.compile(r"\n{3,}")


class RefusedTemplate(ValueError):
    """A template cannot be used; the message is a sentence for its author."""


class RenderedTooLong(ValueError):
    """An answer is longer than Instagram takes; the message is a sentence."""


@dataclass(frozen=True)
class Values:
    """What is put into a template; None is left out with the spaces around it."""

    username: str | None = None
    link: str | None = None


def parse_template(text: str) -> tuple[tuple[str, str], ...]:
    """Return pieces of text, each with the placeholder after it or ""; raises RefusedTemplate."""
    pieces: list[tuple[str, str]] = []
    before, end = "", 0
    for match in _PIECE.finditer(text):
        before += text[end : match.start()]
        end = match.end()
        if match[0] in ("{{", "}}"):
            before += match[0][0]
        elif match[1] in PLACEHOLDERS:
            pieces.append((before, match[1]))
            before = ""
        else:
            raise RefusedTemplate(
                f"{match[0][:40]} is not known: only {{name}} and {{link}} are replaced. Write {{{{"
                " and }} for braces."
            )
    return (*pieces, (before + text[end:], ""))


def render(template: str, values: Values) -> str:
    """Return a template with its values, tidied where one is missing; raises RefusedTemplate."""
    known = {
        "name": f"@{values.username.removeprefix('@')}" if values.username else "",
        "link": values.link or "",
    }
    pieces = parse_template(template)
    parts = "".join(text + known.get(name, "") for text, name in pieces)
    missing = any(name and not known[name] for _, name in pieces)
    return _tidy(parts) if missing else parts.strip()


def answer(templates: Sequence[str], turn: int, values: Values) -> str:
    """Return the alternative whose turn it is, rendered; `turn` counts the rule's answers."""
    return render(templates[turn % len(templates)], values)


def check_rendered(text: str, outcome: Outcome, kind: ItemKind) -> None:
    """Refuse an answer that Instagram would not take; raises RenderedTooLong."""
    reason = too_long(text, outcome, {kind})
    if reason is not None:
        raise RenderedTooLong(reason)


def too_long(text: str, outcome: Outcome, kinds: set[ItemKind]) -> str | None:
    """Return why Instagram would not take an answer, or None."""
    if not text:
        return "The answer would be empty."
    if outcome is Outcome.PRIVATE_REPLY or ItemKind.MESSAGE in kinds:
        size = len(text.encode("utf-8", "replace"))
        if size > MAX_MESSAGE_BYTES:
            return f"A message can have {MAX_MESSAGE_BYTES:,} bytes; this one can have {size:,}."
    if outcome is Outcome.REPLY and kinds - {ItemKind.MESSAGE}:
        length = caption_length(text)
        if length > MAX_CAPTION:
            return f"A reply can have {MAX_CAPTION:,} characters; this one can have {length:,}."
        if len(caption_hashtags(text)) > MAX_HASHTAGS:
            return f"A reply can have {MAX_HASHTAGS} hashtags."
        if len(caption_mentions(text)) > MAX_MENTIONS:
            return f"A reply can mention {MAX_MENTIONS} people."
    return None


def _tidy(text: str) -> str:
    """Return a text without the spaces and commas that a missing value leaves."""
    text = _BEFORE_SIGN.sub("", _SPACES.sub(" ", text))
    text = _START.sub("", _REPEATED.sub("", text))
    return _LINES.sub("\n\n", _LINE_ENDS.sub("", text)).strip()
