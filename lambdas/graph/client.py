"""The Instagram client. It is handed tokens, a transport and a clock, and knows nothing of AWS.

    graph = Graph(INSTAGRAM, AppCredentials(app_id, secret), Addresses("v25.0"), Surroundings(RequestsTransport(), clock, log))
    account = graph.account(account_id, token)
    for media in account.library.media(since, until):
        numbers = account.insights.of_media(media)
    container = account.publishing.create_image("https://photos.example.com/a.jpg", caption="Hello")
    if account.publishing.status(container).state is ContainerState.FINISHED:
        media_id = account.publishing.publish(container)
    account.comments.reply(comment_id, "Thank you!")

Every call raises an error of `lambdas.graph.errors`, and nothing else.
"""

from __future__ import annotations

from lambdas.graph.budget import Budget, BudgetStore, MemoryBudgetStore
from lambdas.graph.call import ClientDependencies
from lambdas.graph.caller import Caller, fingerprint
from lambdas.graph.coalescing import CoalescingStore, RequestCoalescer
from lambdas.graph.comments import Comments
from lambdas.graph.discovery import Batches, Discovery
from lambdas.graph.insights import Insights, LearnedRefusals
from lambdas.graph.library import Library
from lambdas.graph.login import AppCredentials, Login, appsecret_proof
from lambdas.graph.login_type import Addresses, LoginType
from lambdas.graph.pages import Pages
from lambdas.graph.publishing import Publishing
from lambdas.graph.subscriptions import AppSubscriptions, Subscriptions
from lambdas.graph.version import version_warning


class Account:
    """All that can be done for one account."""

    def __init__(
        self,
        login_type: LoginType,
        addresses: Addresses,
        caller: Caller,
        account_id: str,
        proof: str | None,
        learned: LearnedRefusals,
    ) -> None:
        parts = (login_type, addresses, caller, account_id, proof)
        self.id = account_id
        self.library = Library(*parts)
        self.insights = Insights(*parts, learned)
        self.publishing = Publishing(*parts)
        self.comments = Comments(*parts)
        self.pages = Pages(*parts)
        self.subscriptions = Subscriptions(*parts)
        self.discovery = Discovery(*parts)
        self.batches = Batches(*parts)

    def __repr__(self) -> str:
        return f"Account({self.id})"


class Graph:
    """One app in one login type. Its accounts share the budget of the app and the reads that run."""

    def __init__(
        self,
        login_type: LoginType,
        app: AppCredentials,
        addresses: Addresses,
        dependencies: ClientDependencies,
        budget: BudgetStore | None = None,
        reads: CoalescingStore | None = None,
        *,
        prove_secret: bool = False,
    ) -> None:
        self.login_type = login_type
        self._app = app
        self._addresses = addresses
        self._deps = dependencies
        self._budget = budget or MemoryBudgetStore()
        self._reads = RequestCoalescer(reads)
        self._prove_secret = prove_secret
        self._learned = LearnedRefusals()
        warning = version_warning(addresses.version, dependencies.clock.now().date())
        if warning:
            dependencies.count("GraphVersionEnding")
            dependencies.log.warning(warning, extra={"version": addresses.version})

    @property
    def app_id(self) -> str:
        """The id of the app that calls."""
        return self._app.id

    @property
    def version(self) -> str:
        """The version of the API that is called, such as `v25.0`."""
        return self._addresses.version

    @property
    def login(self) -> Login:
        """The login of the app."""
        return Login(self.login_type, self._app, self._addresses, self._login_caller)

    def _login_caller(self, secret: str, account_id: str) -> Caller:
        return self._caller(account_id or f"login {fingerprint(secret)}", "")

    @property
    def app_subscriptions(self) -> AppSubscriptions:
        """The webhooks of the app itself."""
        return AppSubscriptions(
            self._addresses, self._caller(f"app {self._app.id}", self._app.token), self._app
        )

    def account(self, account_id: str, token: str) -> Account:
        """An account, with the token that speaks for it."""
        proof = (
            appsecret_proof(self._app.secret, token)
            if self._prove_secret and self._app.secret
            else None
        )
        return Account(
            self.login_type,
            self._addresses,
            self._caller(account_id, token),
            account_id,
            proof,
            self._learned,
        )

    def _caller(self, account_id: str, token: str) -> Caller:
        # `me` is whoever the token speaks for, so that its limits are the token's.
        limit = fingerprint(token) if account_id == "me" else account_id
        budget = Budget(self._budget, self._app.id, limit, self._deps.rng)
        return Caller(self._deps, budget, self._reads, account_id, token, self._addresses.version)
