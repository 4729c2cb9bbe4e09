"""Updates as they are in the queue, and events of conversations as Meta sends them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec

from lambdas.comments.receiving.parsing import parse
from lambdas.comments.receiving.raw_update import RawUpdate
from lambdas.comments.updates import MessageWritten, Update
from tests.comments.receiving.site import ACCOUNT, NOW

PERSON, MID = "1000000000000001", "aWdfZAG1faXRlEXAMPLE"
SENT = NOW - timedelta(seconds=3)
HAPPENED = NOW - timedelta(seconds=5)
CDN = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1"
COMMON: dict[str, Any] = {"account_id": ACCOUNT, "at": HAPPENED}


def read(field: str, value: object, **changes: Any) -> Update:
    """Return what an update is read as; bytes are its undecoded value."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    raw = RawUpdate(
        account=ACCOUNT,
        at=SENT,
        received_at=NOW,
        field=field,
        value=msgspec.Raw(content),
    )
    return parse(msgspec.structs.replace(raw, **changes))


def event(*, own: bool = False, **content: object) -> dict[str, Any]:
    """Return an event of the conversation, of the person or of the account."""
    sides = (ACCOUNT, PERSON) if own else (PERSON, ACCOUNT)
    return {
        "sender": {"id": sides[0]},
        "recipient": {"id": sides[1]},
        "timestamp": round(HAPPENED.timestamp() * 1000),
        **content,
    }


def message(**content: object) -> dict[str, Any]:
    """Return the event of a message from the person."""
    return event(message={"mid": MID, **content})


def written(**fields: Any) -> MessageWritten:
    """Return the message that is expected."""
    return MessageWritten(**COMMON | {"mid": MID, "person_id": PERSON} | fields)
