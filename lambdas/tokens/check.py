"""The questions that everybody has who connects an account: which app calls, whose account is it, which Page, which permissions; and
what else may be wrong. Each answer is a line: fine, or what is wrong and where to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.graph.client import Graph
from lambdas.graph.errors import GraphError, PermissionMissing, ReconnectRequired, RequestRefused
from lambdas.graph.login import TokenInfo
from lambdas.graph.version import version_warning
from lambdas.kit.clock import Clock
from lambdas.storage.accounts.token_record import TokenRecord, TokenSecrets
from lambdas.tokens.connect_failed import UNSUPPORTED
from lambdas.tokens.permissions import missing_scopes

DASHBOARD = "https://developers.facebook.com/apps"
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """One answer. `ok` is None where the API does not tell, and a person has to look."""

    question: str
    ok: bool | None
    answer: str
    fix: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As operators see it."""
        told = {"question": self.question, "ok": self.ok, "answer": self.answer}
        return told | ({"fix": self.fix} if self.fix else {})

    def to_text(self) -> str:
        """As a terminal shows it."""
        mark = {True: "ok   ", False: "WRONG", None: "look "}[self.ok]
        return f"{mark}  {self.question}: {self.answer}" + (
            f"\n       -> {self.fix}" if self.fix else ""
        )


@dataclass(frozen=True)
class Subject:
    """What is checked: the tokens, and what is known of them (a bare token has no times)."""

    login_type: str
    secrets: TokenSecrets
    account_id: str | None = None
    app_id: str | None = None
    page_id: str | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: TokenRecord, secrets: TokenSecrets) -> Subject:
        """A connected account."""
        return cls(
            record.login_type,
            secrets,
            record.account_id,
            record.app_id,
            record.page_id,
            record.issued_at,
            record.expires_at,
            record.data_access_expires_at,
            record.scopes,
        )


class ConnectionCheck:
    """Asks Meta about one connection; `graph` is the client of its login type with the app's credentials."""

    def __init__(
        self,
        graph: Graph,
        subject: Subject,
        redirect_uri: str,
        capabilities: tuple[str, ...],
        clock: Clock,
    ) -> None:
        self._graph = graph
        self._subject = subject
        self._redirect_uri = redirect_uri
        self._capabilities = capabilities
        self._clock = clock
        self._facebook = subject.login_type == "facebook"
        self._user_token = subject.secrets.renewal or subject.secrets.token

    def lines(self) -> list[Line]:
        """All answers, in the order in which one would mend things."""
        info = self._info()
        first = [self._app(info), self._account(), self._page(), *self._permissions(info)]
        return [*first, self._redirect(), self._mode(), *self._times(info), self._version()]

    def _info(self) -> TokenInfo | GraphError | None:
        if not self._facebook:
            # Whether Meta inspects tokens of the Instagram login is documented nowhere.
            return None
        try:
            return self._graph.login.debug_token(self._user_token)
        except GraphError as error:
            return error

    def _app(self, info: TokenInfo | GraphError | None) -> Line:
        question, ours = "Which app is calling", self._graph.app_id
        if isinstance(info, GraphError):
            fix = f"Compare app id and app secret with the dashboard ({DASHBOARD}, Settings, Basic) and put both into the app secret."
            return Line(
                question, False, f"Meta does not accept the app {ours}: {info.meaning}", fix
            )
        theirs = (info.app_id if info else self._subject.app_id) or ours
        if theirs != ours:
            return Line(
                question,
                False,
                f"the token is of app {theirs}, this site is app {ours}",
                "Connect the account again.",
            )
        if info is None:
            fix = f"Meta does not tell whose a token of this login is: compare id and secret with {DASHBOARD}, Instagram, API setup."
            return Line(
                question,
                None,
                f"app {ours} by this site's own settings, with the Instagram login",
                fix,
            )
        return Line(question, True, f"app {ours}, with the Facebook login")

    def _account(self) -> Line:
        question = "Which professional account is authorised"
        account = self._graph.account(self._subject.account_id or "me", self._subject.secrets.token)
        try:
            if self._facebook and not self._subject.account_id:
                return Line(
                    question, None, "a person's token: see the Pages below for their accounts"
                )
            profile = account.library.profile()
        except ReconnectRequired as error:
            return Line(question, False, f"none: {error.meaning}", "Connect the account again.")
        except PermissionMissing as error:
            fix = "Connect the account again and leave everything switched on; with the Facebook login data access may have lapsed, too."
            return Line(
                question,
                False,
                f"the call `{error.cause.edge}` is not allowed (code {error.cause.code}): {error.meaning}",
                fix,
            )
        except RequestRefused as error:
            if error.cause.code != UNSUPPORTED:
                told = f"the call `{error.cause.edge}` was refused (code {error.cause.code}): {error.meaning}"
                return Line(question, False, told, f"Look into the app's settings: {DASHBOARD}.")
            fix = "Give the account a role on the app (Instagram tester), or get Advanced Access by App Review."
            return Line(
                question,
                False,
                f"the call `{error.cause.edge}` was refused (code {error.cause.code})",
                fix,
            )
        except GraphError as error:
            return Line(
                question,
                None,
                f"Meta did not answer: {error.meaning}",
                "Try again in a few minutes.",
            )
        if profile.is_professional is False:
            fix = "In the Instagram app, switch to a professional account; it is free."
            return Line(question, False, f"@{profile.username}, a personal account", fix)
        kind = f", {profile.account_type.lower()}" if profile.account_type else ""
        return Line(question, True, f"@{profile.username} ({profile.user_id}{kind})")

    def _page(self) -> Line:
        question = "Which Page is linked"
        if not self._facebook:
            return Line(question, True, "none, and the Instagram login needs none")
        try:
            pages = self._graph.account("me", self._user_token).pages.shared()
        except GraphError as error:
            return Line(
                question,
                False,
                f"the Pages cannot be read: {error.meaning}",
                "Connect the account again.",
            )
        mine = [
            page
            for page in pages
            if page.instagram_id and self._subject.account_id in (None, page.instagram_id)
        ]
        if mine:
            return Line(
                question,
                True,
                ", ".join(
                    f"{page.name} ({page.id}) with account {page.instagram_id}" for page in mine
                ),
            )
        shared = ", ".join(page.name or page.id for page in pages) or "none"
        fix = "Link the account to a Page (Instagram app: Edit profile, Page), tick that Page in the dialog, and connect again."
        return Line(question, False, f"none of those shared ({shared}) has this account", fix)

    def _permissions(self, info: TokenInfo | GraphError | None) -> Iterator[Line]:
        question = "Which permissions are granted"
        granted = info.scopes if isinstance(info, TokenInfo) else self._subject.scopes
        if not granted:
            yield Line(
                question,
                None,
                "Meta does not tell; the login said nothing of it",
                "Connect the account again to see them.",
            )
            return
        yield Line(question, True, ", ".join(sorted(granted)))
        for capability, scopes in missing_scopes(
            self._graph.login_type, self._capabilities, granted
        ).items():
            fix = "Connect the account again and leave this permission switched on in the dialog."
            yield Line(f"Feature {capability}", False, f"lacks {', '.join(scopes)}", fix)

    def _redirect(self) -> Line:
        question = "Redirect address"
        if not self._redirect_uri.startswith(("https://", "http://localhost")):
            return Line(
                question,
                False,
                f"{self._redirect_uri} is neither https nor localhost",
                "Give the stage a domain, or a public_url with https.",
            )
        return Line(
            question,
            None,
            self._redirect_uri,
            "It must stand in the app's dashboard letter by letter; the API does not tell.",
        )

    def _mode(self) -> Line:
        fix = f"{DASHBOARD}: the switch at the top must say Live, or the account must have a role on the app. Webhooks need Live in any case."
        return Line("App mode", None, "the API does not tell", fix)

    def _times(self, info: TokenInfo | GraphError | None) -> Iterator[Line]:
        now, subject = self._clock.now(), self._subject
        told = info if isinstance(info, TokenInfo) else None
        issued, expires = (
            (told.issued_at if told else None) or subject.issued_at,
            (told.expires_at if told else None) or subject.expires_at,
        )
        if told and not told.is_valid:
            yield Line(
                "Token",
                False,
                f"not valid (subcode {told.error_subcode})",
                "Connect the account again.",
            )
        yield Line(
            "Token age",
            True if issued else None,
            f"{(now - issued).days} days" if issued else "not known",
        )
        yield _ending(
            "Token expiry",
            expires,
            now,
            "It is refreshed by itself; if not, see token-expires-soon in docs/operations.md.",
        )
        if self._facebook:
            lapses = (
                told.data_access_expires_at if told else None
            ) or subject.data_access_expires_at
            yield _ending(
                "Data access expiry",
                lapses,
                now,
                "Only a new login of the person renews it: connect the account again.",
            )

    def _version(self) -> Line:
        warning = version_warning(self._graph.version, self._clock.now().date())
        fix = "Set graph_version of the stage to a newer one and deploy."
        return Line(
            "API version", warning is None, warning or self._graph.version, fix if warning else None
        )


def _ending(question: str, end: datetime | None, now: datetime, fix: str) -> Line:
    if end is None:
        return Line(question, None, "no date is known")
    if end <= now:
        return Line(question, False, f"{end:%Y-%m-%d}: over", "Connect the account again.")
    soon = end - now < SOON
    return Line(
        question, not soon, f"{end:%Y-%m-%d}, in {(end - now).days} days", fix if soon else None
    )
