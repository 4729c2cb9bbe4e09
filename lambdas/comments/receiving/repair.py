"""JSON of others, changed so far that it can be decoded, sent and stored."""

from __future__ import annotations

import json
import re

# Of the whole body; what is deeper is replaced by null. Real webhooks have about 15 levels.
MAX_DEPTH = 60
# A text without an end is one token as well, and nothing is tried twice: the time that this takes
# grows with the content and no faster, whatever it is.
TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+\\?"?|[\[{]++|[\]}]++', re.DOTALL)
ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
# Programs write numbers so that JSON does not know. In texts they are words like others.
NO_NUMBER = re.compile(rb'"(?:[^"\\]++|\\.)*+\\?"?|(-?\b(?:NaN|Infinity)\b)', re.DOTALL)
# What a message of a queue may not hold, or holds in several bytes.
NOT_PLAIN = re.compile(r"[^\t\n\r -~]+")


def is_shallow(content: bytes) -> bool:
    """Return whether JSON certainly has no more levels than allowed. Fast."""
    return content.count(b"[") + content.count(b"{") <= MAX_DEPTH


def limited(content: bytes) -> bytes:
    """Replace what is nested too deeply by null; of malformed JSON, return something."""
    parts, kept, depth = [], 0, 0
    for token in TOKEN.finditer(content):
        first, count = content[token.start()], token.end() - token.start()
        if first in b"[{":
            if depth <= MAX_DEPTH < depth + count:
                parts += [content[kept : token.start() + MAX_DEPTH - depth], b"null"]
            depth += count
        elif first in b"]}":
            if depth - count <= MAX_DEPTH < depth:
                kept = token.start() + depth - MAX_DEPTH
            depth -= count
    return b"".join([*parts, content[kept:]]) if depth <= MAX_DEPTH else b"".join(parts)


def without_lone_escapes(content: bytes) -> bytes:
    r"""Replace escapes of surrogates that are not in pairs, such as `\ud800`, by U+FFFD."""
    return ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], content)


def without_odd_numbers(content: bytes) -> bytes:
    """Replace numbers that JSON does not know by null."""
    return NO_NUMBER.sub(lambda found: b"null" if found[1] else found[0], content)


def plain(content: bytes) -> str:
    """Return JSON in ASCII: all else in its texts is escaped, bytes that are no UTF-8 replaced."""
    text = content.decode("utf-8", "replace")
    return NOT_PLAIN.sub(lambda found: json.dumps(found[0])[1:-1], text)
