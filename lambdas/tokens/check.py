"""Checks a connection with Meta: app, account, Page, permissions, redirect address, dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lambdas.graph.capability import PlatformFeature
from lambdas.graph.client import Graph
from lambdas.graph.errors import (
    GraphError,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
    RetryLater,
)
from lambdas.graph.grant import TokenInfo
from lambdas.graph.version import version_warning
from lambdas.kit.clock import Clock
from lambdas.kit.login_type import LoginType
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets
from lambdas.tokens.check_line import DASHBOARD, RECONNECT, Line, expiry_line
from lambdas.tokens.login_errors import UNSUPPORTED
from lambdas.tokens.permissions import missing_scopes

ACCOUNT = "Which professional account is authorised"
PAGE = "Which Page is linked"
PERMISSIONS = "Which permissions are granted"
REFRESHED = (
    "The token is refreshed on schedule. If it is not, see token-expires-soon in "
    "docs/operations.md."
)


@dataclass(frozen=True)
class Subject:
    """What is checked: the tokens, and what is known about them (a bare token has no dates)."""

    login_type: LoginType
    secrets: TokenSecrets
    account_id: str | None = None
    app_id: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: TokenRecord, secrets: TokenSecrets) -> Subject:
        """Return the subject of a connected account."""
        return cls(
            login_type=record.login_type,
            secrets=secrets,
            account_id=record.account_id,
            app_id=record.app_id,
            issued_at=record.issued_at,
            expires_at=record.expires_at,
            data_access_expires_at=record.data_access_expires_at,
            scopes=record.scopes,
        )


class ConnectionCheck:
    """Checks one connection. `graph` is the client of its login type, with the app's secret."""

    def __init__(
        self,
        graph: Graph,
        subject: Subject,
        redirect_uri: str,
        capabilities: tuple[str, ...],
        clock: Clock,
    ) -> None:
        self._graph = graph
        self._platform = graph.platform
        self._subject = subject
        self._redirect_uri = redirect_uri
        self._capabilities = capabilities
        self._clock = clock
        # A person's token where accounts are reached through Pages, else the account's.
        self._login_token = subject.secrets.renewal or subject.secrets.token

    def lines(self) -> list[Line]:
        """Return all answers, in the order in which to act on them."""
        info = self._info()
        first = [self._app(info), self._account(), self._page(), *self._permissions(info)]
        return [*first, self._redirect(), self._mode(), *self._times(info), self._version()]

    def _info(self) -> TokenInfo | GraphError | None:
        try:
            return self._graph.inspect(self._login_token)
        except GraphError as error:
            return error

    def _app(self, info: TokenInfo | GraphError | None) -> Line:
        question, ours = "Which app is calling", self._graph.app_id
        label = f"app {ours}, with the {self._platform.label}"
        if isinstance(info, RetryLater):
            answer = f"{label}; Meta did not respond: {info.meaning}"
            return Line(question, None, answer, "Try again in a few minutes.")
        if isinstance(info, GraphError):
            fix = (
                f"Compare app id and app secret with the dashboard ({DASHBOARD}, App settings, "
                "Basic), and put both into the app secret."
            )
            answer = f"Meta does not accept the app {ours}: {info.meaning}"
            return Line(question, False, answer, fix)
        theirs = (info.app_id if info else self._subject.app_id) or ours
        if theirs != ours:
            answer = f"the token belongs to app {theirs}, this site uses app {ours}"
            return Line(question, False, answer, RECONNECT)
        if info is None:
            fix = (
                "Meta does not say which app a token of this login belongs to. Compare id and "
                f"secret with {DASHBOARD}, Instagram, API setup."
            )
            return Line(question, None, f"{label}, according to this site's settings", fix)
        return Line(question, True, label)

    def _account(self) -> Line:
        if self._platform.needs_page and not self._subject.account_id:
            answer = "the token belongs to a person: see the Pages below for the accounts"
            return Line(ACCOUNT, None, answer)
        account_id, token = self._subject.account_id or "me", self._subject.secrets.token
        library = self._graph.account(account_id, token).library
        try:
            profile = library.profile()
            next(iter(library.media()), None)
        except GraphError as error:
            return _refused(error)
        if profile.is_professional is False:
            fix = "Switch to a professional account in the Instagram app; it is free."
            return Line(ACCOUNT, False, f"@{profile.username}, a personal account", fix)
        kind = f", {profile.account_type.lower()}" if profile.account_type else ""
        return Line(ACCOUNT, True, f"@{profile.username} ({profile.user_id}{kind})")

    def _page(self) -> Line:
        if not self._platform.needs_page:
            return Line(PAGE, True, f"none, and the {self._platform.label} needs none")
        try:
            pages = self._graph.account("me", self._login_token).pages.shared()
        except GraphError as error:
            return Line(PAGE, False, f"the Pages cannot be read: {error.meaning}", RECONNECT)
        wanted = (None, *filter(None, [self._subject.account_id]))
        linked = [
            page
            for page in pages
            if page.instagram_id and (len(wanted) == 1 or page.instagram_id in wanted)
        ]
        if linked:
            names = (f"{one.name} ({one.id}) with account {one.instagram_id}" for one in linked)
            return Line(PAGE, True, ", ".join(names))
        shared = ", ".join(page.name or page.id for page in pages) or "none"
        fix = (
            "Link the account to a Page (Instagram app: Edit profile, Page), select that Page in "
            "the login dialog, and connect again."
        )
        return Line(PAGE, False, f"no shared Page ({shared}) is linked to this account", fix)

    def _permissions(self, info: TokenInfo | GraphError | None) -> Iterator[Line]:
        granted = info.scopes if isinstance(info, TokenInfo) else self._subject.scopes
        if not granted:
            answer = "Meta does not say, and neither did the login"
            yield Line(PERMISSIONS, None, answer, f"{RECONNECT} Then they are known.")
            return
        yield Line(PERMISSIONS, True, ", ".join(sorted(granted)))
        fix = f"{RECONNECT} Leave these permissions switched on in the dialog."
        for feature, scopes in missing_scopes(self._platform, self._capabilities, granted).items():
            yield Line(f"Feature {feature}", False, f"lacks {', '.join(scopes)}", fix)

    def _redirect(self) -> Line:
        question, address = "Redirect address", self._redirect_uri
        if not address.startswith(("https://", "http://localhost")):
            fix = "Give the stage a domain, or a public_url with https."
            return Line(question, False, f"{address} is neither https nor localhost", fix)
        fix = "The app's dashboard must contain exactly this address; the API does not say."
        return Line(question, None, address, fix)

    def _mode(self) -> Line:
        fix = (
            f"In {DASHBOARD} the switch at the top must say Live, or the account needs a role on "
            "the app. Webhooks need Live in any case."
        )
        return Line("App mode", None, "the API does not say", fix)

    def _times(self, info: TokenInfo | GraphError | None) -> Iterator[Line]:
        now, known = self._clock.now(), self._subject
        seen = info if isinstance(info, TokenInfo) else None
        issued = (seen.issued_at if seen else None) or known.issued_at
        if seen and not seen.is_valid:
            answer = f"no longer valid (subcode {seen.error_subcode})"
            yield Line("Token", False, answer, RECONNECT)
        age = f"{(now - issued).days} days" if issued else "not known"
        yield Line("Token age", True if issued else None, age)
        expires = (seen.expires_at if seen else None) or known.expires_at
        yield expiry_line("Token expiry", expires, now, REFRESHED)
        if self._platform.offers(PlatformFeature.TOKEN_INSPECTION):
            lapses = (seen.data_access_expires_at if seen else None) or known.data_access_expires_at
            fix = f"Only a new login of the person extends it. {RECONNECT}"
            yield expiry_line("Data access expiry", lapses, now, fix)

    def _version(self) -> Line:
        warning = version_warning(self._graph.version, self._clock.now().date())
        fix = "Set graph_version of the stage to a newer one, and deploy."
        answer = warning or self._graph.version
        return Line("API version", warning is None, answer, fix if warning else None)


def _refused(error: GraphError) -> Line:
    """Return the line about an account that cannot be read, with the call that was refused."""
    call = f"the call `{error.cause.edge}` was refused (code {error.cause.code})"
    if isinstance(error, ReconnectRequired):
        return Line(ACCOUNT, False, f"none: {error.meaning}", RECONNECT)
    if isinstance(error, PermissionMissing):
        fix = (
            f"{RECONNECT} Leave all permissions switched on. With the Facebook login, the consent "
            "to data access may also have lapsed."
        )
        return Line(ACCOUNT, False, f"{call}: {error.meaning}", fix)
    if isinstance(error, RequestRefused) and error.cause.code == UNSUPPORTED:
        fix = (
            "Give the account a role on the app (Instagram tester), or get Advanced Access by App "
            "Review."
        )
        return Line(ACCOUNT, False, call, fix)
    if isinstance(error, RequestRefused):
        return Line(
            ACCOUNT, False, f"{call}: {error.meaning}", f"Check the app's settings: {DASHBOARD}."
        )
    answer = f"Meta did not respond: {error.meaning}"
    return Line(ACCOUNT, None, answer, "Try again in a few minutes.")
