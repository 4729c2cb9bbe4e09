"""The Instagram client. It gets tokens, a transport and a clock, and knows nothing of AWS.

    app, addresses = AppCredentials(app_id, secret), Addresses("v25.0")
    dependencies = ClientDependencies(RequestsTransport(), clock, log)
    graph = Graph(platform_of(LoginType.INSTAGRAM), app, addresses, dependencies)
    account = graph.account(account_id, token)
    for media in account.library.media(since, until):
        numbers = account.insights.of_media(media)
    container = account.publishing.create_image(
        "https://photos.example.com/a.jpg", caption="Hello"
    )
    if account.publishing.status(container).state is ContainerState.FINISHED:
        media_id = account.publishing.publish(container)
    account.comments.reply(comment_id, "Thank you!")

Every call raises an error of `lambdas.graph.errors`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from lambdas.graph.addresses import GRAPH_FACEBOOK, Addresses
from lambdas.graph.app_credentials import AppCredentials, appsecret_proof
from lambdas.graph.app_subscriptions import AppSubscriptions
from lambdas.graph.batches import Batches
from lambdas.graph.budget import STOP_FROM, Budget, BudgetStore, MemoryBudgetStore
from lambdas.graph.call import Call, ClientDependencies
from lambdas.graph.caller import Caller, fingerprint
from lambdas.graph.coalescing import CoalescingStore, RequestCoalescer
from lambdas.graph.comments import Comments
from lambdas.graph.discovery import Discovery
from lambdas.graph.edges import EdgeContext, edge_context
from lambdas.graph.found_account import AccountSearch, FoundAccounts
from lambdas.graph.grant import Grant, TokenInfo, grant_of, token_info_of
from lambdas.graph.insights import Insights
from lambdas.graph.library import Library
from lambdas.graph.login import Login
from lambdas.graph.messages import Messages
from lambdas.graph.metric_sets import LearnedRefusals
from lambdas.graph.numbered_library import NumberedLibrary
from lambdas.graph.platform import Platform
from lambdas.graph.profile import Profile
from lambdas.graph.publishing import Publishing
from lambdas.graph.renewed_token import RenewedToken, TokenToRenew
from lambdas.graph.shared_pages import SharedPages
from lambdas.graph.subscriptions import Subscriptions
from lambdas.graph.verb import Verb
from lambdas.graph.version import version_warning


class Account:
    """All that can be done for one account."""

    def __init__(self, context: EdgeContext, learned: LearnedRefusals) -> None:
        self.id = context.account_id
        self.library = Library(context)
        self.insights = Insights(context, learned)
        self.numbered = NumberedLibrary(context, learned)
        self.publishing = Publishing(context)
        self.comments = Comments(context)
        self.messages = Messages(context)
        self.pages = SharedPages(context)
        self.subscriptions = Subscriptions(context)
        self.discovery = Discovery(context)
        self.batches = Batches(context)

    def __repr__(self) -> str:
        return f"Account({self.id})"


@dataclass(frozen=True, eq=False)
class Graph:
    """One app on one platform. Its accounts share the app's budget and the reads that run.

    `prove_secret` sends `appsecret_proof` with every call of an account, for apps that demand it
    (see SecretProofRequired); the app secret must then be known.
    """

    platform: Platform
    app: AppCredentials
    addresses: Addresses
    dependencies: ClientDependencies = field(repr=False)
    budget: BudgetStore | None = field(default=None, repr=False)
    reads: CoalescingStore | None = field(default=None, repr=False)
    prove_secret: bool = False
    max_usage: float = STOP_FROM
    """The percentage of a limit from which this client makes no calls."""

    def __post_init__(self) -> None:
        version, deps = self.addresses.version, self.dependencies
        warning = version_warning(version, deps.clock.now().date())
        if warning:
            deps.count("GraphVersionEnding")
            deps.log.warning(warning, extra={"version": version})

    @property
    def app_id(self) -> str:
        """The id of the app that calls."""
        return self.app.id

    @property
    def version(self) -> str:
        """The version of the API, such as `v25.0`."""
        return self.addresses.version

    @property
    def login_type(self) -> Platform:
        """The platform, under the name that callers used before there was `platform`."""
        return self.platform

    @property
    def login(self) -> Login:
        """The login of the app."""
        return Login(self.platform, self)

    @property
    def app_subscriptions(self) -> AppSubscriptions:
        """The webhooks of the app itself."""
        caller = self.caller(f"app {self.app.id}", self.app.token)
        return AppSubscriptions(self.addresses, caller, self.app)

    def account(
        self, account_id: str, token: str, learned: LearnedRefusals | None = None
    ) -> Account:
        """Return an account, with the token that belongs to it.

        `learned` is what is known about its refused metrics, instead of what this client has seen.
        """
        context = edge_context(self.platform, self, account_id, token)
        return Account(context, learned or self._learned)

    def find_accounts(self, search: AccountSearch) -> FoundAccounts:
        """Return the accounts that a token gives access to, with the tokens to store.

        Raises NoUsableAccount if there is none, and errors of the tree.
        """
        return self.platform.find_accounts(self, search)

    def renew(self, stored: TokenToRenew) -> RenewedToken:
        """Return tokens that live on. On an error the old ones are as good as before."""
        return self.platform.renew(self, stored)

    def profile_of_token(self, token: str) -> Profile | None:
        """Return the account that a token belongs to; None if tokens belong to a person."""
        return self.platform.profile_of_token(self, token)

    def inspect(self, token: str) -> TokenInfo | None:
        """Return what Meta says of a token; None if the platform documents no way to ask."""
        return self.platform.inspect(self, token)

    def revoke(self, token: str) -> bool:
        """Revoke the app's permissions; return False if only the account owner can.

        The owner does so at `platform.manual_revocation`.
        """
        return self.platform.revoke(self, token)

    # What a platform needs of its client.

    def now(self) -> datetime:
        """Return the current time."""
        return self.dependencies.clock.now()

    def caller(self, account_id: str, token: str, latest_end: datetime | None = None) -> Caller:
        """Return a caller for an account, whose calls end at `latest_end`."""
        # `me` is the account of the token: its limits are the token's.
        limit = fingerprint(token) if account_id == "me" else account_id
        budget = Budget(self._budget, self.app.id, limit, self.dependencies.rng, self.max_usage)
        return Caller(
            dependencies=self.dependencies,
            budget=budget,
            coalescer=self._coalescer,
            account_id=account_id,
            token=token,
            version=self.version,
            latest_end=latest_end,
        )

    def proof(self, token: str) -> Mapping[str, str]:
        """Return the query fields that prove the app secret; none unless the app demands it."""
        if not self.prove_secret or not self.app.secret:
            return {}
        return {"appsecret_proof": appsecret_proof(self.app.secret, token)}

    def exchange(
        self, call: Call, secret: str, account_id: str = "", latest_end: datetime | None = None
    ) -> Grant:
        """Make an exchange, counted against the account's limits or else the secret's own."""
        name = account_id or _limit_of(secret)
        return grant_of(self.caller(name, "", latest_end).call(call), call.edge)

    def debug_token(self, token: str, latest_end: datetime | None = None) -> TokenInfo:
        """Return what Meta says of a token; documented for tokens of the Facebook login."""
        url = self.addresses.of(GRAPH_FACEBOOK, "debug_token")
        secrets = {"input_token": token, "access_token": self.app.token}
        call = Call("GET", url, "debug_token", secret_query=secrets, verb=Verb.APP)
        return token_info_of(self.caller(_limit_of(token), "", latest_end).call(call))

    @cached_property
    def _budget(self) -> BudgetStore:
        return self.budget or MemoryBudgetStore()

    @cached_property
    def _coalescer(self) -> RequestCoalescer:
        return RequestCoalescer(self.reads)

    @cached_property
    def _learned(self) -> LearnedRefusals:
        return LearnedRefusals()


def _limit_of(secret: str) -> str:
    """Return the name of the limits that a token or code has for itself."""
    return f"login {fingerprint(secret)}"
