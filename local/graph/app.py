"""The emulator as an ASGI application. The first part of the path is one of Meta's hosts."""

from __future__ import annotations

import asyncio
import json

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph import arrivals, consent
from local.graph.control import control
from local.graph.drawing import draw
from local.graph.emulator import Emulator
from local.graph.errors import GraphError
from local.graph.faults import fault_answer, next_fault
from local.graph.fetch import Fetch, fetch
from local.graph.records import Drop
from local.graph.request import GraphRequest, parse_request
from local.graph.rising_usage import APP
from local.graph.timestamps import graph_time
from local.graph.version import served_version

HOSTS = {
    "graph.instagram.com",
    "api.instagram.com",
    "www.instagram.com",
    "graph.facebook.com",
    "www.facebook.com",
    "rupload.facebook.com",
}
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


class Dropped(Exception):
    """The connection is dropped instead of an answer."""


class GraphSite:
    """The request handlers around one emulator."""

    def __init__(self, address: str, fetch: Fetch) -> None:
        self.emulator = Emulator(address, fetch)
        self.state = self.emulator.emulator_state

    async def graph(self, request: Request) -> Response:
        """Answer a request to one of Meta's hosts."""
        host = str(request.path_params["host"])
        if host not in HOSTS:
            error = {"message": f"{host} is not one of Meta's hosts", "code": 0}
            return JSONResponse({"error": error}, 404)
        try:
            parsed = await parse_request(request)
        except GraphError as error:
            return error.answer(host)
        self.state.journal.append(parsed.journal_entry())
        if self.state.latency:
            await asyncio.sleep(self.state.latency)
        if host in consent.LOGIN_TYPES:
            try:
                return consent.answer(self.state, host, request)
            except GraphError as error:
                return error.answer(host)
        answer = await self._answer(parsed)
        answer.headers["facebook-api-version"] = served_version(request.url.path)
        answer.headers.update(self._usage_headers(parsed))
        return answer

    async def _answer(self, request: GraphRequest) -> Response:
        """Return the answer, or what a fault makes of it. Raises Dropped."""
        fault = next_fault(self.state, request)
        is_slow = fault is not None and fault.seconds is not None
        if fault is not None and fault.drop is None and not is_slow:
            return fault_answer(fault, request.host)
        if fault is not None and fault.drop is Drop.BEFORE:
            raise Dropped
        try:
            answer: Response = JSONResponse(await run_in_threadpool(self.emulator.answer, request))
        except GraphError as error:
            answer = error.answer(request.host)
        if fault is not None and fault.seconds is not None:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.drop is Drop.AFTER:
            raise Dropped
        return answer

    def _usage_headers(self, request: GraphRequest) -> dict[str, str]:
        token = self.state.tokens.get(request.token)
        own = self.state.usage_of.get(token.account_id, {}) if token else {}
        names = (APP, token.account_id) if token else (APP,)
        rising = [self.state.rising[name] for name in names if name in self.state.rising]
        headers = {**self.state.usage, **own}
        for usage in rising:
            headers |= usage.headers(self.state.now())
        return headers

    async def read_control(self, request: Request) -> Response:
        """Return the journal, the tokens, what was published, webhooks, or the emulated time."""
        name = request.path_params["name"]
        if name == "journal":
            return JSONResponse(self.state.journal)
        if name == "tokens":
            return JSONResponse(list(self.state.tokens))
        account_id = request.query_params.get("account")
        if name == "published":
            return JSONResponse(arrivals.published(self.state, account_id))
        if name == "deliveries":
            return JSONResponse(self.state.deliveries.rows)
        if name == "containers":
            return JSONResponse(arrivals.containers(self.state, account_id))
        return JSONResponse({"now": graph_time(self.state.now())})

    async def turn_knob(self, request: Request) -> Response:
        """Change the emulator's state."""
        name = request.path_params["name"]
        try:
            body = json.loads(await request.body() or b"{}")
            return JSONResponse(await run_in_threadpool(control, self.state, name, body))
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{name}: {error}"}, 400)

    async def picture(self, request: Request) -> Response:
        """Draw the image of a post."""
        found = self.state.find_media(request.path_params["media_id"])
        if found is None:
            return Response(status_code=404)
        _, media = found
        content = await run_in_threadpool(draw, media.id, media.size)
        return Response(content, media_type="image/jpeg")


def create_app(address: str, fetch: Fetch = fetch) -> Starlette:
    """Return the application. `address` is its own, for the URLs of pictures."""
    site = GraphSite(address, fetch)
    app = Starlette(
        routes=[
            Route("/_control/{name}", site.read_control, methods=["GET"]),
            Route("/_control/{name}", site.turn_knob, methods=["POST"]),
            Route("/scontent.cdninstagram.com/{media_id}.jpg", site.picture),
            Route("/{host}/{path:path}", site.graph, methods=METHODS),
        ]
    )
    app.state.emulator = site.emulator
    return app
