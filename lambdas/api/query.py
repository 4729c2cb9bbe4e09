"""What the query of a request asks for."""

from __future__ import annotations

from collections.abc import Mapping

from lambdas.kit.errors import InvalidRequest


def limit_of(query: Mapping[str, str], default: int, most: int) -> int:
    """The `limit` of a list. Raises InvalidRequest for anything but a whole number from 1 to `most`."""
    text = query.get("limit", str(default))
    if not (
        text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most
    ):
        raise InvalidRequest(
            f"limit must be a whole number from 1 to {most}.", code="invalid_limit"
        )
    return int(text)
