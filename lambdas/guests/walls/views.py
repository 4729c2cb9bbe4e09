"""The JSON that the wall updates itself with."""

from __future__ import annotations

import msgspec

from lambdas.guests.views import ItemJson


class WallItemJson(ItemJson, kw_only=True):
    """An entry of the timeline; `when` is its time in the event's zone.

    `name` is its Instagram name, or how its guest wants to be named; empty without one. A long
    `caption` is cut. `alt` describes the picture for those who do not see it. One that is `late` is
    listed because it appeared lately, although it was taken before the newest ones.
    """

    name: str
    when: str
    alt: str
    late: bool = False


class WallJson(msgspec.Struct):
    """What `GET /g/{event_id}/wall/items` answers.

    `items` are the newest entries by the time they were taken, the newest first, and after them
    those that are `late`.

    `changed` is another text whenever anything else of the answer but the links to pictures is.
    `words` stand beside the QR code, `sentence` in place of photos while there are none.
    """

    title: str
    words: str
    sentence: str
    items: list[WallItemJson]
    changed: str
