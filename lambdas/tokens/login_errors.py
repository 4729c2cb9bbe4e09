"""What errors of the Graph API during a login mean for the account owner who logs in."""

from __future__ import annotations

from lambdas.graph.errors import (
    Blocked,
    ErrorReason,
    ErrorScope,
    GraphError,
    PermissionMissing,
    RequestRefused,
    RetryLater,
    StartAgain,
)
from lambdas.tokens.connect_failed import ALLOW_ALL, ConnectFailed, Explanation, passing_failure

# "Unsupported request": with Standard Access this is Meta's whole answer for accounts without a
# role on the app.
UNSUPPORTED = 100
ASK_OPERATOR = (
    "If this happens again, ask the site operator to run `make check-connection`, which compares "
    "the settings with Meta's."
)
# The account's owner has to confirm who they are.
OWNER_SUBCODES = (459, 464, 490)

REASONS = {
    ErrorReason.ADDRESS_NOT_ALLOWED: Explanation(
        "address_not_allowed",
        "The app takes no calls from this site's server",
        (
            "The app's settings list the addresses that may call, and the server's is not there.",
            "Site operator: empty the server allow list in the app dashboard (App settings, "
            "Advanced): this site has no fixed address.",
        ),
    ),
    ErrorReason.VERSION_RETIRED: Explanation(
        "version_retired",
        "This site uses a version of the API that was switched off",
        ("Site operator: set `graph_version` of the stage to a newer version, and deploy.",),
    ),
    ErrorReason.PROOF_REQUIRED: Explanation(
        "proof_required",
        "The app demands a proof that this site does not send",
        (
            "The app's setting Require App Secret is switched on.",
            "Site operator: set `prove_app_secret` of the stage to true and deploy, or switch "
            "Require App Secret off in the app dashboard (App settings, Advanced).",
        ),
    ),
    ErrorReason.PROOF_INVALID: Explanation(
        "app_secret_wrong",
        "The app secret of this site is wrong",
        (
            "Meta compared the proof with the app's secret, and they differ.",
            "Site operator: copy the app secret from the app dashboard into the app secret of "
            "this site.",
        ),
    ),
    ErrorReason.APP_CREDENTIALS_WRONG: Explanation(
        "app_secret_wrong",
        "Meta does not accept this site's app",
        (
            "The app id or the app secret is wrong.",
            "Site operator: compare both with the app dashboard, and put them into the app secret "
            "of this site.",
        ),
    ),
    ErrorReason.API_DEACTIVATED: Explanation(
        "api_deactivated",
        "Meta has deactivated this site's app",
        (
            "No account can be connected until the app is active again.",
            "Site operator: open the app dashboard, read the alerts there, and reactivate the app.",
        ),
    ),
    ErrorReason.REDIRECT_MISMATCH: Explanation(
        "redirect_mismatch",
        "The redirect address does not match",
        (
            "Meta compares this site's address with the one in the app's settings, character by "
            "character.",
            "Site operator: run `make check-connection` and copy the redirect address it prints "
            "into the app dashboard.",
        ),
    ),
    ErrorReason.EXCHANGE_REFUSED: Explanation(
        "exchange_refused",
        "Meta did not exchange the login for a token",
        (
            "Usually the app and the login do not belong together: the id and secret of the "
            "Instagram app and those of the Meta app are different.",
            "Site operator: run `make check-connection`, and compare app id, app secret and login "
            "type with the app dashboard.",
        ),
    ),
}


def failure_of(error: GraphError) -> ConnectFailed:
    """Return what an error of a login means for the account owner."""
    if error.reason in REASONS:
        return REASONS[error.reason].error()
    if isinstance(error, RetryLater):
        return passing_failure()
    exchanging = error.cause.edge in ("oauth/access_token", "access_token")
    if isinstance(error, StartAgain) or (
        exchanging and isinstance(error, RequestRefused) and error.scope is not ErrorScope.APP
    ):
        return ConnectFailed(
            "code_refused",
            "Instagram did not accept the login",
            "The login's code was used before, or it belongs to another app or address.",
            f"Start again. {ASK_OPERATOR}",
        )
    if isinstance(error, PermissionMissing) and error.cause.code is None:
        return ConnectFailed(
            "refused_without_reason",
            "A call was refused without a reason",
            f"The answer to `{error.cause.edge}` was not one of Meta's. A firewall or a proxy on "
            "the way may have refused it.",
            f"Start again in a few minutes. {ASK_OPERATOR}",
        )
    if isinstance(error, Blocked) or error.cause.subcode in OWNER_SUBCODES:
        return ConnectFailed(
            "owner_needed",
            "Instagram asks for its owner's attention",
            f"Instagram's reason: {error.meaning}.",
            "Account owner: open the Instagram app, or with the Facebook login Facebook, follow "
            "what it asks for, and start again.",
        )
    if isinstance(error, PermissionMissing):
        named = f" ({error.permission})" if error.permission else ""
        return ConnectFailed(
            "permission_missing",
            f"A permission is missing{named}",
            f"The call `{error.cause.edge}` was refused because of it.",
            ALLOW_ALL,
        )
    if isinstance(error, RequestRefused) and error.cause.code == UNSUPPORTED:
        return ConnectFailed(
            "standard_access",
            "The app may not use this account yet",
            f"Instagram accepted the login but refused the first call ({error.cause.edge}). An "
            "app with Standard Access can use only accounts that have a role on it.",
            "Site operator: add the account as an Instagram tester in the app dashboard (App "
            "roles, Roles), or get Advanced Access by App Review.",
            "Account owner: accept the invitation in the Instagram app (Settings, Website "
            "permissions, Tester invites). Then start again.",
        )
    return ConnectFailed(
        "login_failed",
        "The login did not succeed",
        f"Instagram's reason: {error.meaning or 'none given'}.",
        f"Start again in a few minutes. {ASK_OPERATOR}",
    )
