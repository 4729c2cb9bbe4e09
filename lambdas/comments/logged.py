"""Ids as they may be written into logs, where nothing can be deleted at a person's request."""

from __future__ import annotations

import hashlib
import re

# The subject of the messages with a person, see `keys.person_subject`.
PERSON = re.compile(r"(?<=^person\.)([^.~]+\.)([^~]+)")


def logged_id(record_id: str) -> str:
    """Return the id of an item or action, with a hash in place of a person's id.

    The number at the end of an action's id stays: by it the action is found in its thread.
    """
    return PERSON.sub(lambda found: found[1] + _short_hash(found[2]), record_id, count=1)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
