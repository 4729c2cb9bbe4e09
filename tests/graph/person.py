"""A scripted person with Pages, as the Facebook login shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from lambdas.graph.found_account import AccountSearch, FoundAccounts
from lambdas.graph.login_type import LoginType
from lambdas.graph.transport import Request
from tests.graph.scripted import Scripted
from tests.json_types import JsonObject

REQUIRED = ("instagram_basic", "pages_show_list")
ALL_BASE = (*REQUIRED, "pages_read_engagement", "business_management")
Answered = tuple[int, object]
SEARCH = AccountSearch("short", is_short=True)
DOWN = (503, {"error": {"code": 2}})
CLOSED = (403, {"error": {"code": 200}})


def page(number: int, **change: object) -> JsonObject:
    """Return a Page that is linked to an account, with changes; None removes a field."""
    row = {
        "id": f"p{number}",
        "name": f"Page {number}",
        "access_token": f"page-token-{number}",
        "instagram_business_account": {"id": f"1784{number}"},
        **change,
    }
    return {name: value for name, value in row.items() if value is not None}


@dataclass
class Person:
    """What the person granted and shared; `failing` answers paths that contain a text."""

    pages: list[JsonObject] = field(default_factory=lambda: [page(1)])
    scopes: tuple[str, ...] = ALL_BASE
    business_pages: list[JsonObject] = field(default_factory=list)
    businesses: int = 1
    failing: dict[str, Answered] = field(default_factory=dict)
    seconds_per_call: float = 0.0
    info: JsonObject = field(default_factory=dict)

    def client(self) -> Scripted:
        """Return a client of this person's Facebook."""
        self.scripted = Scripted(self._answer, LoginType.FACEBOOK)
        return self.scripted

    def _answer(self, request: Request) -> Answered:
        self.scripted._sleep(self.seconds_per_call)
        path = request.url.partition("/v25.0/")[2]
        failing = [answer for part, answer in self.failing.items() if part in path]
        if failing:
            return failing[0]
        if path == "oauth/access_token":
            return 200, {"access_token": "person-token", "expires_in": 5184000}
        if path == "debug_token":
            info = {"is_valid": True, "user_id": "9", "scopes": list(self.scopes), **self.info}
            return 200, {"data": info}
        if path == "me/accounts":
            return self._page_of(self.pages, request)
        if path == "me/businesses":
            return 200, {"data": [{"id": f"b{n}"} for n in range(self.businesses)]}
        if path.endswith(("/owned_pages", "/client_pages")):
            return 200, {"data": self.business_pages if path == "b0/owned_pages" else []}
        by_id = {one["id"]: one for one in (*self.pages, *self.business_pages)}
        if path in by_id:
            return 200, by_id[path]
        return 200, {"id": path, "username": f"user_{path}"}

    def _page_of(self, rows: list[JsonObject], request: Request) -> Answered:
        start, limit = int(request.query.get("after", "0")), int(request.query["limit"])
        body: JsonObject = {"data": rows[start : start + limit]}
        if start + limit < len(rows):
            body["paging"] = {"cursors": {"after": str(start + limit)}, "next": "https://x"}
        return 200, body


def find(person: Person, search: AccountSearch = SEARCH) -> FoundAccounts:
    """Search the accounts of a person."""
    return person.client().graph.find_accounts(search)
