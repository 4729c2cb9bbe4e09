"""The emulator: it answers requests to all of Meta's hosts from its state."""

from __future__ import annotations

import hashlib
import hmac

from local.graph import app_subscriptions, batch, debug_token, nodes, oauth, uploads
from local.graph.call import Call
from local.graph.errors import GraphError, bad_parameter, unsupported_method
from local.graph.fetch import Fetch, fetch
from local.graph.records import EmulatedAccount
from local.graph.request import GraphRequest
from local.graph.rising_usage import APP
from local.graph.state import EmulatorState
from local.graph.tokens import EmulatedToken, LoginType

INSTAGRAM, FACEBOOK = LoginType.INSTAGRAM, LoginType.FACEBOOK
# Parameters that were removed from every version in 2026-10.
REMOVED_PARAMETERS = ("pretty", "debug", "date_format", "ids")
TOO_MANY_CALLS = "There have been too many calls to this account."


class Emulator:
    """Answers requests, except for the consent dialog."""

    def __init__(self, address: str, fetch: Fetch = fetch) -> None:
        self.emulator_state = EmulatorState()
        self._address = address
        self._fetch = fetch

    def answer(self, request: GraphRequest) -> object:
        """Return the answer, ready to be encoded as JSON. Raises GraphError."""
        if request.host == "api.instagram.com":
            if (request.method, request.path) != ("POST", ("oauth", "access_token")):
                raise GraphError(400, "Unsupported request")
            return oauth.exchange_code(self.emulator_state, request.body, INSTAGRAM)
        if request.host == "rupload.facebook.com":
            return uploads.answer(self.emulator_state, request, self._fetch)
        if request.host == INSTAGRAM.data_host:
            return self._instagram(request)
        return self._facebook(request)

    def _instagram(self, request: GraphRequest) -> object:
        state = self.emulator_state
        if request.path == ("refresh_access_token",):
            _only_get(request)
            return oauth.refresh(state, request.query)
        if request.path == ("access_token",):
            _only_get(request)
            return oauth.exchange_token(state, request.query, INSTAGRAM)
        return nodes.answer(self._call(request))

    def _facebook(self, request: GraphRequest) -> object:
        state, path = self.emulator_state, request.path
        if path == ("oauth", "access_token"):
            _only_get(request)
            if request.query.get("grant_type") == "fb_exchange_token":
                return oauth.exchange_token(state, request.query, FACEBOOK)
            return oauth.exchange_code(state, request.query, FACEBOOK)
        if path == ("debug_token",):
            _only_get(request)
            return debug_token.read(state, request.query)
        if path[1:] == ("subscriptions",) and path[0] in state.apps:
            return app_subscriptions.answer(state, request, self._fetch)
        if not path and request.method == "POST":
            # Each operation of a batch counts as a call, the batch itself does not.
            self._call(request, counts=False)
            return batch.answer(request, self._facebook)
        return nodes.answer(self._call(request))

    def _call(self, request: GraphRequest, *, counts: bool = True) -> Call:
        """Return the request as a call, after the checks that all nodes share."""
        state = self.emulator_state
        if not request.token:
            message = "An active access token must be used to query information"
            raise GraphError(2500, f"{message} about the current user.")
        token = state.token(request.token, request.host)
        self._check_proof(request, token)
        account = state.accounts[token.account_id]
        self._check_throttle(account)
        if counts:
            self._count_call(account)
        for name in REMOVED_PARAMETERS:
            if name in request.query:
                raise bad_parameter(f"The parameter {name} is no longer supported")
        return Call(request, token, account, state, self._address, self._fetch)

    def _check_proof(self, request: GraphRequest, token: EmulatedToken) -> None:
        app, proof = self.emulator_state.apps[token.app_id], request.appsecret_proof
        if proof is None:
            if app.requires_proof:
                message = "API calls from the server require an appsecret_proof argument"
                raise GraphError(100, message)
            return
        expected = hmac.new(app.secret.encode(), token.value.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), proof.encode()):
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument")

    def _check_throttle(self, account: EmulatedAccount) -> None:
        for name in (account.id, "app"):
            code, until = self.emulator_state.throttled.get(name, (None, None))
            if code is not None and (until is None or self.emulator_state.now() < until):
                raise GraphError(code, TOO_MANY_CALLS)

    def _count_call(self, account: EmulatedAccount) -> None:
        """Count a call against the limits that rise. Raises GraphError once one is used up."""
        state = self.emulator_state
        rising = [state.rising[name] for name in (account.id, APP) if name in state.rising]
        blocked = [usage for usage in rising if usage.count(state.now())]
        if blocked:
            raise GraphError(blocked[0].code, TOO_MANY_CALLS)


def _only_get(request: GraphRequest) -> None:
    if request.method != "GET":
        raise unsupported_method(request.method)
