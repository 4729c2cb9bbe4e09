"""Graph API errors, in the envelopes and with the codes that Meta documents."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

DEAD_TOKEN_MESSAGES = {
    458: "The user has not authorized application.",
    459: "You cannot access the app till you log in and follow the instructions given.",
    460: "The session has been invalidated because the user changed their password.",
    463: "Session has expired.",
    464: "Sessions for the user are not allowed because the user is not a confirmed user.",
    467: "The session was invalidated.",
    492: "The user must be an administrator, editor, or moderator of the page.",
}


class GraphError(Exception):
    """An error answer of the Graph API."""

    upload_type = "ProcessingFailedError"
    """Its type on rupload.facebook.com, whose errors have no code."""

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
        """Return the HTTP response in the error envelope of the host."""
        if host == "rupload.facebook.com":
            info = {
                "retriable": self.transient is True or self.status >= 500,
                "type": self.upload_type,
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
        is_instagram_error = host == "graph.instagram.com" and self.code == 100
        error: dict[str, object] = {
            "message": self.message,
            "type": "IGApiException" if is_instagram_error else "OAuthException",
            "code": self.code,
            "fbtrace_id": "AEmulatorTrace",
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient is not None:
            error["is_transient"] = self.transient
        return JSONResponse({"error": error}, self.status)


class UploadError(GraphError):
    """An error answer of an upload."""

    def __init__(
        self, message: str, upload_type: str = "ProcessingFailedError", *, transient: bool = False
    ) -> None:
        super().__init__(100, message, transient=transient)
        self.upload_type = upload_type


def dead_token(subcode: int) -> GraphError:
    """Return the error for a token that is no longer valid; the subcode gives the reason."""
    message = f"Error validating access token: {DEAD_TOKEN_MESSAGES[subcode]}"
    return GraphError(190, message, subcode)


def unreadable_token() -> GraphError:
    """Return the error for a token that is unknown or belongs to the other login type's host."""
    return GraphError(190, "Invalid OAuth access token - Cannot parse access token")


def permission_missing(scope: str) -> GraphError:
    """Return the error for a scope that was declined or revoked."""
    message = f"(#10) Application does not have permission for this action ({scope})"
    return GraphError(10, message, status=403)


def unknown_object(object_id: str, method: str = "GET") -> GraphError:
    """Return the error for an object that does not exist or is not visible to the token."""
    message = f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist"
    return GraphError(100, message, 33)


def unsupported_method(method: str) -> GraphError:
    """Return the error for a method that the node or edge does not support.

    An app with Standard Access gets the same answer for accounts without a role on the app.
    """
    return GraphError(100, f"Unsupported request - method type: {method.lower()}")


def bad_parameter(message: str) -> GraphError:
    """Return the error for an invalid or missing parameter."""
    return GraphError(100, f"(#100) {message}")


def media_not_fetched() -> GraphError:
    """Return the error for a media URL that gives no usable image or video."""
    return GraphError(9004, "Only photo or video can be accepted as media type.", 2207052)
