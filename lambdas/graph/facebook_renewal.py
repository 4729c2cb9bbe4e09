"""Renewing the tokens of an account that is reached through a Page."""

from __future__ import annotations

from lambdas.graph.edges import edge_context
from lambdas.graph.errors import (
    Cause,
    GraphError,
    ObjectLag,
    PermissionMissing,
    ReconnectRequired,
    RequestRefused,
)
from lambdas.graph.grant import TokenInfo
from lambdas.graph.pages import Pages
from lambdas.graph.platform import Platform
from lambdas.graph.platform_client import PlatformClient
from lambdas.graph.renewed_token import RenewedToken, TokenToRenew
from lambdas.graph.shared_pages import SharedPages


class FacebookRenewal:
    """One renewal: the person's token is exchanged, and the Page's token is read with it.

    Once the exchange is made it must not be lost. The Page's old token does not
    expire, so it is kept unless Meta says that it, or the permission behind it, is gone.
    """

    def __init__(self, platform: Platform, client: PlatformClient, stored: TokenToRenew) -> None:
        self._platform = platform
        self._client = client
        self._stored = stored

    def renew(self) -> RenewedToken:
        """Return the renewed tokens. Raises errors of the Graph client."""
        client, stored = self._client, self._stored
        old = stored.renewal_token or stored.token
        call = self._platform.refresh(client.app, client.addresses, old)
        grant = client.exchange(call, old, stored.account_id)
        info = self._info(grant.token)
        left = info.expires_at - client.now() if info and info.expires_at else None
        return RenewedToken(
            token=self._page_token(grant.token, info),
            renewal_token=grant.token,
            expires_in=grant.expires_in or left,
            scopes=info.scopes if info else (),
            data_access_expires_at=info.data_access_expires_at if info else None,
        )

    def _info(self, token: str) -> TokenInfo | None:
        try:
            info = self._client.debug_token(token)
        except ReconnectRequired:
            raise
        except GraphError:
            return None
        required = self._platform.required_scopes
        missing = [scope for scope in required if info.scopes and scope not in info.scopes]
        cause = Cause(200, subcode=info.error_subcode, edge="debug_token")
        if not info.is_valid:
            raise ReconnectRequired(cause, "the token is no longer valid")
        if missing:
            raise PermissionMissing(cause, "a permission was revoked", missing[0])
        return info

    def _page_token(self, person_token: str, info: TokenInfo | None) -> str:
        page_id = self._stored.page_id
        if page_id is None:
            return person_token
        pages = SharedPages(edge_context(self._platform, self._client, "me", person_token))
        try:
            token = pages.token_of(page_id) or self._listed_token(pages, page_id)
        except (PermissionMissing, RequestRefused, ObjectLag) as error:
            # The oldest logins lack the permission for the Page itself but may list it.
            return self._token_from_list(pages, page_id, info, error)
        except ReconnectRequired:
            raise
        except GraphError:
            return self._stored.token
        if token is None:
            raise ReconnectRequired(
                Cause(200, edge="page"),
                "the Page is no longer shared with the app, or the person's role on it is gone",
            )
        return token

    def _token_from_list(
        self, pages: SharedPages, page_id: str, info: TokenInfo | None, refusal: GraphError
    ) -> str:
        try:
            token = self._listed_token(pages, page_id)
        except ReconnectRequired:
            raise
        except GraphError:
            token = None
        if token:
            return token
        is_permitted = info is not None and bool(info.scopes)
        if isinstance(refusal, PermissionMissing) and not is_permitted:
            # Meta refuses, and does not say that the permission for posts is still there.
            raise refusal
        return self._stored.token

    def _listed_token(self, pages: Pages, page_id: str) -> str | None:
        return next((page.token for page in pages.listed() if page.id == page_id), None)
