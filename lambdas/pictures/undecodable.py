"""The error for bytes that cannot be shown as a picture."""

from __future__ import annotations


class Undecodable(Exception):
    """Report that bytes cannot be shown; `reason` is for programs, the text for operators."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class UnknownFormat(Undecodable):
    """Report bytes that do not begin as a picture of any supported format does."""

    def __init__(self) -> None:
        super().__init__("not_a_picture", "The bytes are of none of the supported formats.")


def not_a_picture(detail: str) -> Undecodable:
    """Return the error for bytes whose header cannot be read."""
    return Undecodable("not_a_picture", f"The header cannot be read: {detail}.")


def damaged(detail: str) -> Undecodable:
    """Return the error for a picture of which too much is missing."""
    return Undecodable("damaged", f"The pixels cannot be read: {detail}.")
