"""Why nothing was connected, in words for the person who logs in."""

from __future__ import annotations

from lambdas.graph.errors import (
    GraphError,
    PermissionMissing,
    RequestRefused,
    RetryLater,
    StartAgain,
)

# "Unsupported request": with Standard Access, all that is told about accounts without a role on the app.
UNSUPPORTED = 100


class ConnectFailed(Exception):
    """Nothing was connected, and nothing that was connected before is worse for it. `advice` says what to do, step by step."""

    def __init__(self, code: str, title: str, *advice: str, passing: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.title = title
        self.advice = advice
        self.passing = passing


def basic_missing() -> ConnectFailed:
    """The permission without which nothing works was not given."""
    return ConnectFailed(
        "permission_missing",
        "The permission to see the account's posts was not given",
        "Begin again, and leave the permissions in the dialog switched on: without this one nothing can work.",
    )


def passing() -> ConnectFailed:
    """Meta does not answer."""
    return ConnectFailed(
        "instagram_unavailable",
        "Instagram does not answer at the moment",
        "Nothing was changed.",
        "Begin again in a few minutes.",
        passing=True,
    )


def failure_of(error: GraphError) -> ConnectFailed:
    """What an error of a login means for the person who logs in."""
    exchanging = error.cause.edge in ("oauth/access_token", "access_token")
    if isinstance(error, RetryLater):
        return passing()
    if isinstance(error, StartAgain) or (exchanging and isinstance(error, RequestRefused)):
        return ConnectFailed(
            "code_refused",
            "Instagram did not accept the login",
            "The code was used already, or it belongs to another app or another address.",
            "Begin again. If it happens again, whoever runs this site should run `make check-connection`: app id, app secret or redirect "
            "address do not fit together.",
        )
    if isinstance(error, PermissionMissing):
        return basic_missing()
    if isinstance(error, RequestRefused) and error.cause.code == UNSUPPORTED:
        return ConnectFailed(
            "standard_access",
            "The app may not use this account yet",
            f"Instagram accepted the login but refused the first call ({error.cause.edge}). That is how an app with Standard Access "
            "looks to accounts without a role on it.",
            "Either add the account as an Instagram tester (App dashboard, App roles, Roles; then accept the invitation in the Instagram "
            "app under Settings, Website permissions, Tester invites), or get Advanced Access by App Review.",
            "Then begin again.",
        )
    return ConnectFailed(
        "login_failed",
        "The login did not work",
        f"Instagram's reason: {error.meaning or 'none given'}.",
        "Begin again in a few minutes; if it happens again, whoever runs this site should run `make check-connection`.",
    )
