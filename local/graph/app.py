"""The emulator as an ASGI application: all of Meta's hosts by the first part of the path, strict about what they are asked."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.graph import changes, nodes, oauth
from local.graph.answers import Emulator
from local.graph.asked import Asked
from local.graph.changes import Fetch
from local.graph.control import control
from local.graph.drawing import draw
from local.graph.refusal import Refusal
from local.graph.state import EmulatorState, Fault

HOSTS = {
    "graph.instagram.com",
    "api.instagram.com",
    "www.instagram.com",
    "graph.facebook.com",
    "www.facebook.com",
    "rupload.facebook.com",
}
VERSION = re.compile(r"v\d+\.\d+")
USABLE_VERSIONS = [f"v{number}.0" for number in range(21, 27)]


class Dropped(Exception):
    """The connection is cut in place of an answer."""


def create_app(address: str, fetch: Fetch = changes.fetch) -> Starlette:
    """The application; `address` is its own, for the pictures' addresses."""
    emulator = Emulator(address, fetch)

    async def graph(request: Request) -> Response:
        asked = await _asked(request)
        if asked.host not in HOSTS:
            return JSONResponse(
                {"error": {"message": f"{asked.host} is none of Meta's hosts", "code": 0}}, 404
            )
        emulator_state = emulator.emulator_state
        emulator_state.journal.append(
            {
                "method": asked.method,
                "host": asked.host,
                "path": "/".join(asked.path),
                "query": _safe(asked.query),
            }
        )
        if emulator_state.latency:
            await asyncio.sleep(emulator_state.latency)
        if asked.host.startswith("www."):
            try:
                return oauth.authorize(
                    emulator_state,
                    asked.host,
                    asked.query,
                    request.query_params.getlist("granted"),
                    request.query_params.getlist("page"),
                    request.url.path,
                )
            except Refusal as refusal:
                return refusal.answer(asked.host)
        fault = _fault(emulator_state, asked)
        if fault and fault.drop == "before":
            raise Dropped
        try:
            if fault and not fault.drop:
                answer = _faulty(fault, asked.host)
            else:
                answer = JSONResponse(await run_in_threadpool(emulator.answer, asked))
        except Refusal as refusal:
            answer = refusal.answer(asked.host)
        if fault and fault.drop == "after":
            raise Dropped
        answer.headers["facebook-api-version"] = _served(request.url.path)
        token = emulator_state.tokens.get(asked.token)
        for name, value in {
            **emulator_state.usage,
            **emulator_state.usage_of.get(token.account_id if token else "", {}),
        }.items():
            answer.headers[name] = value
        return answer

    async def knob(request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "GET":
            told = {
                "journal": emulator.emulator_state.journal,
                "tokens": list(emulator.emulator_state.tokens),
            }
            return JSONResponse(
                told.get(name, {"now": nodes.graph_time(emulator.emulator_state.now())})
            )
        try:
            body = json.loads(await request.body() or b"{}")
            return JSONResponse(
                await run_in_threadpool(control, emulator.emulator_state, name, body)
            )
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{name}: {error}"}, 400)

    async def picture(request: Request) -> Response:
        found = emulator.emulator_state.find_media(request.path_params["media_id"])
        return (
            Response(
                await run_in_threadpool(draw, found[1].id, found[1].size), media_type="image/jpeg"
            )
            if found
            else Response(status_code=404)
        )

    methods = ["GET", "POST", "DELETE", "PUT", "PATCH"]
    app = Starlette(
        routes=[
            Route("/_control/{name}", knob, methods=["GET", "POST"]),
            Route("/scontent.cdninstagram.com/{media_id}.jpg", picture),
            Route("/{host}/{path:path}", graph, methods=methods),
        ]
    )
    app.state.emulator = emulator
    return app


async def _asked(request: Request) -> Asked:
    host, path = (
        request.path_params["host"],
        [part for part in request.path_params["path"].split("/") if part],
    )
    unversioned = path[1:] in (["access_token"], ["refresh_access_token"])
    if path and VERSION.fullmatch(path[0]) and not unversioned:
        path.pop(0)
    query, form, body, content = dict(request.query_params), {}, None, b""
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            body = json.loads(await request.body() or b"null")
        except ValueError:
            body = None
    elif kind.startswith("application/octet-stream"):
        content = await request.body()
    elif request.method in ("POST", "PUT", "PATCH"):
        form = {
            name: value for name, value in (await request.form()).items() if isinstance(value, str)
        }
    header = request.headers.get("authorization", "")
    bearer = header.removeprefix("Bearer ").removeprefix("OAuth ") if header else ""
    token = bearer or query.get("access_token") or form.get("access_token", "")
    return Asked(
        request.method,
        host,
        tuple(path),
        query,
        form,
        body,
        token,
        str(request.url),
        content,
        dict(request.headers),
    )


def _safe(query: Mapping[str, str]) -> dict[str, str]:
    secret = {
        "access_token",
        "client_secret",
        "fb_exchange_token",
        "input_token",
        "code",
        "appsecret_proof",
    }
    return {name: "***" if name in secret else value for name, value in query.items()}


def _served(path: str) -> str:
    """The version that answers: an unknown or expired one is served as the oldest that is usable."""
    asked = next((part for part in path.split("/") if VERSION.fullmatch(part)), USABLE_VERSIONS[-2])
    return asked if asked in USABLE_VERSIONS else USABLE_VERSIONS[0]


def _fault(emulator_state: EmulatorState, asked: Asked) -> Fault | None:
    token = emulator_state.tokens.get(asked.token)
    for fault in emulator_state.faults:
        fits = fault.path in "/".join(asked.path) and fault.method in (None, asked.method)
        if fault.above_limit is not None:
            limit = asked.query.get("limit", "")
            fits = fits and limit.isdigit() and int(limit) > fault.above_limit
        if fits and (fault.account is None or (token and token.account_id == fault.account)):
            fault.count -= 1
            if fault.count <= 0:
                emulator_state.faults.remove(fault)
            return fault
    return None


def _faulty(fault: Fault, host: str) -> Response:
    if fault.body is not None:
        return Response(fault.body, fault.status)
    code = fault.code if fault.code is not None else 2
    return Refusal(
        code, "A fault that was asked for", fault.subcode, fault.status, transient=fault.transient
    ).answer(host)
