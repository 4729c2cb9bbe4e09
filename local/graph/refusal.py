"""How the emulator refuses: Meta's envelopes, with the codes of the platform's reference."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

MEANINGS = {
    458: "The user has not authorized application.",
    459: "You cannot access the app till you log in and follow the instructions given.",
    460: "The session has been invalidated because the user changed their password.",
    463: "Session has expired.",
    464: "Sessions for the user are not allowed because the user is not a confirmed user.",
    467: "The session was invalidated.",
    492: "The user must be an administrator, editor, or moderator of the page.",
}


class Refusal(Exception):
    """An answer that is an error. `kind` is the `type`, which clients must not look at."""

    def __init__(
        self,
        code: int,
        message: str,
        subcode: int | None = None,
        status: int = 400,
        *,
        transient: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.status = status
        self.transient = transient

    def answer(self, host: str) -> Response:
        """The answer in the envelope of the host."""
        if host == "rupload.facebook.com":
            info = {
                "retriable": self.transient is True or self.status >= 500,
                "type": "ProcessingFailedError",
                "message": self.message,
            }
            return JSONResponse({"debug_info": info}, self.status)
        if host == "api.instagram.com":
            body = {
                "error_type": "OAuthException",
                "code": self.status,
                "error_message": self.message,
            }
            return JSONResponse(body, self.status)
        error: dict[str, object] = {
            "message": self.message,
            "type": "IGApiException"
            if host == "graph.instagram.com" and self.code == 100
            else "OAuthException",
            "code": self.code,
            "fbtrace_id": "AEmulatorTrace",
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient is not None:
            error["is_transient"] = self.transient
        return JSONResponse({"error": error}, self.status)


def dead_token(subcode: int) -> Refusal:
    """The token is dead, and why."""
    return Refusal(190, f"Error validating access token: {MEANINGS[subcode]}", subcode)


def permission(scope: str) -> Refusal:
    """A scope was not granted, or is no longer."""
    return Refusal(
        10, f"(#10) Application does not have permission for this action ({scope})", status=403
    )


def unsupported(path: str) -> Refusal:
    """The object is missing or not visible."""
    return Refusal(100, f"Unsupported get request. Object with ID '{path}' does not exist", 33)


def unsupported_method(method: str) -> Refusal:
    """The node or edge knows no such verb. An app with Standard Access hears the same about accounts without a role on it."""
    return Refusal(100, f"Unsupported request - method type: {method.lower()}")


def bad_parameter(message: str) -> Refusal:
    """A parameter is wrong."""
    return Refusal(100, f"(#100) {message}")
